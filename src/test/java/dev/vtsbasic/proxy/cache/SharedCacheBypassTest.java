package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.vtsbasic.testing.RawResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that bypass the shared cache: it neither serves nor stores their responses. */
class SharedCacheBypassTest extends SharedCacheScene {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Range: bytes=0-1",
                "If-Match: \"a\"",
                "If-Unmodified-Since: Thu, 01 Jan 2015 00:00:00 GMT",
                "X-HTTP-Method-Override: DELETE",
                "X-Original-URL: /other",
                "Authorization: Bearer a",
                "Cookie: session=1",
            })
    void aRequestWithAFieldThatMayChangeTheResponseBypassesTheCache(String field) throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", get("/a", field).body());
        assertEquals("2", get("/a").body());
        assertEquals("3", get("/a", field).body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Range: bytes=0-1",
                "If-Range: \"a\"",
                "If-Match: \"a\"",
                "If-Unmodified-Since: Thu, 01 Jan 2015 00:00:00 GMT",
                "X-HTTP-Method-Override: DELETE",
                "X-Original-URL: /other",
                "X-Host: evil.example",
                "Authorization: Bearer a",
                "Cookie: session=1",
            })
    void anEmptyFirstLineDoesNotHideAFieldThatBypassesTheCache(String field) throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        String empty = field.substring(0, field.indexOf(':') + 1);
        assertEquals("1", get("/a", empty, field).body());
        assertEquals("2", get("/a").body());
        assertEquals("3", get("/a", empty, field).body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-cache", "no-store", "max-age=0", "min-fresh=1000", "only-if-cached"})
    void cacheControlOfARequestIsIgnored(String directive) throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals(
                "1",
                get("/a", "Cache-Control: " + directive, "Pragma: no-cache").body());
        assertEquals(
                "1",
                get("/a", "Cache-Control: " + directive, "Pragma: no-cache").body());
    }

    @Test
    void aGetWithABodyBypassesTheCache() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", server.requestWithBody("GET /a", "x").body());
        assertEquals("2", get("/a").body());
        assertEquals("3", server.requestWithBody("GET /a", "x").body());
    }

    @Test
    void aMethodOtherThanGetAndHeadBypassesTheCache() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        get("/a");
        for (String method : List.of("OPTIONS", "PROPFIND", "POST")) {
            int before = asked.get();
            RawResponse response = server.request(method + " /a");
            assertEquals(before + 1, asked.get());
            assertNull(response.header("Cache-Status"));
        }
    }
}
