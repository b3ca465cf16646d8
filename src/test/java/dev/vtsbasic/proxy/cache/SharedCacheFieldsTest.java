package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.syntax.HttpDate;
import dev.vtsbasic.testing.RawResponse;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the shared cache reads Age, dates, lifetimes and CDN-Cache-Control (RFC 9213). */
class SharedCacheFieldsTest extends SharedCacheScene {
    private static final String FRESH = "Cache-Control: public, max-age=3600\r\n";

    // Ages and lifetimes

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Age: 0, 0",
                "Age: 0\r\nAge: 0",
                "Age: 0, 7200",
                "Age: 0\r\nAge: 7200",
                "Age: , 0",
                "Age: abc",
                "Age: -7200",
                "Age: 7200.0",
                "Age: 0.5",
                "Age: 7200;a=b",
                "Age: abc, 7200",
                "Age:"
            })
    void theFirstMemberOfAgeCountsAndAMalformedOneIsIgnored(String age) throws Exception {
        start(numbered(FRESH + age));
        RawResponse first = get("/a");
        assertEquals("vts-basic; fwd=uri-miss; stored", first.header("Cache-Status"));
        RawResponse hit = get("/a");
        assertEquals("1", hit.body());
        assertTrue(hit.header("Cache-Status").startsWith("vts-basic; hit; ttl=3"), hit.text());
        assertEquals(1, hit.headers("Age").size());
        assertTrue(Long.parseLong(hit.header("Age")) < 60, hit.text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Age: 7200, 0",
                "Age: 7200\r\nAge: 0",
                "Age: 2147483647",
                "Age: 2147483648",
                "Age: 2147483649",
                "Age: 99999999999999999999"
            })
    void aResponseOlderThanItsLifetimeIsStale(String age) throws Exception {
        start(numbered(FRESH + age));
        assertEquals("1", get("/a").body());
        assertEquals("2", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cache-Control: max-age=2147483649",
                "Cache-Control: max-age=99999999999",
                "Cache-Control: max-age=999999999999999999999999999999",
                "Cache-Control: s-maxage=99999999999, max-age=0",
                "Cache-Control: max-age=0000000000000000000003600",
                "CDN-Cache-Control: max-age=99999999999"
            })
    void aLifetimeMayHaveAnyNumberOfDigits(String fields) throws Exception {
        start(numbered(fields));
        assertEquals("1", get("/a").body());
        RawResponse hit = get("/a");
        assertEquals("1", hit.body());
        assertTrue(hit.header("Cache-Status").matches("vts-basic; hit; ttl=(2147483|3[56])[0-9]+"), hit.text());
    }

    // Dates

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Thu, 18 Aug 2050 02:01:18 GMT",
                "Tue, 19 Jan 2038 14:14:08 GMT",
                "Sun, 21 Nov 2286 04:46:39 GMT",
                "Thursday, 18-Aug-50 02:01:18 GMT",
                "Mon Aug  8 02:01:18 2050",
                "Thu Aug  8 02:01:18 2050",
                "THU, 18 Aug 2050 02:01:18 GMT",
                "Thu, 18 AUG 2050 02:01:18 GMT",
                "Thu, 18 Aug 2050 02:01:18 gMT"
            })
    void expiresIsReadInThreeFormatsAndAnyCase(String expiry) throws Exception {
        start(numbered("Expires: " + expiry));
        RawResponse first = get("/a");
        RawResponse hit = get("/a");
        assertEquals("1", hit.body());
        assertEquals(List.of(expiry), first.headers("Expires"));
        assertEquals(List.of(expiry), hit.headers("Expires"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Thu, 18 Aug 2050 02:01:18 UTC",
                "Thu, 18 Aug 2050 02:01:18 AEST",
                "Thu, 18 Aug 50 02:01:18 GMT",
                "Thu 18 Aug 2050 02:01:18 GMT",
                "Thu, 18  Aug  2050 02:01:18 GMT",
                "Thu, 18-Aug-2050 02:01:18 GMT",
                "Thu, 18 Aug 2050 02.01.18 GMT",
                "Thu, 18 Aug 2050 2:01:18 GMT",
                "Thu, 18 Aug 2050 02:01:18 +0000",
                "Thu, 18 Aug 2050 02:01:18 GMT\r\nExpires: Thu, 18 Aug 2050 02:01:19 GMT"
            })
    void aMalformedExpiresIsInThePast(String expiry) throws Exception {
        start(numbered("Expires: " + expiry));
        assertEquals("1", get("/a").body());
        assertEquals("2", get("/a").body());
        assertEquals(0, proxy.cacheStatistics().entries());
    }

    @Test
    void aMalformedDateIsReplacedByTheTimeOfReceipt() throws Exception {
        start(numbered("Date: foo\r\nExpires: " + HttpDate.of(Instant.now().plusSeconds(600))));
        assertEquals("1", get("/a").body());
        assertEquals("1", get("/a").body());
        assertEquals(1, asked.get());
    }

    @Test
    void aConditionWithAMalformedDateIsIgnored() throws Exception {
        start(numbered(FRESH + "Last-Modified: Thu, 01 Jan 2015 00:00:00 GMT"));
        get("/a");
        assertEquals(
                304,
                get("/a", "If-Modified-Since: Thu, 01 Jan 2015 00:00:00 GMT").status());
        assertEquals(
                200,
                get("/a", "If-Modified-Since: Thu, 01 Jan 2015 00:00:00 UTC").status());
    }

    @Test
    void theDateIsComparedWhenLastModifiedIsMissing() throws Exception {
        start(numbered(FRESH + "X-Mine: 1"));
        get("/a");
        String date = get("/a").header("Date");
        assertEquals(304, get("/a", "If-Modified-Since: " + date).status());
        assertEquals(
                200,
                get("/a", "If-Modified-Since: Thu, 01 Jan 1998 00:00:00 GMT").status());
    }

    // CDN-Cache-Control

    @ParameterizedTest
    @ValueSource(
            strings = {
                "private",
                "no-store",
                "no-cache",
                "private=\"x-a\"",
                "no-store;a=b, max-age=60",
                "max-age=60, private",
                "max-age=60\r\nCDN-Cache-Control: no-store",
                "public",
                "max-age=0",
                "max-age=-1",
                "max-age=1.5",
                "max-age=\"60\"",
                "max-age",
                "max-age=60, max-age=0",
                "max-age=60, &&&&&",
                "max-age=60, a=\"",
                "max-age =60",
                "max-age= 60",
                "max-age=60,",
                "MAX-AGE=60",
                "Private"
            })
    void cdnCacheControlForbidsWhatCacheControlAllows(String directives) throws Exception {
        start(numbered("CDN-Cache-Control: " + directives + "\r\n" + FRESH + "Expires: Thu, 18 Aug 2050 02:01:18 GMT"));
        assertEquals("1", get("/a").body());
        assertEquals("2", get("/a").body());
        assertEquals(0, proxy.cacheStatistics().entries());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Cache-Control: no-store",
                "Cache-Control: private, no-cache",
                "Cache-Control: max-age=0",
                "Cache-Control: a=\"",
                "Expires: 0",
                "X-A: b"
            })
    void cdnCacheControlAllowsWhatCacheControlForbids(String fields) throws Exception {
        start(numbered("CDN-Cache-Control: a=(b \"c\";d ?1);e=:YQ==:, max-age=3600;f=1.5, g=?0\r\n" + fields));
        RawResponse first = get("/a");
        assertEquals("1", first.body());
        RawResponse hit = get("/a");
        assertEquals("1", hit.body());
        for (String name : List.of("Cache-Control", "CDN-Cache-Control", "Expires")) {
            assertEquals(first.headers(name), hit.headers(name), name);
        }
    }

    @Test
    void anEmptyCdnCacheControlIsIgnored() throws Exception {
        start(inTurn(
                response("CDN-Cache-Control:\r\nCache-Control: no-store", "1"),
                response("CDN-Cache-Control: \r\n" + FRESH + "X: y", "2"),
                response("Cache-Control: no-store", "3")));
        assertEquals("1", get("/a").body());
        assertEquals("2", get("/a").body());
        assertEquals("2", get("/a").body());
    }

    @Test
    void theLifetimeOfCdnCacheControlReplacesThatOfCacheControl() throws Exception {
        start(inTurn(
                response("CDN-Cache-Control: max-age=10\r\nCache-Control: max-age=3600" + STALE, "short"),
                response("CDN-Cache-Control: max-age=3600\r\nCache-Control: max-age=10" + STALE, "long"),
                response("Cache-Control: no-store", "new")));
        assertEquals("short", get("/a").body());
        assertEquals("long", get("/a").body());
        RawResponse hit = get("/a");
        assertEquals("long", hit.body());
        assertTrue(hit.header("Cache-Status").startsWith("vts-basic; hit; ttl=35"), hit.text());
    }

    @Test
    void staleIfErrorOfCdnCacheControlReplacesAnError() throws Exception {
        start(inTurn(
                response(
                        "CDN-Cache-Control: max-age=10, stale-if-error=3600\r\nCache-Control: no-store" + STALE, "old"),
                "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n"));
        assertEquals("old", get("/a").body());
        RawResponse old = get("/a");
        assertEquals("old", old.body());
        assertEquals(List.of("no-store"), old.headers("Cache-Control"));
        assertEquals("vts-basic; fwd=stale; fwd-status=503; detail=stale-if-error", old.header("Cache-Status"));
    }

    @Test
    void aResponseToACookieNeedsPublicInCdnCacheControl() throws Exception {
        start((request, out) -> {
            String directives = request.target().equals("/all") ? "public, max-age=60" : "max-age=60";
            write(out, response("CDN-Cache-Control: " + directives, "" + asked.incrementAndGet()));
            return true;
        });
        get("/own", "Cookie: session=1");
        assertEquals("2", get("/own", "Cookie: session=2").body());
        get("/all", "Cookie: session=1");
        assertEquals("3", get("/all", "Cookie: session=2").body());
    }

    // Revalidation (304)

    @Test
    void aFieldThatA304DoesNotRepeatStillCounts() throws Exception {
        start(inTurn(
                response("CDN-Cache-Control: max-age=10\r\nCache-Control: max-age=20\r\nETag: \"v1\"" + STALE, "old"),
                "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nCache-Control: max-age=3600" + STALE + "\r\n\r\n",
                response("Cache-Control: no-store", "new")));
        assertEquals("old", get("/a").body());
        RawResponse renewed = get("/a");
        assertEquals("old", renewed.body());
        assertEquals(List.of("max-age=3600"), renewed.headers("Cache-Control"));
        assertEquals(List.of("max-age=10"), renewed.headers("CDN-Cache-Control"));
        assertEquals("new", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"private", "no-store, max-age=60", "max-age=60, &"})
    void a304WhoseCdnCacheControlForbidsStoringIsUsedForOneClientOnly(String directives) throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10\r\nETag: \"v1\"" + STALE, "old"),
                "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nAge: 0\r\nCDN-Cache-Control: " + directives + "\r\n\r\n",
                response("Cache-Control: no-store", "new")));
        assertEquals("old", get("/a").body());
        RawResponse own = get("/a");
        assertEquals("old", own.body());
        assertEquals(List.of("max-age=10"), own.headers("Cache-Control"));
        assertEquals("new", get("/a").body());
    }

    /** RFC 9111 §3.2: fields that describe the stored body are not updated. */
    @Test
    void a304DoesNotReplaceFieldsThatDescribeTheBody() throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10\r\nETag: \"v1\"\r\nContent-MD5: a" + STALE, "old"),
                "HTTP/1.1 304 Not Modified\r\nETag: \"v2\"\r\nContent-MD5: b\r\nCache-Control: max-age=3600\r\n\r\n",
                response("Cache-Control: no-store", "new")));
        get("/a");
        for (int i = 0; i < 2; i++) {
            RawResponse old = get("/a");
            assertEquals("old", old.body());
            assertEquals("\"v1\"", old.header("ETag"));
            assertEquals("a", old.header("Content-MD5"));
        }
        assertEquals(2, asked.get());
    }
}
