package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.traffic.CacheStatistics;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The memory of the shared cache is bounded. */
class SharedCacheCapacityTest extends SharedCacheScene {
    @Test
    void theLeastRecentlyUsedResponsesAreEvictedWhenTheMemoryIsFull() throws Exception {
        String body = "x".repeat(20_000);
        start((request, out) -> {
            asked.incrementAndGet();
            write(out, response("Cache-Control: max-age=60", body));
            return true;
        });
        for (int i = 0; i < 100; i++) {
            get("/" + i);
        }
        CacheStatistics figures = proxy.cacheStatistics();
        assertTrue(figures.bytes() <= figures.capacity(), figures.toString());
        assertTrue(figures.entries() > 30 && figures.entries() < 52, figures.toString());
        assertEquals(100 - figures.entries(), figures.evicted());
        assertEquals(100, asked.get());
        get("/99");
        assertEquals(100, asked.get());
        get("/0");
        assertEquals(101, asked.get());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "Transfer-Encoding"})
    void aResponseThatIsTooLongIsPassedOnWholeAndNotStored(String framing) throws Exception {
        String body = "x".repeat(200_000);
        boolean chunked = framing.equals("Transfer-Encoding");
        start((request, out) -> {
            asked.incrementAndGet();
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n"
                            + (chunked
                                    ? "Transfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(body.length()) + "\r\n"
                                            + body + "\r\n0\r\n\r\n"
                                    : "Content-Length: " + body.length() + "\r\n\r\n" + body));
            return true;
        });
        for (int i = 0; i < 2; i++) {
            assertEquals(body, get("/a").body());
        }
        assertEquals(2, asked.get());
        assertEquals(0, proxy.cacheStatistics().entries());
    }

    /** Each byte is in memory four times before it is stored, and half of the capacity is for these copies. */
    @Test
    void bodiesThatAreBeingCollectedAreBoundedToo() throws Exception {
        String body = "x".repeat(80_000);
        CountDownLatch mayEnd = new CountDownLatch(1);
        start((request, out) -> {
            asked.incrementAndGet();
            String response = response("Cache-Control: max-age=60", body);
            if (request.target().equals("/first")) {
                write(out, response.substring(0, response.length() - 1));
                await(mayEnd);
                write(out, "x");
            } else {
                write(out, response);
            }
            return true;
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET /first HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
                    .readUntil("x".repeat(body.length() - 1));
            assertEquals(body, get("/second").body());
            assertEquals(0, proxy.cacheStatistics().entries());
            mayEnd.countDown();
            client.readRest();
        }
        assertEquals(body, get("/first").body());
        assertEquals(2, asked.get());
        assertEquals(1, proxy.cacheStatistics().entries());
        get("/second");
        assertEquals(2, proxy.cacheStatistics().entries());
    }
}
