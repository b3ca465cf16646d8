package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawResponse;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.hc.client5.http.utils.DateUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which responses the shared cache stores, and what a hit is. */
class SharedCacheStoringTest extends SharedCacheScene {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cache-Control: s-maxage=60",
                "Cache-Control: max-age=60",
                "Cache-Control: public, max-age=60",
                "Cache-Control: MAX-AGE=60",
                "Cache-Control: max-age=\"60\"",
                "Cache-Control: max-age=60\r\nCache-Control: public",
                "Cache-Control: max-age=60, must-revalidate",
                "Cache-Control: max-age=60, proxy-revalidate, no-transform, immutable, unknown=\"a, b\"",
                "Cache-Control: max-age=0, s-maxage=60",
                "Cache-Control: max-age=2147483648",
                "Cache-Control: public, max-age=60\r\nAge: 20",
                "Cache-Control: public, max-age=60\r\nPragma: no-cache",
                "Cache-Control: max-age=60\r\nExpires: 0",
            })
    void aResponseWithAnExplicitLifetimeIsStored(String fields) throws Exception {
        start(numbered(fields));
        assertEquals("1", get("/a").body());
        RawResponse hit = get("/a");
        assertEquals("1", hit.body());
        assertTrue(hit.header("Cache-Status").matches("vts-basic; hit; ttl=[0-9]+"), hit.text());
        assertEquals(1, asked.get());
    }

    @Test
    void aResponseWithAFutureExpiresIsStored() throws Exception {
        start(numbered("Expires: " + DateUtils.formatStandardDate(Instant.now().plusSeconds(60))));
        assertEquals("1", get("/a").body());
        assertEquals("1", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Nothing: said",
                "Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT",
                "Cache-Control: public",
                "Cache-Control: must-revalidate",
                "Cache-Control: immutable",
                "Cache-Control: max-age=0",
                "Cache-Control: max-age=60, s-maxage=0",
                "Cache-Control: max-age=-1",
                "Cache-Control: max-age=6O",
                "Cache-Control: max-age",
                "Cache-Control: max-age=1.5",
                "Cache-Control: max-age=60, max-age=0",
                "Cache-Control: xmax-age=60",
                "Cache-Control: \"max-age=60\"",
                "Cache-Control: no-store, max-age=60",
                "Cache-Control: max-age=60\r\nCache-Control: no-store",
                "Cache-Control: NO-STORE, s-maxage=60",
                "Cache-Control: private, max-age=60",
                "Cache-Control: private=\"x-a\", max-age=60",
                "Cache-Control: no-cache, max-age=60",
                "Cache-Control: public, s-maxage=60\r\nSet-Cookie: a=b",
                "Cache-Control: public, s-maxage=60\r\nVary: *",
                "Cache-Control: public, s-maxage=60\r\nVary: X A",
                "Cache-Control: public, s-maxage=60\r\nVary: \"X\", Cookie",
                "Cache-Control: s-maxage=60, foo=\", private",
                "Cache-Control: s-maxage=60, foo=\"a\\",
                "Cache-Control: s-maxage=60, foo=\"a\"b",
                "Cache-Control: s-maxage=60; private",
                "Cache-Control: s-maxage=60, pri vate",
                "Cache-Control: s-maxage=60, =private",
                "Cache-Control: s-maxage=60, private=",
                "Cache-Control: s-maxage=60, foo=\"\r\nCache-Control: private\"",
                "Cache-Control: public, s-maxage=60\r\nContent-Type:\r\nContent-Type: text/html",
                "Cache-Control: public, s-maxage=60\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT\r\nDate: Thu, 01 Jan 2015 00:00:01 GMT",
                "Cache-Control: public, s-maxage=60\r\nExpires: 0\r\nExpires: 1",
                "Cache-Control: public, s-maxage=60\r\nETag: \"a\"\r\nETag: \"b\"",
                "Cache-Control: public, s-maxage=60\r\nLocation: /a\r\nLocation: /b",
                "Cache-Control: public, s-maxage=60\r\nVary: Accept, *",
                "Cache-Control: public, s-maxage=60\r\nVary: X-Request-Id",
                "Cache-Control: public, s-maxage=60\r\nContent-Type: text/event-stream",
                "Cache-Control: public, s-maxage=60\r\nContent-Type: a/b; charset=none",
                "Cache-Control: public, s-maxage=60\r\nContent-Range: bytes 0-0/1",
                "Expires: 0",
                "Expires: Thu, 01 Jan 2015 00:00:00 GMT",
                "Expires: soon",
                "Pragma: public",
            })
    void aResponseThatDoesNotClearlyAllowItIsNotStored(String fields) throws Exception {
        start(numbered(fields));
        assertEquals("1", get("/a").body());
        RawResponse second = get("/a");
        assertEquals("2", second.body());
        assertEquals("vts-basic; fwd=uri-miss", second.header("Cache-Status"));
        assertEquals(0, proxy.cacheStatistics().bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 410})
    void aResponseWithAStorableStatusIsStored(int status) throws Exception {
        start(status(status));
        assertEquals(status, get("/a").status());
        assertEquals(status, get("/a").status());
        assertEquals(1, asked.get());
    }

    @Test
    void aResponseWithAMalformedContentLengthIsPassedOnAndNotStored() throws Exception {
        start(inTurn("HTTP/1.1 204 No Content\r\nCache-Control: max-age=60\r\nContent-Length: abc\r\n\r\n"));
        assertEquals(204, get("/a").status());
        assertEquals(204, get("/a").status());
        assertEquals(2, asked.get());
    }

    /** A client that provokes an error must not provoke it for all clients. */
    @ParameterizedTest
    @ValueSource(ints = {206, 400, 401, 403, 405, 413, 414, 429, 431, 499, 500, 502, 503, 599})
    void aPartOrAnErrorIsNotStoredWhateverItsCacheControl(int status) throws Exception {
        start(status(status));
        assertEquals(status, get("/a").status());
        assertEquals(status, get("/a").status());
        assertEquals(2, asked.get());
    }

    @Test
    void aHitHasTheFieldsAndTheBodyThatTheAppSentAndAnAge() throws Exception {
        String octets = everyOctet();
        start((request, out) -> {
            asked.incrementAndGet();
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: a/b; charset=utf-8\r\nX-A: 1\r\nx-a: 2\r\nETag: \"v\"\r\n"
                            + "Date: " + DateUtils.formatStandardDate(Instant.now()) + "\r\n"
                            + "Cache-Control: s-maxage=60\r\nContent-Encoding: q\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"
                            + "Transfer-Encoding: chunked\r\n\r\n100\r\n" + octets + "\r\n0\r\n\r\n");
            return true;
        });
        RawResponse first = get("/a");
        RawResponse hit = get("/a");
        assertEquals(1, asked.get());
        for (String name :
                List.of("Content-Type", "X-A", "ETag", "Date", "Cache-Control", "Content-Encoding", "X-Hop")) {
            assertEquals(first.headers(name), hit.headers(name), name);
        }
        assertEquals(List.of("1", "2"), hit.headers("X-A"));
        assertNull(hit.header("X-Hop"));
        assertEquals(octets, first.body());
        assertEquals(octets, hit.body());
        assertEquals("256", hit.header("Content-Length"));
        assertEquals("vts-basic; fwd=uri-miss; stored", first.header("Cache-Status"));
        assertNull(first.header("Age"));
        assertTrue(Integer.parseInt(hit.header("Age")) < 20, hit.text());
    }

    @Test
    void anAgeThatTheAppSentCountsInTheAgeOfAHit() throws Exception {
        start(numbered("Cache-Control: max-age=6000\r\nAge: 3000"));
        get("/a");
        int age = Integer.parseInt(get("/a").header("Age"));
        assertTrue(age >= 3000 && age < 3020, "" + age);
    }

    @Test
    void aHeadIsServedFromTheStoredResponseToAGet() throws Exception {
        start((request, out) -> {
            asked.incrementAndGet();
            boolean head = request.line().startsWith("HEAD");
            String response = response("Cache-Control: max-age=60", "12345");
            write(out, head ? response.substring(0, response.length() - 5) : response);
            return true;
        });
        assertEquals(200, server.request("HEAD /a").status());
        assertEquals("12345", get("/a").body());
        assertEquals(2, asked.get());
        RawResponse head = server.request("HEAD /a");
        assertEquals("5", head.header("Content-Length"));
        assertEquals("", head.body());
        assertTrue(head.header("Cache-Status").startsWith("vts-basic; hit"), head.text());
        assertEquals(2, asked.get());
    }

    @Test
    void aStoredDocumentGetsTheSecurityHeadersThatItLacks() throws Exception {
        String document = "Cache-Control: max-age=60\r\nContent-Type: text/html\r\n";
        start(
                inTurn(
                        response(document + "Content-Security-Policy: frame-ancestors 'self' https://a.example", "1"),
                        response(document + "X-A: 1", "2")),
                "vts.security-headers",
                "on");
        for (int i = 0; i < 2; i++) {
            RawResponse framed = get("/a");
            assertEquals("1", framed.body());
            assertEquals("nosniff", framed.header("X-Content-Type-Options"));
            assertFalse(framed.text().contains("X-Frame-Options"), framed.text());
        }
        for (int i = 0; i < 2; i++) {
            assertEquals("SAMEORIGIN", get("/b").header("X-Frame-Options"));
        }
        assertEquals(2, proxy.cacheStatistics().hits());
    }

    @Test
    void aHitNeedsNoPermitForTheApp() throws Exception {
        CountDownLatch mayRespond = new CountDownLatch(1);
        start(
                (request, out) -> {
                    if (asked.incrementAndGet() > 1) {
                        await(mayRespond);
                    }
                    write(out, response("Cache-Control: max-age=60", "one"));
                    return true;
                },
                "vts.max-concurrent",
                "1",
                "vts.hold-queue",
                "0");
        get("/a");
        List<CompletableFuture<RawResponse>> other = askAtOnce(1, "/b");
        awaitRunning(1);
        assertEquals("one", get("/a").body());
        mayRespond.countDown();
        assertEquals("one", other.get(0).get().body());
    }
}
