package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.server.StockTomcat;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** 103 Early Hints of the app on servers other than the embedded one. */
class EarlyHintsIT {
    static Stream<String> versions() {
        return StockTomcat.versions();
    }

    /** A stock Tomcat does not flush a 103 response by itself. */
    @ParameterizedTest
    @MethodSource("versions")
    void hintsReachTheClientOfAStockTomcatBeforeTheResponse(String version, @TempDir Path base) throws Exception {
        CountDownLatch hinted = new CountDownLatch(1);
        ScriptedUpstream.Script script = (request, out) -> {
            if (request.target().equals("/hints")) {
                write(out, "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
                awaitDown(hinted);
            }
            write(out, "HTTP/1.1 200 OK\r\nX-Mine: 1\r\nContent-Length: 4\r\n\r\nbody");
            return true;
        };
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(script);
                StockTomcat tomcat = StockTomcat.run(
                        version,
                        base,
                        "ROOT.war",
                        Map.of("VTS_UPSTREAM", "http://127.0.0.1:" + ((InetSocketAddress) app.address()).getPort()));
                RawClient client = new RawClient(tomcat.uri().getPort())) {
            client.send("GET /hints HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String hints = client.readUntil("\r\n\r\n");
            assertTrue(hints.startsWith("HTTP/1.1 103 "), hints);
            assertTrue(hints.contains("\r\nLink: </a.css>; rel=preload\r\n"), hints);
            hinted.countDown();
            RawResponse response = client.readToEnd();
            assertEquals(200, response.status(), response.text());
            assertEquals(List.of("1"), response.headers("X-Mine"));
            assertEquals(List.of(), response.headers("Link"));
            assertEquals("body", response.body());
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void awaitDown(CountDownLatch latch) throws IOException {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
