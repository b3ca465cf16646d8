package dev.vtsbasic.conformance.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Upstream;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.conformance.http2.Http2Client;
import dev.vtsbasic.conformance.http2.Http2Event;
import dev.vtsbasic.conformance.http2.Http2Stream;
import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A small heap, and more concurrent requests than it can hold. */
@Timeout(300)
@Tag("java")
class MemoryIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration QUIET = Duration.ofSeconds(3);
    private static final boolean VIRTUAL_THREADS = Runtime.version().feature() >= 21;
    private static final int TOO_MANY = 2000;

    /** The minimum number of requests that the heap holds. */
    private static final int MIN_HELD_REQUESTS = 600;

    /**
     * With X-Forwarded-For, as from a proxy in front, because a local request without it may come from the app itself.
     */
    private static final String REST = " HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n";

    private static final String OK = Scene.response("200 OK", "Content-Length: 2", "Connection: close") + "ok";

    private final List<RawClient> clients = new ArrayList<>();
    private Upstream upstream;

    @BeforeEach
    void listen() throws IOException {
        upstream = new Upstream();
    }

    @AfterEach
    void leave() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
        upstream.close();
    }

    private Proxy start(String holdTimeout, String headerTimeout) throws IOException {
        return Proxy.vts(
                upstream.port(),
                Map.of(
                        "JAVA_TOOL_OPTIONS",
                        "-Xmx128m",
                        "VTS_CONNECT_TIMEOUT",
                        "60s",
                        "VTS_RESPONSE_TIMEOUT",
                        "0s",
                        "VTS_HEADER_TIMEOUT",
                        headerTimeout,
                        "VTS_HOLD_TIMEOUT",
                        holdTimeout));
    }

    private void send(Proxy proxy, String octets) throws IOException {
        clients.add(new RawClient(proxy.port()).send(octets));
    }

    /** Collects the requests that reach the app, until no more do. */
    private List<Wire> all() throws Exception {
        List<Wire> asked = new ArrayList<>();
        for (Wire next = upstream.next(PATIENCE); next != null; next = upstream.next(QUIET)) {
            asked.add(next);
        }
        return asked;
    }

    /** Two rounds in the long set, because the memory of the first must be free again for the second. */
    @Test
    void requestsBeyondTheHeapWaitUntilOthersAreAnswered() throws Exception {
        try (Proxy proxy = start("120s", "1s")) {
            for (int round = 0; round < LongSet.count(1, 2); round++) {
                clients.clear();
                for (int i = 0; i < TOO_MANY; i++) {
                    send(proxy, "GET /" + i + REST + "Connection: close\r\n\r\n");
                }
                List<Wire> first = all();
                assertTrue(first.size() < TOO_MANY / 2, first.size() + " at once");
                AtomicInteger answered = new AtomicInteger();
                Thread app = new Thread(() -> {
                    try {
                        for (Wire next : first) {
                            next.request();
                            next.send(OK);
                        }
                        for (Wire next = upstream.next(QUIET); next != null; next = upstream.next(QUIET)) {
                            next.request();
                            next.send(OK);
                        }
                    } catch (Exception e) {
                        answered.set(Integer.MIN_VALUE);
                    }
                });
                app.start();
                for (RawClient client : clients) {
                    String status = client.readUntil("\r\n").substring(9, 12);
                    answered.addAndGet(status.equals("200") ? 1 : 0);
                    client.close();
                }
                app.join();
                // Without virtual threads, a request is refused at once when the queue for a thread is full.
                assertTrue(answered.get() >= (VIRTUAL_THREADS ? TOO_MANY : MIN_HELD_REQUESTS), answered + " answered");
            }
        }
    }

    @Test
    @Tag("long")
    void unfinishedHeadsTakeMemoryUntilTheyAreCut() throws Exception {
        // Long enough to send all heads before the first is cut.
        try (Proxy proxy = start("1s", "20s")) {
            for (int i = 0; i < TOO_MANY; i++) {
                send(proxy, "GET /" + REST + "Accept: te");
            }
            int refused = 0;
            for (RawClient client : clients) {
                String rest = client.readRest();
                boolean isRefused = rest.startsWith("HTTP/1.1 503 ") && rest.contains("\r\nRetry-After: 5\r\n");
                assertTrue(isRefused || rest.isEmpty(), rest);
                refused += isRefused ? 1 : 0;
            }
            assertTrue(refused > 0 && refused <= TOO_MANY - MIN_HELD_REQUESTS, refused + " refused");
            try (RawClient next = new RawClient(proxy.port())) {
                next.send("GET /" + REST + "\r\n");
                response(upstream.next(PATIENCE));
                assertEquals("HTTP/1.1 200 ", next.readUntil("\r\n").substring(0, 13));
            }
            assertTrue(refusals(proxy) > 0);
        }
    }

    /** Bodies that stay unfinished, while Tomcat keeps a window for each. */
    @Test
    void http2StreamsBeyondTheHeapAreRefused() throws Exception {
        assumeTrue(VIRTUAL_THREADS, "without, bounded by threads");
        List<Http2Client> connections = new ArrayList<>();
        List<Http2Stream> streams = new ArrayList<>();
        try (Proxy proxy = start("1s", "1s")) {
            for (int i = 0; i < TOO_MANY / 100; i++) {
                Http2Client connection = Http2Client.plain(proxy.port());
                connections.add(connection);
                for (int j = 0; j < 100; j++) {
                    streams.add(connection
                            .request("POST", "/", false, "x-forwarded-for", "192.0.2.1")
                            .data("0123456789", false));
                }
            }
            List<Wire> asked = all();
            assertTrue(asked.size() < TOO_MANY / 2, asked.size() + " at once");
            int refused = 0;
            for (Http2Stream stream : streams) {
                Http2Event head = stream.nextWithin(Duration.ZERO);
                refused += head != null && head.status() == 503 ? 1 : 0;
            }
            assertEquals(TOO_MANY - asked.size(), refused);
            for (Http2Client connection : connections) {
                connection.close();
            }
            try (RawClient next = new RawClient(proxy.port())) {
                next.send("GET /" + REST + "\r\n");
                response(upstream.next(PATIENCE));
                assertEquals("HTTP/1.1 200 ", next.readUntil("\r\n").substring(0, 13));
            }
            assertEquals(refused, refusals(proxy));
        } finally {
            for (Http2Client connection : connections) {
                connection.close();
            }
        }
    }

    private static int refusals(Proxy proxy) throws IOException {
        try (RawClient client = new RawClient(proxy.port())) {
            String metrics = client.send("GET /-/metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    .readRest();
            Matcher count = Pattern.compile("vts_http_requests_shed_total\\{reason=\"memory\"} ([0-9]+)")
                    .matcher(metrics);
            assertTrue(count.find(), metrics);
            return Integer.parseInt(count.group(1));
        }
    }

    private static void response(Wire server) throws Exception {
        assertNotNull(server, "the app was not asked");
        server.request();
        server.send(OK);
    }
}
