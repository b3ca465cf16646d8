package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.traffic.CacheStatistics;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unsafe methods (RFC 9111 §4.4) and purges remove stored responses. */
class SharedCacheInvalidationTest extends SharedCacheScene {
    @Test
    void anEmptyFirstLineDoesNotHideAMethodOverride() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", get("/a").body());
        get("/a", "X-HTTP-Method-Override:", "X-HTTP-Method-Override: DELETE");
        assertEquals("3", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "X-OWN"})
    void anUnsafeMethodInvalidatesAllVariantsOfItsTarget(String method) throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-Kind"));
        get("/a?x", "X-Kind: 1");
        get("/a?x", "X-Kind: 2");
        get("/b");
        assertEquals("4", server.request(method + " /a?x").body());
        assertEquals("3", get("/b").body());
        assertEquals("5", get("/a?x", "X-Kind: 1").body());
        assertEquals("6", get("/a?x", "X-Kind: 2").body());
    }

    @Test
    void anUnsafeMethodInvalidatesLocationAndContentLocationOnItsHost() throws Exception {
        start((request, out) -> {
            int count = asked.incrementAndGet();
            String named = "HTTP/1.1 303 See Other\r\nLocation: ../b?y\r\n"
                    + "Content-Location: http://example.org/c\r\nContent-Length: 0\r\n\r\n";
            write(out, request.line().startsWith("POST") ? named : response("Cache-Control: max-age=60", "" + count));
            return true;
        });
        for (String target : List.of("/x/a", "/b?y", "/c", "/d")) {
            get(target);
        }
        assertEquals(303, server.request("POST /x/a").status());
        assertEquals("6", get("/b?y").body());
        assertEquals("7", get("/c").body());
        assertEquals("8", get("/x/a").body());
        assertEquals("4", get("/d").body());
    }

    @Test
    void anUnsafeMethodThatFailsInvalidatesNothing() throws Exception {
        start((request, out) -> {
            int count = asked.incrementAndGet();
            write(
                    out,
                    request.line().startsWith("POST")
                            ? "HTTP/1.1 422 No\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"
                            : response("Cache-Control: max-age=60", "" + count));
            return true;
        });
        get("/a");
        server.request("POST /a");
        assertEquals("1", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Host: a", "X-Original-URI: /b", "X-Rewrite-URL: /b", "X-HTTP-Host-Override: a"})
    void aUrlOverrideInvalidatesNothing(String field) throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", get("/a").body());
        assertEquals("2", get("/a", field).body());
        assertEquals("1", get("/a").body());
    }

    @Test
    void aMethodOverrideInvalidatesItsTarget() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", get("/a").body());
        assertEquals("2", get("/a", "X-HTTP-Method-Override: DELETE").body());
        assertEquals("3", get("/a").body());
    }

    @Test
    void aResponseThatIsInFlightDuringAnInvalidationIsNotStored() throws Exception {
        CountDownLatch changed = new CountDownLatch(1);
        CountDownLatch began = new CountDownLatch(1);
        start((request, out) -> {
            if (request.line().startsWith("POST")) {
                write(out, response("X-A: 1", "changed"));
            } else if (asked.incrementAndGet() == 1) {
                began.countDown();
                await(changed);
                write(out, response("Cache-Control: max-age=60", "old"));
            } else {
                write(out, response("Cache-Control: max-age=60", "new"));
            }
            return true;
        });
        CompletableFuture<RawResponse> old = CompletableFuture.supplyAsync(() -> get("/a"));
        await(began);
        server.request("POST /a");
        changed.countDown();
        assertEquals("old", old.get().body());
        assertEquals("new", get("/a").body());
    }

    @Test
    void aPurgeRemovesOnePathOrEverything() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-Kind"));
        get("/a", "X-Kind: 1");
        get("/a", "X-Kind: 2");
        get("/a?x");
        get("/a/b");
        assertEquals(4, proxy.cacheStatistics().entries());
        assertEquals(Optional.of(0), proxy.purge(Optional.of("/A")));
        assertEquals(Optional.of(3), proxy.purge(Optional.of("/a")));
        assertEquals("5", get("/a", "X-Kind: 1").body());
        assertEquals("4", get("/a/b").body());
        assertEquals(Optional.of(2), proxy.purge(Optional.empty()));
        CacheStatistics figures = proxy.cacheStatistics();
        assertEquals(0, figures.entries());
        assertEquals(0, figures.bytes());
    }
}
