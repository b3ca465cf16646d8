package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.traffic.ShedReason;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

/** The limit of concurrent requests to the app, and the requests for which a stop waits. */
class RequestLimitTest extends ProxyScene {
    /** Not the common pool, which may have fewer threads than the test has requests that wait for each other. */
    private static final Executor THREADS = task -> new Thread(task).start();

    private static final String STRANGER = "X-Forwarded-For: 192.0.2.1";

    @Test
    void aRequestBeyondTheLimitIsHeldAndThenRefused() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        start(
                ScriptedUpstream.onTcp((request, out) -> {
                    go.join();
                    out.write(octets(ok("done")));
                    return false;
                }),
                "vts.max-concurrent",
                "2",
                "vts.hold-timeout",
                "1s");
        List<CompletableFuture<RawResponse>> first = List.of(askInBackground("/1"), askInBackground("/2"));
        app.next();
        app.next();
        RawResponse busy = server.request("GET /3", STRANGER);
        assertEquals(503, busy.status());
        assertEquals("5", busy.header("Retry-After"));
        assertTrue(busy.body().contains("is overloaded"), busy.body());
        assertEquals(1, traffic.shed(ShedReason.CONCURRENCY));
        assertEquals(1, traffic.held());
        // A request from this machine needs no permit, because a page that holds one may wait for it.
        CompletableFuture<RawResponse> nested =
                CompletableFuture.supplyAsync(() -> assertDoesNotThrow(() -> server.request("GET /nested")), THREADS);
        assertEquals("/nested", app.next().target());
        assertEquals(0, app.pending());
        go.complete(null);
        for (CompletableFuture<RawResponse> response : first) {
            assertEquals("done", response.get().body());
        }
        assertEquals("done", nested.get().body());
        assertEquals("done", server.request("GET /4", STRANGER).body());
        assertEquals("done", server.request("GET /5", STRANGER).body());
    }

    @Test
    void aHeldRequestGetsThePermitThatBecomesFree() throws Exception {
        BlockingQueue<String> responses = new LinkedBlockingQueue<>();
        start(
                ScriptedUpstream.onTcp((request, out) -> {
                    out.write(octets(assertDoesNotThrow(responses::take)));
                    return false;
                }),
                "vts.max-concurrent",
                "1");
        CompletableFuture<RawResponse> first = askInBackground("/1");
        app.next();
        CompletableFuture<RawResponse> second = askInBackground("/2");
        responses.add(ok("one"));
        assertEquals("one", first.get().body());
        responses.add(ok("two"));
        assertEquals("two", second.get().body());
    }

    @Test
    @SuppressWarnings("try") // The test reads only the beginning of the stream.
    void anEventStreamHoldsNoPermit() throws Exception {
        start(
                ScriptedUpstream.onTcp((request, out) -> {
                    boolean stream = request.target().equals("/events");
                    out.write(octets(
                            stream
                                    ? "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                            + "Transfer-Encoding: chunked\r\n\r\n6\r\ndata:\n\r\n"
                                    : ok("page")));
                    return stream;
                }),
                "vts.max-concurrent",
                "1",
                "vts.hold-timeout",
                "10s");
        try (RawClient reader = new RawClient(server.port())) {
            reader.send("GET /events HTTP/1.1\r\nHost: a\r\n" + STRANGER + "\r\n\r\n")
                    .readUntil("data:");
            assertEquals("page", server.request("GET /", STRANGER).body());
        }
    }

    @Test
    void aStopWaitsForRequestsButNotForEventStreams() throws Exception {
        start((request, out) -> {
            if (request.target().equals("/events")) {
                out.write(octets("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"));
            }
            return true;
        });
        assertEquals(0, running.awaitIdle(Duration.ofMinutes(5).toNanos()));
        try (RawClient events = new RawClient(server.port());
                RawClient page = new RawClient(server.port())) {
            events.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("data: 1");
            assertEquals(0, running.awaitIdle(Duration.ofMinutes(5).toNanos()));
            app.next();
            page.send("POST /page HTTP/1.1\r\nHost: a\r\n\r\n");
            app.next();
            assertEquals(1, running.awaitIdle(Duration.ofMillis(1).toNanos()));
            app.close();
            assertEquals(0, running.awaitIdle(Duration.ofMinutes(5).toNanos()));
        }
    }

    private CompletableFuture<RawResponse> askInBackground(String target) {
        return CompletableFuture.supplyAsync(
                () -> assertDoesNotThrow(() -> server.request("GET " + target, STRANGER)), THREADS);
    }
}
