package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.RawResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Simultaneous requests for one variant are collapsed into one request to the app. */
class SharedCacheCollapsingTest extends SharedCacheScene {
    @Test
    void simultaneousRequestsForOneVariantReachTheAppOnce() throws Exception {
        CountDownLatch mayRespond = new CountDownLatch(1);
        start((request, out) -> {
            asked.incrementAndGet();
            await(mayRespond);
            write(out, response("Cache-Control: max-age=60", "all"));
            return true;
        });
        List<CompletableFuture<RawResponse>> responses = askAtOnce(20, "/a");
        awaitRunning(20);
        mayRespond.countDown();
        int collapsed = 0;
        for (CompletableFuture<RawResponse> response : responses) {
            assertEquals("all", response.get().body());
            collapsed +=
                    "vts-basic; fwd=uri-miss; collapsed".equals(response.get().header("Cache-Status")) ? 1 : 0;
        }
        assertEquals(1, asked.get());
        assertEquals(19, collapsed + proxy.cacheStatistics().hits());
    }

    @Test
    void aRequestThatWaitedForAnUnshareableResponseIsSentAtOnceAndLaterOnesDoNotWait() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch mayBegin = new CountDownLatch(1);
        start((request, out) -> {
            if (asked.incrementAndGet() == 1) {
                await(mayBegin);
                write(out, "HTTP/1.1 200 OK\r\nCache-Control: private\r\nContent-Length: 5\r\n\r\n1");
                await(never);
            } else {
                write(out, response("Cache-Control: private", "own"));
            }
            return true;
        });
        List<CompletableFuture<RawResponse>> responses = new ArrayList<>(askAtOnce(5, "/a"));
        awaitRunning(5);
        mayBegin.countDown();
        // The response to the first request never ends.
        for (int count = 0; count < 4; count++) {
            CompletableFuture.anyOf(responses.toArray(CompletableFuture[]::new)).get();
            responses.removeIf(CompletableFuture::isDone);
            if (responses.size() == 1) {
                break;
            }
        }
        assertEquals(1, responses.size());
        assertEquals("own", get("/a").body());
        never.countDown();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\n\r\n",
                "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n",
                "",
            })
    void aResponseThatIsNotStoredDoesNotPreventStoringTheNextOne(String response) throws Exception {
        start(inTurn(response, response("Cache-Control: max-age=60", "all")));
        get("/a", "If-None-Match: \"v1\"");
        assertEquals("vts-basic; fwd=uri-miss; stored", get("/a").header("Cache-Status"));
    }

    @Test
    void oneWaitingRequestIsSentWhenTheInFlightOneBreaksOff() throws Exception {
        CountDownLatch mayBreak = new CountDownLatch(1);
        start((request, out) -> {
            if (asked.incrementAndGet() == 1) {
                write(out, "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\n1");
                await(mayBreak);
                return false;
            }
            write(out, response("Cache-Control: max-age=60", "12345"));
            return true;
        });
        List<CompletableFuture<RawResponse>> responses = askAtOnce(10, "/a");
        awaitRunning(10);
        mayBreak.countDown();
        int whole = 0;
        for (CompletableFuture<RawResponse> response : responses) {
            whole += response.get().body().equals("12345") ? 1 : 0;
        }
        assertEquals(9, whole);
        assertEquals(2, asked.get());
    }

    @Test
    void aRequestWaitsNoLongerThanTheTimeout() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        start((request, out) -> {
            if (asked.incrementAndGet() == 1) {
                await(never);
            }
            write(out, response("Cache-Control: max-age=60", "all"));
            return true;
        });
        CompletableFuture<RawResponse> first = CompletableFuture.supplyAsync(() -> get("/a"));
        awaitRunning(1);
        assertEquals("all", get("/a").body());
        never.countDown();
        first.get();
    }

    /** Otherwise the requests would run one after the other, until each has waited for the maximum time. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=10\r\nAge: 50\r\nContent-Length: 3\r\n\r\nold",
                "HTTP/1.1 304 Not Modified\r\nCache-Control: no-cache\r\n\r\n",
            })
    void requestsThatWaitedForAnUnusableResponseAreSentTogether(String response) throws Exception {
        int waiting = 4;
        CountDownLatch mayRespond = new CountDownLatch(1);
        CountDownLatch together = new CountDownLatch(waiting);
        AtomicInteger alone = new AtomicInteger();
        start((request, out) -> {
            int count = asked.incrementAndGet();
            if (count == 1) {
                write(out, response("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"));
            } else if (count == 2) {
                await(mayRespond);
                write(out, response);
            } else {
                together.countDown();
                if (!isDown(together, 30)) {
                    alone.incrementAndGet();
                }
                write(out, response("X-A: 1", "own"));
            }
            return true;
        });
        get("/a");
        List<CompletableFuture<RawResponse>> responses = askAtOnce(1 + waiting, "/a");
        awaitRunning(1 + waiting);
        mayRespond.countDown();
        for (CompletableFuture<RawResponse> each : responses) {
            assertEquals(200, each.get().status());
        }
        assertEquals(0, alone.get());
    }

    /** One slow response of the app must not block all other clients. */
    @Test
    void aRequestThatWaitedTooLongReplacesTheInFlightOne() throws Exception {
        CountDownLatch mayRespond = new CountDownLatch(1);
        start((request, out) -> {
            int count = asked.incrementAndGet();
            if (count == 1) {
                await(mayRespond);
            }
            write(out, response("Cache-Control: max-age=60", "" + count));
            return true;
        });
        CompletableFuture<RawResponse> first = CompletableFuture.supplyAsync(() -> get("/a"));
        awaitAsked(1);
        RawResponse second = get("/a");
        assertEquals("vts-basic; fwd=uri-miss; stored", second.header("Cache-Status"));
        assertEquals("2", get("/a").body());
        assertEquals(2, asked.get());
        // The purge also keeps the response that is still in flight from being stored.
        proxy.purge(Optional.of("/a"));
        mayRespond.countDown();
        assertEquals("1", first.get().body());
        assertEquals("3", get("/a").body());
    }
}
