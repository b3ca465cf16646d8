package dev.vtsbasic.it;

import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.Vts;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;

/** A visitor must see the same site behind every server; {@link ContextPathIT} does this for Tomcat 11. */
@Order(1)
final class BrowserIT {
    @Nested
    final class OwnTomcat extends SiteInBrowser {
        @Override
        Server start(Path directory) throws Exception {
            Vts vts = Vts.serve(Map.of());
            return new Server(vts, vts.uri());
        }
    }

    @Nested
    @Tag("long")
    final class StockTomcat10 extends SiteInBrowser {
        @Override
        Server start(Path directory) throws Exception {
            StockTomcat tomcat = StockTomcat.run("10.1", directory, "ROOT.war");
            return new Server(tomcat, tomcat.uri());
        }
    }
}
