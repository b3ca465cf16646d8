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

/** A client that sends an octet now and then, so that no connection ever looks idle. */
@Tag("java")
@Isolated("Its time-outs are shorter than what others may hold a machine up for.")
class SlowClientTest {
    private static final int PAUSE_MILLIS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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

    private static void send(Socket client, String octets) throws IOException {
        client.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Sends it octet by octet, with a pause after each. */
    private static void trickle(Socket client, String octets) throws IOException {
        for (int i = 0; i < octets.length(); i++) {
            send(client, octets.substring(i, i + 1));
            assertThrows(
                    SocketTimeoutException.class, () -> client.getInputStream().read(), "an answer or the end");
        }
    }

    private static void assertCut(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        for (long deadline = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < deadline; ) {
            try {
                send(client, "x");
                assertEquals(-1, in.read(), "an answer");
                return;
            } catch (SocketTimeoutException e) {
                // It is still open.
            } catch (SocketException e) {
                return;
            }
        }
        throw new AssertionError("still open after " + PATIENCE);
    }

    private static void assertAnswered(Socket client, String end) throws IOException {
        client.setSoTimeout((int) PATIENCE.toMillis());
        StringBuilder answer = new StringBuilder();
        while (!answer.toString().endsWith(end)) {
            int octet = client.getInputStream().read();
            assertTrue(octet >= 0, answer::toString);
            answer.append((char) octet);
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

    @Test
    void slowFieldsAreCutInALaterRequestToo() throws Exception {
        try (EmbeddedServer server = start("200ms");
                Socket client = connect(server)) {
            send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertAnswered(client, "read 0");
            send(client, "GET / HTTP/1.1\r\nHost: a\r\nX-Long: ");
            assertCut(client);
        }
    }

    @Test
    void aSlowBodyAndAQuietConnectionAreNot() throws Exception {
        try (EmbeddedServer server = start("100ms");
                Socket client = connect(server)) {
            for (int i = 0; i < 2; i++) {
                send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n");
                trickle(client, "0123456789012345678");
                send(client, "9");
                assertAnswered(client, "read 20");
                assertThrows(
                        SocketTimeoutException.class,
                        () -> client.getInputStream().read());
            }
        }
    }

    @Test
    void withoutATimeOutTheyMayTakeAsLongAsTheyLike() throws Exception {
        try (EmbeddedServer server = start("0s");
                Socket client = connect(server)) {
            trickle(client, "GET / HTTP/1.1\r\nHost: a\r\n\r");
            send(client, "\n");
            assertAnswered(client, "read 0");
        }
    }
}
