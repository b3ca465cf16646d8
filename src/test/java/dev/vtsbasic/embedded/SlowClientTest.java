package dev.vtsbasic.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.TestSettings;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that sends single bytes with pauses, so that its connection never looks idle. */
@Tag("java")
@Isolated("Its timeouts are shorter than a busy machine may delay it.")
class SlowClientTest {
    private static final int PAUSE_MILLIS = 20;
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);

    private static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            long length = request.getInputStream().readAllBytes().length;
            response.getOutputStream().print("read " + length);
        }
    }

    private static EmbeddedServer start(String headerTimeout) throws Exception {
        return EmbeddedServer.start(
                TestSettings.of("vts.header-timeout", headerTimeout),
                context -> context.addServlet("app", new App()).addMapping("/*"),
                () -> {});
    }

    private static Socket connect(EmbeddedServer server) throws IOException {
        Socket client = new Socket(InetAddress.getLoopbackAddress(), server.port());
        client.setSoTimeout(PAUSE_MILLIS);
        return client;
    }

    private static void send(Socket client, String text) throws IOException {
        client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends the text byte by byte, with a pause after each. */
    private static void trickle(Socket client, String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            send(client, text.substring(i, i + 1));
            assertThrows(
                    SocketTimeoutException.class, () -> client.getInputStream().read(), "a response or the end");
        }
    }

    private static void assertCut(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        for (long deadline = System.nanoTime() + MAX_WAIT.toNanos(); System.nanoTime() < deadline; ) {
            try {
                send(client, "x");
                assertEquals(-1, in.read(), "a response");
                return;
            } catch (SocketTimeoutException e) {
                // The connection is still open.
            } catch (SocketException e) {
                return;
            }
        }
        throw new AssertionError("still open after " + MAX_WAIT);
    }

    private static void assertResponse(Socket client, String end) throws IOException {
        client.setSoTimeout((int) MAX_WAIT.toMillis());
        StringBuilder response = new StringBuilder();
        while (!response.toString().endsWith(end)) {
            int next = client.getInputStream().read();
            assertTrue(next >= 0, response::toString);
            response.append((char) next);
        }
        client.setSoTimeout(PAUSE_MILLIS);
    }

    @Test
    void aSlowRequestLineIsCut() throws Exception {
        try (EmbeddedServer server = start("200ms");
                Socket client = connect(server)) {
            send(client, "GET /");
            assertCut(client);
        }
    }

    /** Tomcat's own timeout would cut it after 60 seconds. */
    @ParameterizedTest
    @ValueSource(strings = {"GET /", "GET / HTTP/1.1\r\nHost: a\r\nX-Long: "})
    void aClientThatStopsWithinAHeadIsCut(String start) throws Exception {
        try (EmbeddedServer server = start("200ms");
                Socket client = connect(server)) {
            send(client, start);
            client.setSoTimeout((int) MAX_WAIT.toMillis() / 2);
            assertEquals(-1, client.getInputStream().read());
        }
    }

    /** The rest of the time for its head does not become the time for its body. */
    @Test
    void aPauseWithinABodyBehindASlowHeadIsNotCut() throws Exception {
        try (EmbeddedServer server = start("2s");
                Socket client = connect(server)) {
            send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Le");
            assertThrows(
                    SocketTimeoutException.class, () -> client.getInputStream().read());
            send(client, "ngth: 2\r\n\r\n0");
            client.setSoTimeout(5_000);
            assertThrows(
                    SocketTimeoutException.class, () -> client.getInputStream().read());
            send(client, "1");
            assertResponse(client, "read 2");
        }
    }

    @Test
    void slowHeaderFieldsOfALaterRequestAreCut() throws Exception {
        try (EmbeddedServer server = start("200ms");
                Socket client = connect(server)) {
            send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertResponse(client, "read 0");
            send(client, "GET / HTTP/1.1\r\nHost: a\r\nX-Long: ");
            assertCut(client);
        }
    }

    @Test
    void aSlowBodyAndAnIdleConnectionAreNotCut() throws Exception {
        try (EmbeddedServer server = start("100ms");
                Socket client = connect(server)) {
            for (int i = 0; i < 2; i++) {
                send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n");
                trickle(client, "0123456789012345678");
                send(client, "9");
                assertResponse(client, "read 20");
                assertThrows(
                        SocketTimeoutException.class,
                        () -> client.getInputStream().read());
            }
        }
    }

    @Test
    void aSlowHeadIsServedWithoutATimeout() throws Exception {
        try (EmbeddedServer server = start("0s");
                Socket client = connect(server)) {
            trickle(client, "GET / HTTP/1.1\r\nHost: a\r\n\r");
            send(client, "\n");
            assertResponse(client, "read 0");
        }
    }
}
