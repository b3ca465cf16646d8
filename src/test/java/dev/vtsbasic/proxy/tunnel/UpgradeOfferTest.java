package dev.vtsbasic.proxy.tunnel;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.proxy.ProxyScene;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream.Request;
import dev.vtsbasic.traffic.ShedReason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that offer to switch protocols, in the embedded server. */
@Timeout(60)
class UpgradeOfferTest extends ProxyScene {
    private static final String OFFER = "Connection: Upgrade\r\nUpgrade: x\r\n";
    private static final String WEBSOCKET = "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    private static final String STRANGER = "X-Forwarded-For: 192.0.2.1\r\n";
    private static final String SWITCHED = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n";

    @Test
    void anOfferWaitsForAPermitAsAnyRequest() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start(
                (request, out) -> {
                    await(go);
                    write(out, ok("done"));
                    return false;
                },
                "vts.max-concurrent",
                "1",
                "vts.hold-timeout",
                "50ms");
        try (RawClient first = new RawClient(server.port())) {
            first.send(request("GET /", STRANGER));
            app.next();
            assertEquals(503, ask("GET /", OFFER + STRANGER).status());
            assertEquals(503, ask("GET /", WEBSOCKET + STRANGER).status());
            assertEquals(2, traffic.shed(ShedReason.CONCURRENCY));
            assertEquals(0, app.pending());
            go.countDown();
            first.readUntil("done");
        }
    }

    /** Without virtual threads, a forwarded offer holds one of the container's 200 threads. */
    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void offersBeyondTheFiftiethAreIgnoredWhereTheyHoldContainerThreads() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start((request, out) -> {
            if (request.target().equals("/held")) {
                await(go);
            }
            write(out, ok(request.head().contains("Upgrade: x") ? "offered" : "plain"));
            return false;
        });
        List<RawClient> held = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            held.add(new RawClient(server.port()).send(request("GET /held", OFFER)));
            app.next();
        }
        assertEquals("plain", ask("GET /free", OFFER).body());
        go.countDown();
        for (RawClient client : held) {
            client.readUntil("offered");
            client.close();
        }
        assertEquals("offered", ask("GET /free", OFFER).body());
    }

    /** Without virtual threads, a waiting handshake holds one of the container's 200 threads. */
    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void slowHandshakesLeaveThreadsForOtherRequests() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        start((request, out) -> {
            if (request.target().equals("/held")) {
                await(go);
            }
            write(out, ok("answered"));
            return false;
        });
        List<RawClient> held = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            held.add(new RawClient(server.port()).send(request("GET /held", WEBSOCKET)));
        }
        assertEquals("answered", ask("GET /free", "").body());
        RawResponse refused = ask("GET /held", WEBSOCKET);
        assertEquals(503, refused.status());
        assertEquals("5", refused.header("Retry-After"));
        go.countDown();
        for (RawClient client : held) {
            client.close();
        }
    }

    @Test
    void aTunnelHoldsNoPermit() throws Exception {
        start(
                (request, out) -> {
                    boolean tunnel = request.target().equals("/tunnel");
                    write(out, tunnel ? SWITCHED + "\r\nhello" : ok("page"));
                    return tunnel;
                },
                "vts.max-concurrent",
                "1",
                "vts.hold-timeout",
                "10s");
        try (RawClient tunnel = new RawClient(server.port())) {
            tunnel.send("GET /tunnel HTTP/1.1\r\nHost: a\r\n" + OFFER + STRANGER + "\r\n")
                    .readUntil("hello");
            assertEquals("page", ask("GET /", STRANGER).body());
        }
    }

    @Test
    void aResponseToAnOfferHasTheSecurityHeaders() throws Exception {
        start(
                closing("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok"),
                "vts.security-headers",
                "on");
        assertEquals("nosniff", ask("GET /", OFFER).header("X-Content-Type-Options"));
    }

    @Test
    void aPostWithAnOfferRemovesThePageFromTheCache() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        start(
                (request, out) -> {
                    write(
                            out,
                            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\n"
                                    + asked.incrementAndGet());
                    return false;
                },
                "vts.cache",
                "1m");
        assertEquals("1", ask("GET /a", "").body());
        assertEquals("1", ask("GET /a", "").body());
        assertEquals("2", ask("POST /a", OFFER).body());
        assertEquals("3", ask("GET /a", "").body());
    }

    @Test
    void onlyAWebSocketHandshakeBypassesTheCache() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        start(
                (request, out) -> {
                    write(
                            out,
                            "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 1\r\n\r\n"
                                    + asked.incrementAndGet());
                    return false;
                },
                "vts.cache",
                "1m");
        assertEquals("1", ask("GET /a", "").body());
        assertEquals("1", ask("GET /a", OFFER).body());
        assertEquals("2", ask("GET /a", WEBSOCKET).body());
        assertEquals("1", ask("GET /a", "").body());
    }

    @Test
    @SuppressWarnings("try") // The client leaves before the end of the response.
    void theWorkersConnectionIsCutWhenTheClientOfAnOfferLeaves() throws Exception {
        try (ServerSocket worker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            startWith(poolOf(new Worker("worker-1", worker.getLocalSocketAddress())));
            try (RawClient client = new RawClient(server.port())) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n" + OFFER + "\r\n");
                try (Socket connection = worker.accept()) {
                    connection.setSoTimeout(30_000);
                    InputStream in = connection.getInputStream();
                    assertTrue(in.read() >= 0);
                    client.close();
                    while (in.read() >= 0) {}
                }
            }
        }
    }

    @Test
    void anEventStreamInResponseToAnOfferMayBeSilentBeyondTheResponseTimeout() throws Exception {
        CountDownLatch silent = new CountDownLatch(1);
        start(
                (request, out) -> {
                    if (request.target().equals("/silent")) {
                        return true;
                    }
                    write(
                            out,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                    + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
                    await(silent);
                    write(out, "9\r\ndata: 2\n\n\r\n");
                    return true;
                },
                "vts.response-timeout",
                "2s");
        try (RawClient events = new RawClient(server.port())) {
            events.send("GET /events HTTP/1.1\r\nHost: a\r\n" + OFFER + "\r\n").readUntil("data: 1");
            // These two requests take twice the time after which an ordinary silent request ends.
            assertEquals(504, ask("POST /silent", "").status());
            assertEquals(504, ask("POST /silent", "").status());
            silent.countDown();
            events.readUntil("data: 2");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x, h2c | x",
                "h2c, x | x",
                "H2C,x ,TLS/1.2 | x",
                "HTTP/2.0, websocket, h2 | websocket",
                "x+Upgrade: h2c | x",
            })
    void httpAndTlsAreRemovedFromAnOffer(String offered, String forwarded) throws Exception {
        start(closing(ok("")));
        ask("GET /", "Connection: Upgrade\r\nUpgrade: " + offered.replace("+", "\r\n") + "\r\n");
        assertEquals(List.of(forwarded), app.next().headers("Upgrade"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n",
                "Connection: no-upgrade\r\nUpgrade: x\r\n",
                "Connection: Upgrade\r\nUpgrade: ,\r\n",
                "Upgrade: x\r\n",
            })
    void aRequestWithoutAValidOfferIsAPlainRequest(String fields) throws Exception {
        start(closing(ok("")));
        ask("GET /", fields);
        Request plain = app.next();
        assertEquals(List.of(), plain.headers("Upgrade"));
        assertEquals(List.of(), plain.headers("HTTP2-Settings"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 101 Y\r\nConnection: Upgrade\r\nUpgrade: y\r\n\r\n",
                "HTTP/1.1 101 Y\r\nConnection: Upgrade\r\nUpgrade: x, y\r\n\r\n",
                "HTTP/1.1 101 Y\r\n\r\n",
                SWITCHED + "X: a\u001bb\r\n\r\n",
                SWITCHED + "X(: a\r\n\r\n",
            })
    void a101ThatIsMalformedOrNamesAProtocolNotOfferedIsABadGateway(String response) throws Exception {
        start(closing(response));
        assertEquals(502, ask("GET /", OFFER).status());
    }

    @Test
    void aConnectionThatBecameATunnelServesNoFurtherRequest() throws Exception {
        start((request, out) -> {
            boolean tunnel = request.target().equals("/tunnel");
            write(out, tunnel ? SWITCHED + "\r\nhello" : ok("page"));
            return true;
        });
        // The tunnel then gets a reused connection.
        assertEquals("page", ask("GET /", "").body());
        try (RawClient tunnel = new RawClient(server.port())) {
            tunnel.send("GET /tunnel HTTP/1.1\r\nHost: a\r\n" + OFFER + "\r\n").readUntil("hello");
            assertEquals("page", ask("GET /", "").body());
            assertEquals(2, app.connections());
        }
    }

    private RawResponse ask(String methodAndTarget, String fields) throws Exception {
        boolean offers = fields.contains("Connection:");
        try (RawClient client = new RawClient(server.port())) {
            client.send(request(
                    methodAndTarget,
                    fields.replace("Connection: ", "Connection: close, ") + (offers ? "" : "Connection: close\r\n")));
            return client.readToEnd();
        }
    }

    private static String request(String methodAndTarget, String fields) {
        return methodAndTarget + " HTTP/1.1\r\nHost: example.org\r\n" + fields + "\r\n";
    }

    private static void write(OutputStream out, String octets) throws IOException {
        out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
