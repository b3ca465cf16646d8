package dev.vtsbasic.conformance.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.conformance.http2.Http2Client;
import dev.vtsbasic.conformance.http2.Http2Event;
import dev.vtsbasic.conformance.http2.Http2Event.Kind;
import dev.vtsbasic.conformance.http2.Http2Stream;
import dev.vtsbasic.testing.SelfSigned;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.SocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Responses that come before the request's body: the app responds at once, to clients that wait with their bodies for
 * {@code 100 Continue} or send malformed ones. The test compares each response byte by byte.
 * {@code -Dtest.soak.requests} sets the number of requests of each kind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("java")
class EarlyResponseIT {
    private static final int REQUESTS = Integer.getInteger("test.soak.requests", 300);

    private static final int CLIENTS = 16;

    private static final int STREAMS_PER_CONNECTION = 40;

    private static final int PATIENCE_MILLIS = 30_000;

    private static final int MAX_REPORTED = 5;

    private static final String CONTINUE = "HTTP/1.1 100 \r\n\r\n";

    @TempDir
    private static Path directory;

    private EarlyResponseServer app;

    private Proxy plain;

    private Proxy tls;

    private SocketFactory trusting;

    @BeforeAll
    void start() throws Exception {
        app = new EarlyResponseServer();
        trusting = SelfSigned.trustingAnyone().getSocketFactory();
        plain = Proxy.vts(app.port(), Map.of("VTS_MAX_BODY", "0"));
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        SelfSigned.write("early", certificate, key);
        tls = Proxy.vts(app.port(), Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString()));
    }

    @AfterAll
    void stop() throws IOException {
        plain.close();
        tls.close();
        app.close();
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void aResponseBeforeABodyThatWaitsFor100IsWholeAndNothingFollowsIt(boolean overTls) throws Exception {
        soak(n -> {
            String octets = exchange(
                    overTls,
                    Scene.request("POST /x?" + n, "Content-Length: 100000", "Expect: 100-continue"),
                    n % 2 == 0);
            // When the response comes late, the proxy may send a 100 for the body first.
            String response = octets.startsWith(CONTINUE) ? octets.substring(CONTINUE.length()) : octets;
            Check.equal("response " + n, expected(n, response.contains("Connection: close")), response);
        });
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void aMalformedBodyDoesNotCutAResponseThatHasBegun(boolean overTls) throws Exception {
        soak(n -> {
            String octets = exchange(
                    overTls,
                    Scene.request("POST /x?" + n, "Transfer-Encoding: chunked") + "5\r\nhello\r\n" + "zz\r\nhello",
                    false);
            boolean refused = octets.startsWith("HTTP/1.1 400 ") && !octets.contains("HTTP/1.1 200");
            if (!refused) {
                Check.equal("response " + n, expected(n, octets.contains("Connection: close")), octets);
            }
        });
    }

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void aResponseBeforeTheBodyOfAnHttp2StreamIsWhole(boolean overTls) throws Exception {
        int port = (overTls ? tls : plain).port();
        ThreadLocal<Http2Client> clients = new ThreadLocal<>();
        AtomicInteger streams = new AtomicInteger();
        Queue<Http2Client> open = new ConcurrentLinkedQueue<>();
        soak(n -> {
            if (clients.get() == null || streams.incrementAndGet() % STREAMS_PER_CONNECTION == 0) {
                if (clients.get() != null) {
                    clients.get().close();
                }
                clients.set(overTls ? Http2Client.tls(port) : Http2Client.plain(port));
                open.add(clients.get());
            }
            Http2Stream stream = clients.get()
                    .request("POST", "/x?" + n, false, "content-length", "100000", "expect", "100-continue");
            Http2Event head = stream.head();
            if (head.status() == 100) {
                head = stream.head();
            }
            Check.equal("status", 200, head.status());
            Check.equal("token", Integer.toString(n), head.field("x-token"));
            StringBuilder body = new StringBuilder();
            for (Http2Event event = head; !event.last(); ) {
                event = stream.next();
                Check.equal("event " + n, Kind.DATA, event.kind());
                body.append(event.data());
            }
            Check.equal("body " + n, EarlyResponseServer.body(n), body.toString());
        });
        for (Http2Client client : open) {
            client.close();
        }
    }

    @Test
    void aClientThatWaitsForTheEchoOfEachPieceGetsIt() throws Exception {
        // More than the proxy writes unconditionally while the client still sends.
        String piece = "p".repeat(32 * 1024);
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), plain.port())) {
            client.setSoTimeout(PATIENCE_MILLIS);
            OutputStream out = client.getOutputStream();
            out.write(Wire.latin1(Scene.request("POST /echo", "Transfer-Encoding: chunked")));
            InputStream in = client.getInputStream();
            for (int i = 0; i < 8; i++) {
                out.write(Wire.latin1(Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n"));
                readPast(in, "p", piece.length());
            }
            out.write(Wire.latin1("0\r\n\r\n"));
            readUntil(in, "0\r\n\r\n");
        }
    }

    @Test
    void aClientThatReadsNothingBeforeItHasSentItsBodyGetsALongResponse() throws Exception {
        // The app sends three bytes for each byte of the request, without waiting for the client to read; the total
        // exceeds all socket buffers between them.
        int length = 24 * 1024 * 1024;
        try (Socket client = new Socket(InetAddress.getLoopbackAddress(), plain.port())) {
            client.setSoTimeout(PATIENCE_MILLIS);
            OutputStream out = client.getOutputStream();
            out.write(Wire.latin1(Scene.request("POST /triple", "Content-Length: " + length)));
            byte[] piece = Wire.latin1("t".repeat(64 * 1024));
            for (int sent = 0; sent < length; sent += piece.length) {
                out.write(piece);
            }
            InputStream in = client.getInputStream();
            readUntil(in, "\r\n\r\n");
            readPast(in, "t", 3 * length);
        }
    }

    /** Sends {@code request} and returns all bytes until the proxy closes the connection. */
    private String exchange(boolean overTls, String request, boolean endsItsSide) throws Exception {
        Socket client =
                overTls ? trusting.createSocket("127.0.0.1", tls.port()) : new Socket("127.0.0.1", plain.port());
        try (client) {
            client.setSoTimeout(PATIENCE_MILLIS);
            client.setTcpNoDelay(true);
            client.getOutputStream().write(Wire.latin1(request));
            client.getOutputStream().flush();
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            byte[] buffer = new byte[16 * 1024];
            InputStream in = client.getInputStream();
            boolean ended = false;
            try {
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    octets.write(buffer, 0, count);
                    String text = octets.toString(StandardCharsets.ISO_8859_1);
                    if (!ended && isWhole(text) && (endsItsSide || !text.contains("Connection: close"))) {
                        // The proxy must send no bytes after the response.
                        ended = true;
                        client.shutdownOutput();
                    }
                }
            } catch (SocketException e) {
                // Reset: the bytes before it are the response.
            }
            return octets.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private static boolean isWhole(String octets) {
        String response = octets.startsWith(CONTINUE) ? octets.substring(CONTINUE.length()) : octets;
        int end = response.indexOf("\r\n\r\n");
        int length = response.indexOf("Content-Length: ");
        return end >= 0
                && length >= 0
                && length < end
                && response.length() - end - 4
                        >= Integer.parseInt(response.substring(length + 16, response.indexOf('\r', length)));
    }

    private static String expected(int n, boolean closes) {
        return "HTTP/1.1 200 OK\r\nX-Token: " + n + "\r\nDate: " + EarlyResponseServer.DATE + "\r\n"
                + (closes ? "Connection: close\r\n" : "") + "Content-Length: "
                + EarlyResponseServer.body(n).length() + "\r\n\r\n"
                + EarlyResponseServer.body(n);
    }

    private interface Script {
        void play(int n) throws Exception;
    }

    private static void soak(Script script) throws Exception {
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger next = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        for (int i = 0; i < CLIENTS; i++) {
            clients.execute(() -> {
                for (int n = next.getAndIncrement(); n < REQUESTS; n = next.getAndIncrement()) {
                    try {
                        script.play(n);
                    } catch (Exception | AssertionError e) {
                        String message = n + ": " + e;
                        failures.add(message.substring(0, Math.min(message.length(), 600)));
                    }
                }
            });
        }
        clients.shutdown();
        assertTrue(clients.awaitTermination(1, TimeUnit.HOURS));
        assertTrue(next.get() >= REQUESTS);
        List<String> some = failures.stream().limit(MAX_REPORTED).toList();
        assertEquals(0, failures.size(), () -> String.join("\n", some));
    }

    private static void readUntil(InputStream in, String end) throws IOException {
        StringBuilder octets = new StringBuilder();
        while (octets.indexOf(end) < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("closed after " + Text.quote(octets.toString()));
            }
            octets.append((char) octet);
        }
    }

    /** Reads until {@code octet} has come {@code count} times, and skips the framing bytes between. */
    private static void readPast(InputStream in, String octet, int count) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        for (int left = count; left > 0; ) {
            int read = in.read(buffer, 0, Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException("closed when " + left + " were still to come");
            }
            for (int i = 0; i < read; i++) {
                left -= buffer[i] == octet.charAt(0) ? 1 : 0;
            }
        }
    }
}
