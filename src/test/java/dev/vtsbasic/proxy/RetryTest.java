package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.keeping;
import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.UncountedLease;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that the proxy retries, on a new connection or at another worker, and requests that it must not retry. */
class RetryTest extends ProxyScene {
    @ParameterizedTest
    @ValueSource(strings = {"GET /", "HEAD /", "OPTIONS /", "DELETE /"})
    void anIdempotentRequestOnADeadReusedConnectionIsSentOnceMore(String request) throws Exception {
        start(keeping(ok(""), "", ok("")));
        server.request("GET /first");
        assertEquals(200, server.request(request).status());
        app.next();
        assertEquals(app.next().line(), app.next().line());
        assertEquals(2, app.connections());
    }

    @Test
    void aGetWhoseResponseHeadIsCutOnAReusedConnectionIsSentOnceMore() throws Exception {
        AtomicInteger number = new AtomicInteger();
        start((request, out) -> {
            boolean cut = number.incrementAndGet() == 2;
            out.write((cut ? "HTTP/1.1 200 O" : ok("whole")).getBytes(StandardCharsets.ISO_8859_1));
            return !cut;
        });
        assertEquals("whole", server.request("GET /").body());
        assertEquals("whole", server.request("GET /").body());
        assertEquals(3, number.get());
    }

    @Test
    void aSmallPutBodyOnADeadReusedConnectionIsSentOnceMore() throws Exception {
        start(keeping(ok(""), "", ok("stored")));
        server.request("GET /first");
        assertEquals("stored", server.requestWithBody("PUT /", "hi").body());
        app.next();
        assertEquals("hi", app.next().body());
        assertEquals("hi", app.next().body());
        assertEquals(2, app.connections());
    }

    /** A POST and a PATCH are not idempotent, and the proxy keeps no body of more than 16 KiB. */
    @ParameterizedTest
    @CsvSource({"POST /, 2", "PATCH /, 2", "PUT /, 20000"})
    void aBodyThatIsNotKeptOrNotIdempotentOnADeadReusedConnectionIsNotSentAgain(String request, int length)
            throws Exception {
        start(keeping(ok(""), "", ok("")));
        server.request("GET /first");
        assertEquals(502, server.requestWithBody(request, "b".repeat(length)).status());
        app.next();
        app.next();
        assertEquals(0, app.pending());
    }

    @Test
    void aGetOnABrokenNewConnectionIsNotSentAgainWhileTheWorkerRuns() throws Exception {
        start(closing(""));
        assertEquals(502, server.request("GET /").status());
        app.next();
        assertEquals(0, app.pending());
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /", "PATCH /", "PUT /"})
    void aBodyOnABrokenNewConnectionIsNotSentAgain(String request) throws Exception {
        start(closing("", ok("")));
        assertEquals(502, server.requestWithBody(request, "hi").status());
        app.next();
        assertEquals(0, app.pending());
    }

    @Test
    void aPostWithoutBodyOnABrokenNewConnectionIsNotSentAgain() throws Exception {
        start(closing("", ok("")));
        assertEquals(502, server.request("POST /", "Content-Length: 0").status());
        app.next();
        assertEquals(0, app.pending());
    }

    @Test
    void aRequestForAnUnreachableWorkerGoesToTheNextWorker() throws Exception {
        SocketAddress nobody;
        try (ScriptedUpstream gone = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT)) {
            nobody = gone.address();
        }
        app = ScriptedUpstream.onTcp(closing(ok("next")));
        Worker dead = new Worker("worker-1", nobody);
        Worker next = new Worker("worker-2", app.address());
        startWith((avoid, deadline) -> Optional.of(new UncountedLease(dead.equals(avoid) ? next : dead)));
        assertEquals("next", server.requestWithBody("POST /", "hi").body());
        assertEquals("hi", app.next().body());
    }

    @Test
    void aRequestWaitsForAWorkerForTheHoldTimeout() throws Exception {
        app = ScriptedUpstream.onTcp(closing(ok("")));
        Worker worker = new Worker("worker-1", app.address());
        CompletableFuture<Long> left = new CompletableFuture<>();
        startWith(
                (avoid, deadline) -> {
                    left.complete(deadline - System.nanoTime());
                    return Optional.of(new UncountedLease(worker));
                },
                "vts.hold-timeout",
                "1h");
        server.request("GET /");
        assertTrue(left.join() <= Duration.ofHours(1).toNanos());
        assertTrue(left.join() > Duration.ofMinutes(59).toNanos());
    }
}
