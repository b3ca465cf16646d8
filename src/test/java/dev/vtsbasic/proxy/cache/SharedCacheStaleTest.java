package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When stale responses are used (RFC 5861), and how requests are counted. */
class SharedCacheStaleTest extends SharedCacheScene {
    @Test
    void aStaleResponseIsUsedWhileItIsRevalidated() throws Exception {
        CountDownLatch mayRenew = new CountDownLatch(1);
        start((request, out) -> {
            int count = asked.incrementAndGet();
            if (count > 1) {
                await(mayRenew);
            }
            write(
                    out,
                    count == 1
                            ? response("Cache-Control: max-age=10, stale-while-revalidate=1000" + STALE, "old")
                            : response("Cache-Control: max-age=1000", "new"));
            return true;
        });
        get("/a");
        for (int i = 0; i < 5; i++) {
            RawResponse old = get("/a");
            assertEquals("old", old.body());
            assertTrue(old.header("Cache-Status").startsWith("vts-basic; hit; ttl=-4"), old.text());
        }
        assertEquals(5, proxy.cacheStatistics().stale());
        assertTrue(asked.get() <= 2, asked + " renewals at once");
        mayRenew.countDown();
        awaitBody("/a", "new");
    }

    @Test
    void aStaleResponseIsNotUsedAfterTheTimeOfStaleWhileRevalidate() throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10, stale-while-revalidate=20" + STALE, "old"),
                response("Cache-Control: max-age=60", "new")));
        assertEquals("old", get("/a").body());
        assertEquals("new", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nerror",
                "HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nerror\r\n0\r\n\r\n",
                "HTTP/1.1 502 No\r\nCache-Control: max-age=1000\r\nContent-Length: 5\r\n\r\nerror",
                "",
                "HTTP/1.1 200 OK\r\nContent-Le",
            })
    void aStaleResponseReplacesAnError(String error) throws Exception {
        start(inTurn(response("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"), error));
        assertEquals("old", get("/a").body());
        for (int i = 0; i < 2; i++) {
            RawResponse old = get("/a");
            assertEquals("old", old.body());
            assertTrue(
                    old.header("Cache-Status")
                            .matches("vts-basic; fwd=stale; fwd-status=50[0-3]; detail=stale-if-error"),
                    old.text());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "max-age=10",
                "max-age=10, stale-if-error=20",
                "max-age=10, stale-if-error=1000, must-revalidate",
                "s-maxage=10, stale-if-error=1000, proxy-revalidate",
            })
    void anErrorIsNotReplacedUnlessTheAppAllowsIt(String directives) throws Exception {
        start(inTurn(
                response("Cache-Control: " + directives + STALE, "old"),
                "HTTP/1.1 500 No\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nerror"));
        assertEquals("old", get("/a").body());
        RawResponse error = get("/a");
        assertEquals(500, error.status());
        assertEquals("error", error.body());
        assertEquals("1", error.header("X-A"));
    }

    @Test
    void aRequestThatGetsAStaleResponseForWantOfAPermitIsNotCountedAsShed() throws Exception {
        CountDownLatch mayRespond = new CountDownLatch(1);
        start(
                (request, out) -> {
                    if (asked.incrementAndGet() > 1) {
                        await(mayRespond);
                    }
                    write(out, response("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"));
                    return true;
                },
                "vts.trusted-proxies",
                "127.0.0.0/8",
                "vts.max-concurrent",
                "1",
                "vts.hold-queue",
                "0");
        // A request from this machine would not need a permit.
        String field = "X-Forwarded-For: 192.0.2.1";
        get("/a", field);
        CompletableFuture<RawResponse> other = CompletableFuture.supplyAsync(() -> get("/b", field));
        awaitAsked(2);
        RawResponse old = get("/a", field);
        assertEquals("vts-basic; fwd=stale; fwd-status=503; detail=stale-if-error", old.header("Cache-Status"));
        assertEquals(503, get("/c", field).status());
        mayRespond.countDown();
        other.get();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (traffic.requests(RequestKind.PROXIED, Method.GET, StatusClass.SUCCESSFUL) < 3
                || traffic.requests(RequestKind.PROXIED, Method.GET, StatusClass.SERVER_ERROR) < 1) {
            assertTrue(System.nanoTime() < deadline);
            Thread.onSpinWait();
        }
        assertEquals(1, traffic.shed(ShedReason.CONCURRENCY));
    }

    @Test
    void everyRequestIsCountedOnceInTheStatistics() throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"),
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\n\r\n",
                response("X-A: 1", "1"),
                response("X-A: 1", "2")));
        for (int i = 0; i < 4; i++) {
            assertEquals("old", get("/a").body());
        }
        get("/b");
        get("/b");
        CacheStatistics figures = proxy.cacheStatistics();
        assertEquals(3, figures.misses());
        assertEquals(1, figures.stale());
        assertEquals(1, figures.validated());
        assertEquals(1, figures.hits());
        assertEquals(1, figures.stored());
        assertEquals(1, figures.entries());
        assertTrue(figures.bytes() > 1000, figures.toString());
    }

    @Test
    void anErrorReachesTheClientWhenNothingIsStored() throws Exception {
        start(ScriptedUpstream.closing(""));
        RawResponse error = get("/a");
        assertEquals(502, error.status());
        assertTrue(error.body().contains("502 Bad Gateway"), error.text());
    }
}
