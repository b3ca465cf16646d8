package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.vtsbasic.testing.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients' conditions are evaluated for stored responses (RFC 9111 §4.3.2). */
class SharedCacheConditionsTest extends SharedCacheScene {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "If-None-Match: \"v1\"",
                "If-None-Match: W/\"v1\"",
                "If-None-Match: \"v0\", \"v1\"",
                "If-None-Match: \"a,b\", \"v1\"",
                "If-None-Match: *",
                "If-None-Match: \"v1\"\r\nIf-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
                "If-Modified-Since: Thu, 01 Jan 2015 00:00:00 GMT",
                "If-Modified-Since: Fri, 02 Jan 2015 00:00:00 GMT",
            })
    void aConditionThatMatchesTheStoredResponseGetsA304(String condition) throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nETag: \"v1\"\r\nVary: Accept\r\nX-A: 1"
                + "\r\nLast-Modified: Thu, 01 Jan 2015 00:00:00 GMT"));
        get("/a");
        RawResponse response = get("/a", condition);
        assertEquals(304, response.status());
        assertEquals("", response.body());
        assertEquals("\"v1\"", response.header("ETag"));
        assertEquals("max-age=60", response.header("Cache-Control"));
        assertEquals("Accept", response.header("Vary"));
        assertNull(response.header("X-A"));
        assertEquals(1, asked.get());
    }

    /** HttpClient's cache would ask the app each time. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "If-None-Match: \"v0\"",
                "If-None-Match: v1",
                "If-None-Match: W/",
                "If-None-Match: W/\"",
                "If-None-Match: \"v0\"\r\nIf-Modified-Since: Fri, 02 Jan 2015 00:00:00 GMT",
                "If-None-Match:\r\nIf-Modified-Since: Fri, 02 Jan 2015 00:00:00 GMT",
                "If-Modified-Since: Wed, 31 Dec 2014 00:00:00 GMT",
                "If-Modified-Since: yesterday",
            })
    void aConditionThatDoesNotMatchGetsTheStoredResponse(String condition) throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nETag: \"v1\"\r\nLast-Modified: Thu, 01 Jan 2015 00:00:00 GMT"));
        get("/a");
        RawResponse response = get("/a", condition);
        assertEquals(200, response.status());
        assertEquals("1", response.body());
        assertEquals(1, asked.get());
    }

    @Test
    void aConditionReachesTheAppWhenNothingIsStored() throws Exception {
        start((request, out) -> {
            asked.incrementAndGet();
            boolean has = request.headers("If-None-Match").equals(List.of("\"v1\""));
            write(
                    out,
                    has
                            ? "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: \"v1\"\r\n\r\n"
                            : response("Cache-Control: max-age=60\r\nETag: \"v1\"", "all"));
            return true;
        });
        assertEquals(304, get("/a", "If-None-Match: \"v1\"").status());
        assertEquals("all", get("/a").body());
        assertEquals(2, asked.get());
        assertEquals(304, get("/a", "If-None-Match: \"v1\"").status());
        assertEquals(2, asked.get());
    }
}
