package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.StockJetty;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built WAR in {@code webapps/} of a stock Jetty, whose servlets cannot upgrade a connection. */
@Tag("server")
final class JettyIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Nested
    final class Jetty120 extends WebSocketCases {
        @Override
        Server start(Path directory, Map<String, String> environment) throws Exception {
            StockJetty jetty = StockJetty.run("12.0", "ee10-deploy,ee10-websocket-jakarta", directory, environment);
            return new Server(jetty, jetty.uri());
        }
    }

    @Nested
    final class Jetty121 extends WebSocketCases {
        @Override
        Server start(Path directory, Map<String, String> environment) throws Exception {
            StockJetty jetty = StockJetty.run("12.1", "ee11-deploy,ee11-websocket-jakarta", directory, environment);
            return new Server(jetty, jetty.uri());
        }
    }

    @ParameterizedTest
    @CsvSource({"12.0, ee10", "12.1, ee10", "12.1, ee11"})
    void jettyWithoutWebSocketServesAndLogsTheMissingModule(String version, String environment, @TempDir Path base)
            throws Exception {
        ProcessHandle bun;
        try (StockJetty jetty = StockJetty.run(version, environment + "-deploy", base, Map.of())) {
            HttpResponse<String> page = get(jetty.uri(), "/");
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains("</html>"), page.body());
            String script = page.body().replaceFirst("(?s).*?(/assets/[^\"]+\\.js).*", "$1");
            assertEquals(200, get(jetty.uri(), script).statusCode());
            for (String path : new String[] {"/page.jsp", "/no%20such;page=1", "/a%2Fb"}) {
                assertEquals(404, get(jetty.uri(), path).statusCode(), path);
            }
            // The app itself sends this redirect.
            assertEquals(308, get(jetty.uri(), "//x").statusCode());
            assertEquals(200, get(jetty.uri(), "/-/ready").statusCode());

            CompletionException refused = assertThrows(
                    CompletionException.class,
                    () -> CLIENT.newWebSocketBuilder()
                            .buildAsync(
                                    URI.create(jetty.uri().toString().replace("http", "ws") + "/"),
                                    new WebSocket.Listener() {})
                            .join());
            WebSocketHandshakeException reason = (WebSocketHandshakeException) refused.getCause();
            assertEquals(501, reason.getResponse().statusCode());
            jetty.awaitLine("--add-modules=ee10-websocket-jakarta");

            bun = jetty.buns().get(0);
        }
        assertTrue(Program.endsSoon(bun), "Bun is still running");
    }

    private static HttpResponse<String> get(URI server, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(server + path))
                .timeout(Program.PATIENCE)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
