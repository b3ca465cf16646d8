package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.testing.RawAnswer;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.testing.UncountedLease;
import dev.vtsbasic.traffic.InFlightRequests;
import jakarta.servlet.ServletRegistration;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small body of which the client sends a part first. */
@Timeout(120)
@Tag("java")
class PartialBodyTest {
    private static final String LAST = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n";

    private ServerSocket app;
    private TestServer server;
    private ProxyServlet proxy;

    @BeforeEach
    void start() throws Exception {
        app = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        app.setSoTimeout(60_000);
        Worker worker = new Worker("worker-1", app.getLocalSocketAddress());
        proxy = new ProxyServlet(
                (avoid, deadline) -> Optional.of(new UncountedLease(worker)),
                TestSettings.of().proxy(),
                "",
                new Pages(SecurityHeaders.off()),
                new InFlightRequests());
        server = TestServer.start(context -> {
            ServletRegistration.Dynamic servlet = context.addServlet("proxy", proxy);
            servlet.setAsyncSupported(true);
            servlet.addMapping("/*");
        });
    }

    @AfterEach
    void stop() throws Exception {
        app.close();
        server.close();
        proxy.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Expect: 100-continue\r\n"})
    void eachPartReachesTheAppAsItComes(String field) throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send("POST /" + LAST + field + "\r\n" + (field.isEmpty() ? "hello" : ""));
            if (!field.isEmpty()) {
                client.readUntil("\r\n\r\n");
                client.send("hello");
            }
            try (Asked asked = new Asked()) {
                assertTrue(asked.head().contains("Content-Length: 10\r\n"));
                assertEquals("hello", asked.read(5));
                client.send("world");
                assertEquals("world", asked.read(5));
                asked.answer("done");
                assertEquals("done", client.readToEnd().body());
            }
        }
    }

    @Test
    void theAppMayAnswerBeforeTheRestHasCome() throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send("POST /" + LAST + "\r\nhello");
            try (Asked asked = new Asked()) {
                asked.head();
                asked.read(5);
                asked.answer("done");
                client.readUntil("done");
            }
        }
    }

    /** On a connection that served another request before, which the app may have been closing. */
    @ParameterizedTest
    @ValueSource(ints = {5, 10})
    void noPartIsLostWhenTheConnectionWasDead(int before) throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            try (Asked first = new Asked()) {
                first.head();
                first.answer("first");
                client.readUntil("first");
                client.send("PUT /" + LAST + "\r\nhello");
                first.head();
                first.read(5);
                if (before > 5) {
                    client.send("world");
                    first.read(5);
                }
            }
            try (Asked second = new Asked()) {
                second.head();
                assertEquals("hello", second.read(5));
                if (before == 5) {
                    client.send("world");
                }
                assertEquals("world", second.read(5));
                second.answer("done");
                RawAnswer answer = client.readToEnd();
                assertEquals(200, answer.status());
                assertEquals("done", answer.body());
            }
        }
    }

    /** A connection that the app was asked on. */
    private final class Asked implements AutoCloseable {
        private final Socket socket = app.accept();
        private final InputStream in = socket.getInputStream();

        Asked() throws IOException {
            socket.setSoTimeout(60_000);
        }

        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append(read(1));
            }
            return head.toString();
        }

        String read(int count) throws IOException {
            byte[] octets = in.readNBytes(count);
            assertEquals(count, octets.length);
            return new String(octets, StandardCharsets.ISO_8859_1);
        }

        void answer(String body) throws IOException {
            String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
