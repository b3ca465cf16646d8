package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small body that the client sends in parts. */
class PartialBodyTest extends ProxyScene {
    private static final String LAST = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 10\r\n";

    private ServerSocket worker;

    @BeforeEach
    void start() throws Exception {
        worker = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        worker.setSoTimeout(60_000);
        startWith(poolOf(new Worker("worker-1", worker.getLocalSocketAddress())));
    }

    @AfterEach
    void close() throws IOException {
        worker.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Expect: 100-continue\r\n"})
    void eachPartReachesTheAppAsItArrives(String field) throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send("POST /" + LAST + field + "\r\n" + (field.isEmpty() ? "hello" : ""));
            if (!field.isEmpty()) {
                client.readUntil("\r\n\r\n");
                client.send("hello");
            }
            try (Connection connection = new Connection()) {
                assertTrue(connection.head().contains("Content-Length: 10\r\n"));
                assertEquals("hello", connection.read(5));
                client.send("world");
                assertEquals("world", connection.read(5));
                connection.respond("done");
                assertEquals("done", client.readToEnd().body());
            }
        }
    }

    @Test
    void aResponseBeforeTheLastPartReachesTheClient() throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send("POST /" + LAST + "\r\nhello");
            try (Connection connection = new Connection()) {
                connection.head();
                connection.read(5);
                connection.respond("done");
                client.readUntil("done");
            }
        }
    }

    /** Uses a reused connection, which the app may already be closing. */
    @ParameterizedTest
    @ValueSource(ints = {5, 10})
    void aPutInPartsOnADeadReusedConnectionIsSentOnceMoreCompletely(int before) throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            try (Connection first = new Connection()) {
                first.head();
                first.respond("first");
                client.readUntil("first");
                client.send("PUT /" + LAST + "\r\nhello");
                first.head();
                first.read(5);
                if (before > 5) {
                    client.send("world");
                    first.read(5);
                }
            }
            try (Connection second = new Connection()) {
                second.head();
                assertEquals("hello", second.read(5));
                if (before == 5) {
                    client.send("world");
                }
                assertEquals("world", second.read(5));
                second.respond("done");
                RawResponse response = client.readToEnd();
                assertEquals(200, response.status());
                assertEquals("done", response.body());
            }
        }
    }

    /** A connection of the proxy to the worker. */
    private final class Connection implements AutoCloseable {
        private final Socket socket = worker.accept();
        private final InputStream in = socket.getInputStream();

        Connection() throws IOException {
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

        void respond(String body) throws IOException {
            String response = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            socket.getOutputStream().write(response.getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
