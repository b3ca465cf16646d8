package dev.vtsbasic.it;

import dev.vtsbasic.testing.server.Container;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** The site in the container images must be the same as in the WAR. {@code mvn verify -Pimage} runs this class. */
@Tag("image")
final class ImageInBrowserIT {
    @Nested
    final class Embedded extends SiteInBrowser {
        @Override
        Server start(Path directory) throws Exception {
            Container container = Container.serve(Container.EMBEDDED, Map.of());
            return new Server(container, container.uri());
        }
    }

    @Nested
    final class OnTomcat extends SiteInBrowser {
        @Override
        Server start(Path directory) throws Exception {
            Container container = Container.serve(Container.TOMCAT, Map.of());
            return new Server(container, container.uri());
        }
    }
}
