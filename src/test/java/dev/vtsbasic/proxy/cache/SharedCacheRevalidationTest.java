package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.vtsbasic.testing.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stale responses are revalidated, replaced or removed (RFC 9111 §4.3). */
class SharedCacheRevalidationTest extends SharedCacheScene {
    /** A response that is stale on receipt came from another cache; otherwise each request would revalidate it. */
    @Test
    void aResponseThatWasStaleOnReceiptIsFreshAfterA304() throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT" + STALE, "old"),
                "HTTP/1.1 304 Not Modified\r\n\r\n",
                response("X-A: 1", "unwanted")));
        assertEquals("old", get("/a").body());
        assertEquals("old", get("/a").body());
        assertEquals("old", get("/a").body());
    }

    @Test
    void aStaleResponseIsRevalidatedWithItsValidators() throws Exception {
        start((request, out) -> {
            boolean first = asked.incrementAndGet() == 1;
            if (!first) {
                assertEquals(List.of("\"v1\""), request.headers("If-None-Match"));
                assertEquals(List.of("Thu, 01 Jan 2015 00:00:00 GMT"), request.headers("If-Modified-Since"));
            }
            write(
                    out,
                    first
                            ? response(
                                    "Cache-Control: max-age=10\r\nETag: \"v1\"\r\nX-A: old"
                                            + "\r\nLast-Modified: Thu, 01 Jan 2015 00:00:00 GMT" + STALE,
                                    "old")
                            : "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nX-A: new\r\nContent-Type: a/new\r\n"
                                    + "Set-Cookie: a=b\r\n\r\n");
            return true;
        });
        get("/a");
        RawResponse renewed = get("/a");
        assertEquals("old", renewed.body());
        assertEquals(List.of("new"), renewed.headers("X-A"));
        assertEquals("vts-basic; fwd=stale; fwd-status=304", renewed.header("Cache-Status"));
        assertEquals("a=b", renewed.header("Set-Cookie"));
        assertEquals(2, asked.get());
        RawResponse hit = get("/a");
        assertEquals("old", hit.body());
        assertEquals("new", hit.header("X-A"));
        assertEquals("a/new", hit.header("Content-Type"));
        assertNull(hit.header("Set-Cookie"));
        assertEquals(2, asked.get());
        assertEquals(304, get("/a", "If-None-Match: \"v1\"").status());
    }

    @Test
    void aNewResponseReplacesTheStaleOne() throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10" + STALE, "old"), response("Cache-Control: max-age=60", "new")));
        assertEquals("old", get("/a").body());
        RawResponse renewed = get("/a");
        assertEquals("new", renewed.body());
        assertEquals("vts-basic; fwd=stale; stored", renewed.header("Cache-Status"));
        assertEquals("new", get("/a").body());
        assertEquals(2, asked.get());
    }

    @Test
    void aResponseThatMayNotBeStoredInvalidatesTheStaleOne() throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10, stale-if-error=1000, stale-while-revalidate=1" + STALE, "old"),
                response("Cache-Control: no-store", "secret"),
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
        assertEquals("old", get("/a").body());
        assertEquals("secret", get("/a").body());
        assertEquals(500, get("/a").status());
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 403, 431})
    void aResponseThatDependsOnTheClientLeavesTheStaleOne(int status) throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"),
                "HTTP/1.1 " + status + " X\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
        assertEquals("old", get("/a").body());
        assertEquals(status, get("/a").status());
        assertEquals("old", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "private, max-age=60",
                "no-store",
                "max-age=0",
                "max-age=60, foo=\", private",
                "max-age=60\r\nETag: \"v2\"",
            })
    void a304ThatForbidsStoringIsUsedForOneClientOnly(String directives) throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10\r\nETag: \"v1\"" + STALE, "old"),
                "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nCache-Control: " + directives + "\r\nAge: 0\r\n\r\n",
                response("Cache-Control: no-store", "new")));
        assertEquals("old", get("/a").body());
        assertEquals("old", get("/a").body());
        assertEquals("new", get("/a").body());
        assertEquals(3, asked.get());
    }
}
