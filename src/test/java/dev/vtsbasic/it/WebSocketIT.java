package dev.vtsbasic.it;

import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.Vts;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/** WebSockets on servers whose servlets can upgrade a connection. */
@Tag("java")
final class WebSocketIT {
    @Nested
    final class OwnTomcat extends WebSocketCases {
        @Override
        Server start(Path directory, Map<String, String> environment) throws Exception {
            Vts vts = Vts.serve(environment);
            return new Server(vts, vts.uri());
        }
    }

    @Nested
    @Tag("server")
    final class StockTomcat10 extends WebSocketCases {
        @Override
        Server start(Path directory, Map<String, String> environment) throws Exception {
            StockTomcat tomcat = StockTomcat.run("10.1", directory, "ROOT.war", environment);
            return new Server(tomcat, tomcat.uri());
        }
    }

    @Nested
    final class StockTomcat11 extends WebSocketCases {
        @Override
        Server start(Path directory, Map<String, String> environment) throws Exception {
            StockTomcat tomcat = StockTomcat.run("11.0", directory, "ROOT.war", environment);
            return new Server(tomcat, tomcat.uri());
        }
    }
}
