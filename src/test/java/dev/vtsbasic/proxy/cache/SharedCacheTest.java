package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawAnswer;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.utils.DateUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The shared cache between a client and an app whose every octet is known. An answer that comes with an Age is as old as it
 * says, so that nobody has to wait until it is past its time.
 */
class SharedCacheTest extends SharedCacheScene {
    // What is kept

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
    void whatMayBeKeptIsAskedForOnce(String fields) throws Exception {
        start(numbered(fields));
        assertEquals("1", get("/a").body());
        RawAnswer hit = get("/a");
        assertEquals("1", hit.body());
        assertTrue(hit.header("Cache-Status").matches("vts-basic; hit; ttl=[0-9]+"), hit.text());
        assertEquals(1, asked.get());
    }

    @Test
    void anExpiryInTheFutureIsExplicitToo() throws Exception {
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
    void nothingElseIs(String fields) throws Exception {
        start(numbered(fields));
        assertEquals("1", get("/a").body());
        RawAnswer second = get("/a");
        assertEquals("2", second.body());
        assertEquals("vts-basic; fwd=uri-miss", second.header("Cache-Status"));
        assertEquals(0, proxy.cacheFigures().bytes());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 410})
    void soAreTheseStatuses(int status) throws Exception {
        start(status(status));
        assertEquals(status, get("/a").status());
        assertEquals(status, get("/a").status());
        assertEquals(1, asked.get());
    }

    @Test
    void aLengthThatIsNoNumberPassesWithoutBeingStored() throws Exception {
        start(inTurn("HTTP/1.1 204 No Content\r\nCache-Control: max-age=60\r\nContent-Length: abc\r\n\r\n"));
        assertEquals(204, get("/a").status());
        assertEquals(204, get("/a").status());
        assertEquals(2, asked.get());
    }

    /** One who provokes an error would provoke it for all. */
    @ParameterizedTest
    @ValueSource(ints = {206, 400, 401, 403, 405, 413, 414, 429, 431, 499, 500, 502, 503, 599})
    void errorsAreNotWhateverTheySay(int status) throws Exception {
        start(status(status));
        assertEquals(status, get("/a").status());
        assertEquals(status, get("/a").status());
        assertEquals(2, asked.get());
    }

    @Test
    void aHitIsWhatTheAppSentAndItsAge() throws Exception {
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
        RawAnswer first = get("/a");
        RawAnswer hit = get("/a");
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
    void theAgeOfAnAnswerThatWasKeptBeforeGoesOn() throws Exception {
        start(numbered("Cache-Control: max-age=6000\r\nAge: 3000"));
        get("/a");
        int age = Integer.parseInt(get("/a").header("Age"));
        assertTrue(age >= 3000 && age < 3020, "" + age);
    }

    // For whom

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
    void whatMayMeanSomethingElseNeitherFillsItNorComesFromIt(String field) throws Exception {
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
    void anEmptyLineInFrontOfAFieldDoesNotHideItFromTheCache(String field) throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        String empty = field.substring(0, field.indexOf(':') + 1);
        assertEquals("1", get("/a", empty, field).body());
        assertEquals("2", get("/a").body());
        assertEquals("3", get("/a", empty, field).body());
    }

    @Test
    void anEmptyLineInFrontOfAnOverriddenMethodDoesNotKeepTheOldAnswer() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", get("/a").body());
        get("/a", "X-HTTP-Method-Override:", "X-HTTP-Method-Override: DELETE");
        assertEquals("3", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"public, max-age=60", "s-maxage=60"})
    void whoSendsCredentialsSharesWhatIsForAll(String directives) throws Exception {
        start(numbered("Cache-Control: " + directives));
        assertEquals("1", get("/a", "Cookie: session=1").body());
        assertEquals("1", get("/a", "Cookie: session=2").body());
        assertEquals("1", get("/a", "Authorization: Bearer a").body());
        assertEquals("1", get("/a").body());
    }

    @Test
    void mustRevalidateSharesWithTheAuthorizedButNotBetweenCookies() throws Exception {
        start(numbered("Cache-Control: max-age=60, must-revalidate"));
        assertEquals("1", get("/a", "Authorization: Bearer a").body());
        assertEquals("1", get("/a", "Authorization: Bearer b").body());
        assertEquals("2", get("/a", "Cookie: session=1").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-cache", "no-store", "max-age=0", "min-fresh=1000", "only-if-cached"})
    void aClientCannotHaveItAskAgain(String directive) throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals(
                "1",
                get("/a", "Cache-Control: " + directive, "Pragma: no-cache").body());
        assertEquals(
                "1",
                get("/a", "Cache-Control: " + directive, "Pragma: no-cache").body());
    }

    @Test
    void aBodyIsForTheAppAlone() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", server.requestWithBody("GET /a", "x").body());
        assertEquals("2", get("/a").body());
        assertEquals("3", server.requestWithBody("GET /a", "x").body());
    }

    @Test
    void otherMethodsPass() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        get("/a");
        for (String method : List.of("OPTIONS", "PROPFIND", "POST")) {
            int before = asked.get();
            RawAnswer answer = server.request(method + " /a");
            assertEquals(before + 1, asked.get());
            assertNull(answer.header("Cache-Status"));
        }
    }

    // What counts as the same

    @Test
    void everyOctetOfTheTargetCounts() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        List<String> targets =
                List.of("/a/b", "/a%2Fb", "/a%2fb", "//a/b", "/a/./b", "/c/../a/b", "/a/b/", "/a/b?", "/a/b?x", "/A/b");
        List<String> bodies = new ArrayList<>();
        for (String target : targets) {
            bodies.add(get(target).body());
        }
        assertEquals(targets.size(), asked.get());
        for (int i = 0; i < targets.size(); i++) {
            assertEquals(bodies.get(i), get(targets.get(i)).body(), targets.get(i));
        }
        assertEquals(targets.size(), asked.get());
    }

    @Test
    void whatIsNoUriIsKeptToo() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        for (String target : List.of("/[id]|x", "/a?b={}|^`\"<>", "/a?b=%zz")) {
            RawAnswer answer = get(target);
            assertEquals(200, answer.status(), answer.text());
            assertEquals(answer.body(), get(target).body(), target);
        }
    }

    @Test
    void soDoTheHostTheSchemeThePortAndThePrefix() throws Exception {
        start(numbered("Cache-Control: s-maxage=60"), "vts.trusted-proxies", "127.0.0.0/8");
        List<String> origins = List.of(
                "X-A: none",
                "X-Forwarded-Proto: https",
                "X-Forwarded-Host: other.example",
                "X-Forwarded-Port: 444",
                "X-Forwarded-Prefix: /shop");
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < origins.size(); i++) {
                assertEquals("" + (i + 1), get("/a", origins.get(i)).body(), origins.get(i));
            }
        }
        assertEquals(
                "6",
                server.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                        .body());
    }

    @Test
    void whatAStrangerSaysOfItselfReachesNobodyElse() throws Exception {
        start((request, out) -> {
            write(out, answer("Cache-Control: s-maxage=60", request.headers("X-Forwarded-Host") + ""));
            return true;
        });
        assertEquals(
                "[example.org]", get("/a", "X-Forwarded-Host: evil.example").body());
        assertEquals("[example.org]", get("/a").body());
    }

    @Test
    void anAnswerCountsOnlyForTheFieldsThatItVariesBy() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: Accept-Language, X-Kind"));
        assertEquals("1", get("/a", "Accept-Language: de", "X-Kind: a").body());
        RawAnswer other = get("/a", "Accept-Language: en", "X-Kind: a");
        assertEquals("2", other.body());
        assertEquals("vts-basic; fwd=vary-miss; stored", other.header("Cache-Status"));
        assertEquals("3", get("/a", "X-Kind: a").body());
        assertEquals("1", get("/a", "Accept-Language: de", "X-Kind: a").body());
        assertEquals(
                "2", get("/a", "Accept-Language: en", "X-Kind: a", "X-Other: 1").body());
        assertEquals("3", get("/a", "X-Kind: a").body());
    }

    /** HttpClient's cache takes tokens for the same whose letters differ in case only, or that stand in another order. */
    @Test
    void whatItVariesByIsComparedToTheLetter() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-User"));
        List<String> users = List.of("Alice", "alice", "b, a", "a, b", "a,a", "a", "A=1; B=2", "a=1; b=2", "");
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < users.size(); i++) {
                assertEquals("" + (i + 1), get("/a", "X-User: " + users.get(i)).body(), users.get(i));
            }
        }
    }

    /** RFC 9111 §4.1: a list stays the same list with other whitespace around its commas; other whitespace may mean something. */
    @Test
    void whitespaceAroundTheCommasOfAListDoesNotSelectAnotherResponse() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-User"));
        assertEquals("1", get("/a", "X-User: 1,2").body());
        assertEquals("1", get("/a", "X-User:  1 ,  2 ").body());
        assertEquals("2", get("/a", "X-User: 1 2").body());
        assertEquals("3", get("/a", "X-User: \"1, 2\"").body());
        assertEquals("4", get("/a", "X-User: \"1,2\"").body());
    }

    /** RFC 9111 §4.1: a field that is absent matches only where it is absent. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-User          | X-User:",
                "Accept-Language | Accept-Language:",
                "Accept-Language | Accept-Language: ,",
                "Accept-Language | Accept-Language: de;=<b>",
                "Accept-Language | Accept-Language: \"de\"",
            })
    void anOddFieldDoesNotGetTheFormOfThoseWhoSendNone(String name, String field) throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: " + name));
        assertEquals("1", get("/a", field).body());
        assertEquals("2", get("/a").body());
        assertEquals("3", get("/a", name + ": de").body());
        assertEquals("1", get("/a", field).body());
    }

    @Test
    void anAnswerThatVariesByTheHostIsKeptForEachHost() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: Host"));
        assertEquals("1", get("/a").body());
        RawAnswer hit = get("/a");
        assertEquals("1", hit.body());
        assertTrue(hit.header("Cache-Status").startsWith("vts-basic; hit"), hit.text());
        assertEquals("Host", hit.header("Vary"));
    }

    @Test
    void aListMayComeInSeveralFields() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-User, Accept-Language"));
        assertEquals(
                "1",
                get("/a", "X-User: a", "X-User: b", "Accept-Language: de, en").body());
        assertEquals(
                "2",
                get("/a", "X-User: b", "X-User: a", "Accept-Language: de, en").body());
        assertEquals(
                "1",
                get("/a", "X-User: a, b", "Accept-Language: en", "Accept-Language: de")
                        .body());
    }

    /** As an answer does that came from a cache before: else it would be asked for each time. */
    @Test
    void whatWasOldWhenItCameIsNewWhenItIsRenewed() throws Exception {
        start(inTurn(
                answer("Cache-Control: max-age=10\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT" + STALE, "old"),
                "HTTP/1.1 304 Not Modified\r\n\r\n",
                answer("X-A: 1", "unwanted")));
        assertEquals("old", get("/a").body());
        assertEquals("old", get("/a").body());
        assertEquals("old", get("/a").body());
    }

    @Test
    void clientsCannotMakeUpFormsWithoutEnd() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-Kind"));
        for (int i = 0; i <= LruCacheStorage.MOST_VARIANTS; i++) {
            get("/a", "X-Kind: " + i);
        }
        long entries = proxy.cacheFigures().entries();
        assertTrue(entries <= 2, entries + " entries");
        assertEquals(
                "" + (LruCacheStorage.MOST_VARIANTS + 1),
                get("/a", "X-Kind: " + LruCacheStorage.MOST_VARIANTS).body());
    }

    // What the client has already

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
    void aClientThatHasItGetsA304FromTheCache(String condition) throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nETag: \"v1\"\r\nVary: Accept\r\nX-A: 1"
                + "\r\nLast-Modified: Thu, 01 Jan 2015 00:00:00 GMT"));
        get("/a");
        RawAnswer answer = get("/a", condition);
        assertEquals(304, answer.status());
        assertEquals("", answer.body());
        assertEquals("\"v1\"", answer.header("ETag"));
        assertEquals("max-age=60", answer.header("Cache-Control"));
        assertEquals("Accept", answer.header("Vary"));
        assertNull(answer.header("X-A"));
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
                "If-Modified-Since: Wed, 31 Dec 2014 00:00:00 GMT",
                "If-Modified-Since: yesterday",
            })
    void aClientThatHasAnOtherGetsItFromTheCache(String condition) throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nETag: \"v1\"\r\nLast-Modified: Thu, 01 Jan 2015 00:00:00 GMT"));
        get("/a");
        RawAnswer answer = get("/a", condition);
        assertEquals(200, answer.status());
        assertEquals("1", answer.body());
        assertEquals(1, asked.get());
    }

    @Test
    void whatIsNotInTheCacheIsAskedForAsTheClientDoes() throws Exception {
        start((request, out) -> {
            asked.incrementAndGet();
            boolean has = request.headers("If-None-Match").equals(List.of("\"v1\""));
            write(
                    out,
                    has
                            ? "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nETag: \"v1\"\r\n\r\n"
                            : answer("Cache-Control: max-age=60\r\nETag: \"v1\"", "all"));
            return true;
        });
        assertEquals(304, get("/a", "If-None-Match: \"v1\"").status());
        assertEquals("all", get("/a").body());
        assertEquals(2, asked.get());
        assertEquals(304, get("/a", "If-None-Match: \"v1\"").status());
        assertEquals(2, asked.get());
    }

    @Test
    void headComesFromWhatGetFilled() throws Exception {
        start((request, out) -> {
            asked.incrementAndGet();
            boolean head = request.line().startsWith("HEAD");
            String answer = answer("Cache-Control: max-age=60", "12345");
            write(out, head ? answer.substring(0, answer.length() - 5) : answer);
            return true;
        });
        assertEquals(200, server.request("HEAD /a").status());
        assertEquals("12345", get("/a").body());
        assertEquals(2, asked.get());
        RawAnswer head = server.request("HEAD /a");
        assertEquals("5", head.header("Content-Length"));
        assertEquals("", head.body());
        assertTrue(head.header("Cache-Status").startsWith("vts-basic; hit"), head.text());
        assertEquals(2, asked.get());
    }

    // What is past its time

    @Test
    void whatIsPastItsTimeIsAskedForAgainWithItsValidators() throws Exception {
        start((request, out) -> {
            boolean first = asked.incrementAndGet() == 1;
            if (!first) {
                assertEquals(List.of("\"v1\""), request.headers("If-None-Match"));
                assertEquals(List.of("Thu, 01 Jan 2015 00:00:00 GMT"), request.headers("If-Modified-Since"));
            }
            write(
                    out,
                    first
                            ? answer(
                                    "Cache-Control: max-age=10\r\nETag: \"v1\"\r\nX-A: old"
                                            + "\r\nLast-Modified: Thu, 01 Jan 2015 00:00:00 GMT" + STALE,
                                    "old")
                            : "HTTP/1.1 304 Not Modified\r\nCache-Control: max-age=60\r\nX-A: new\r\nContent-Type: a/new\r\n"
                                    + "Set-Cookie: a=b\r\n\r\n");
            return true;
        });
        get("/a");
        RawAnswer renewed = get("/a");
        assertEquals("old", renewed.body());
        assertEquals(List.of("new"), renewed.headers("X-A"));
        assertEquals("vts-basic; fwd=stale; fwd-status=304", renewed.header("Cache-Status"));
        assertEquals("a=b", renewed.header("Set-Cookie"));
        assertEquals(2, asked.get());
        RawAnswer hit = get("/a");
        assertEquals("old", hit.body());
        assertEquals("new", hit.header("X-A"));
        assertEquals("a/new", hit.header("Content-Type"));
        assertNull(hit.header("Set-Cookie"));
        assertEquals(2, asked.get());
        assertEquals(304, get("/a", "If-None-Match: \"v1\"").status());
    }

    @Test
    void aNewAnswerTakesThePlaceOfTheOldOne() throws Exception {
        start(inTurn(answer("Cache-Control: max-age=10" + STALE, "old"), answer("Cache-Control: max-age=60", "new")));
        assertEquals("old", get("/a").body());
        RawAnswer renewed = get("/a");
        assertEquals("new", renewed.body());
        assertEquals("vts-basic; fwd=stale; stored", renewed.header("Cache-Status"));
        assertEquals("new", get("/a").body());
        assertEquals(2, asked.get());
    }

    @Test
    void anAnswerThatMayNotBeKeptAnyMoreEndsTheOldOne() throws Exception {
        start(inTurn(
                answer("Cache-Control: max-age=10, stale-if-error=1000, stale-while-revalidate=1" + STALE, "old"),
                answer("Cache-Control: no-store", "secret"),
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
        assertEquals("old", get("/a").body());
        assertEquals("secret", get("/a").body());
        assertEquals(500, get("/a").status());
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 400, 401, 403, 431})
    void anAnswerThatOnlySaysWhoAskedLeavesTheOldOne(int status) throws Exception {
        start(inTurn(
                answer("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"),
                "HTTP/1.1 " + status + " X\r\nLocation: /login\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
        assertEquals("old", get("/a").body());
        assertEquals(status, get("/a").status());
        assertEquals("old", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cookie: session=1", "Authorization: Bearer a"})
    void soDoesOneThatOnlyCredentialsForbidToKeep(String field) throws Exception {
        start(inTurn(
                answer("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"),
                answer("Cache-Control: max-age=60", "own"),
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
        assertEquals("old", get("/a").body());
        assertEquals("own", get("/a", field).body());
        assertEquals("old", get("/a").body());
    }

    @Test
    void whoMayNotHaveTheOldAnswerRenewsNothing() throws Exception {
        AtomicInteger withCookie = new AtomicInteger();
        start((request, out) -> {
            boolean cookie = !request.headers("Cookie").isEmpty();
            int count = (cookie ? withCookie : asked).incrementAndGet();
            write(
                    out,
                    cookie
                            ? answer("Cache-Control: max-age=60", "own")
                            : count == 1
                                    ? answer("Cache-Control: max-age=10, stale-while-revalidate=1000" + STALE, "old")
                                    : answer("Cache-Control: max-age=60", "new"));
            return true;
        });
        get("/a");
        assertEquals("own", get("/a", "Cookie: session=1").body());
        assertEquals(1, asked.get());
        // Of one thing there is one renewal at a time, so this one's comes after the other's.
        awaitBody("/a", "new");
        assertEquals(1, withCookie.get());
    }

    @Test
    void whoMayHaveItRenewsItWithCredentialsToo() throws Exception {
        start(inTurn(
                answer("Cache-Control: s-maxage=10, stale-while-revalidate=1000" + STALE, "old"),
                answer("Cache-Control: s-maxage=60", "new")));
        get("/a");
        assertEquals("old", get("/a", "Cookie: session=1").body());
        awaitBody("/a", "new", "Cookie: session=1");
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
    void a304ThatTakesTheLeaveBackIsForOneOnly(String directives) throws Exception {
        start(inTurn(
                answer("Cache-Control: max-age=10\r\nETag: \"v1\"" + STALE, "old"),
                "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nCache-Control: " + directives + "\r\nAge: 0\r\n\r\n",
                answer("Cache-Control: no-store", "new")));
        assertEquals("old", get("/a").body());
        assertEquals("old", get("/a").body());
        assertEquals("new", get("/a").body());
        assertEquals(3, asked.get());
    }

    @Test
    void anOldAnswerIsUsedWhileItIsRenewed() throws Exception {
        CountDownLatch mayRenew = new CountDownLatch(1);
        start((request, out) -> {
            int count = asked.incrementAndGet();
            if (count > 1) {
                await(mayRenew);
            }
            write(
                    out,
                    count == 1
                            ? answer("Cache-Control: max-age=10, stale-while-revalidate=1000" + STALE, "old")
                            : answer("Cache-Control: max-age=1000", "new"));
            return true;
        });
        get("/a");
        for (int i = 0; i < 5; i++) {
            RawAnswer old = get("/a");
            assertEquals("old", old.body());
            assertTrue(old.header("Cache-Status").startsWith("vts-basic; hit; ttl=-4"), old.text());
        }
        assertEquals(5, proxy.cacheFigures().stale());
        assertTrue(asked.get() <= 2, asked + " renewals at once");
        mayRenew.countDown();
        awaitBody("/a", "new");
    }

    @Test
    void butNotForLongerThanTheAppAllowed() throws Exception {
        start(inTurn(
                answer("Cache-Control: max-age=10, stale-while-revalidate=20" + STALE, "old"),
                answer("Cache-Control: max-age=60", "new")));
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
    void anOldAnswerTakesThePlaceOfAnError(String error) throws Exception {
        start(inTurn(answer("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"), error));
        assertEquals("old", get("/a").body());
        for (int i = 0; i < 2; i++) {
            RawAnswer old = get("/a");
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
    void butOnlyWhereTheAppAllowsIt(String directives) throws Exception {
        start(inTurn(
                answer("Cache-Control: " + directives + STALE, "old"),
                "HTTP/1.1 500 No\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nerror"));
        assertEquals("old", get("/a").body());
        RawAnswer error = get("/a");
        assertEquals(500, error.status());
        assertEquals("error", error.body());
        assertEquals("1", error.header("X-A"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cookie: session=1", "Authorization: Bearer a"})
    void norForWhoMayNotHaveIt(String field) throws Exception {
        start(inTurn(
                answer("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"),
                "HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nerror"));
        assertEquals("old", get("/a").body());
        assertEquals("error", get("/a", field).body());
        assertEquals("old", get("/a").body());
    }

    @Test
    void whoGetsAnOldAnswerWasNotTurnedAway() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        start(
                (request, out) -> {
                    if (asked.incrementAndGet() > 1) {
                        await(mayAnswer);
                    }
                    write(out, answer("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"));
                    return true;
                },
                "vts.trusted-proxies",
                "127.0.0.0/8",
                "vts.max-concurrent",
                "1",
                "vts.hold-queue",
                "0");
        // Who asks from this machine does not need a place.
        String field = "X-Forwarded-For: 192.0.2.1";
        get("/a", field);
        CompletableFuture<RawAnswer> other = CompletableFuture.supplyAsync(() -> get("/b", field));
        awaitAsked(2);
        RawAnswer old = get("/a", field);
        assertEquals("vts-basic; fwd=stale; fwd-status=503; detail=stale-if-error", old.header("Cache-Status"));
        assertEquals(503, get("/c", field).status());
        mayAnswer.countDown();
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
    void everyRequestIsCountedOnce() throws Exception {
        start(inTurn(
                answer("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"),
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\n\r\n",
                answer("X-A: 1", "1"),
                answer("X-A: 1", "2")));
        for (int i = 0; i < 4; i++) {
            assertEquals("old", get("/a").body());
        }
        get("/b");
        get("/b");
        CacheStatistics figures = proxy.cacheFigures();
        assertEquals(3, figures.misses());
        assertEquals(1, figures.stale());
        assertEquals(1, figures.validated());
        assertEquals(1, figures.hits());
        assertEquals(1, figures.stored());
        assertEquals(1, figures.entries());
        assertTrue(figures.bytes() > 1000, figures.toString());
    }

    @Test
    void withoutAnOldAnswerAnErrorIsAsWithoutACache() throws Exception {
        start(ScriptedUpstream.closing(""));
        RawAnswer error = get("/a");
        assertEquals(502, error.status());
        assertTrue(error.body().contains("502 Bad Gateway"), error.text());
    }

    // What changes it

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "X-OWN"})
    void anUnsafeMethodEndsWhatItsAddressHad(String method) throws Exception {
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
    void andWhatItsAnswerNamesHereButNowhereElse() throws Exception {
        start((request, out) -> {
            int count = asked.incrementAndGet();
            String named = "HTTP/1.1 303 See Other\r\nLocation: ../b?y\r\n"
                    + "Content-Location: http://example.org/c\r\nContent-Length: 0\r\n\r\n";
            write(out, request.line().startsWith("POST") ? named : answer("Cache-Control: max-age=60", "" + count));
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
    void anErrorChangesNothing() throws Exception {
        start((request, out) -> {
            int count = asked.incrementAndGet();
            write(
                    out,
                    request.line().startsWith("POST")
                            ? "HTTP/1.1 422 No\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n"
                            : answer("Cache-Control: max-age=60", "" + count));
            return true;
        });
        get("/a");
        server.request("POST /a");
        assertEquals("1", get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Host: a", "X-Original-URI: /b", "X-Rewrite-URL: /b", "X-HTTP-Host-Override: a"})
    void norDoesAWordOfAnotherAddress(String field) throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", get("/a").body());
        assertEquals("2", get("/a", field).body());
        assertEquals("1", get("/a").body());
    }

    @Test
    void butAWordOfAnotherMethodDoes() throws Exception {
        start(numbered("Cache-Control: max-age=60"));
        assertEquals("1", get("/a").body());
        assertEquals("2", get("/a", "X-HTTP-Method-Override: DELETE").body());
        assertEquals("3", get("/a").body());
    }

    @Test
    void whatWasUnderWayWhenItChangedIsNotKept() throws Exception {
        CountDownLatch changed = new CountDownLatch(1);
        CountDownLatch began = new CountDownLatch(1);
        start((request, out) -> {
            if (request.line().startsWith("POST")) {
                write(out, answer("X-A: 1", "changed"));
            } else if (asked.incrementAndGet() == 1) {
                began.countDown();
                await(changed);
                write(out, answer("Cache-Control: max-age=60", "old"));
            } else {
                write(out, answer("Cache-Control: max-age=60", "new"));
            }
            return true;
        });
        CompletableFuture<RawAnswer> old = CompletableFuture.supplyAsync(() -> get("/a"));
        await(began);
        server.request("POST /a");
        changed.countDown();
        assertEquals("old", old.get().body());
        assertEquals("new", get("/a").body());
    }

    @Test
    void whoPurgesNamesAPathOrTakesAll() throws Exception {
        start(numbered("Cache-Control: max-age=60\r\nVary: X-Kind"));
        get("/a", "X-Kind: 1");
        get("/a", "X-Kind: 2");
        get("/a?x");
        get("/a/b");
        assertEquals(Optional.of(0), proxy.purge(Optional.of("/A")));
        assertEquals(Optional.of(3), proxy.purge(Optional.of("/a")));
        assertEquals("5", get("/a", "X-Kind: 1").body());
        assertEquals("4", get("/a/b").body());
        assertEquals(Optional.of(2), proxy.purge(Optional.empty()));
        CacheStatistics figures = proxy.cacheFigures();
        assertEquals(0, figures.entries());
        assertEquals(0, figures.bytes());
    }

    // Many at once

    @Test
    void manyWhoAskForTheSameAtOnceAreOneForTheApp() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        start((request, out) -> {
            asked.incrementAndGet();
            await(mayAnswer);
            write(out, answer("Cache-Control: max-age=60", "all"));
            return true;
        });
        List<CompletableFuture<RawAnswer>> answers = askAtOnce(20, "/a");
        awaitRunning(20);
        mayAnswer.countDown();
        int collapsed = 0;
        for (CompletableFuture<RawAnswer> answer : answers) {
            assertEquals("all", answer.get().body());
            collapsed +=
                    "vts-basic; fwd=uri-miss; collapsed".equals(answer.get().header("Cache-Status")) ? 1 : 0;
        }
        assertEquals(1, asked.get());
        assertEquals(19, collapsed + proxy.cacheFigures().hits());
    }

    @Test
    void aStoredDocumentHasTheSecurityHeadersThatItLacks() throws Exception {
        String document = "Cache-Control: max-age=60\r\nContent-Type: text/html\r\n";
        start(
                inTurn(
                        answer(document + "Content-Security-Policy: frame-ancestors 'self' https://a.example", "1"),
                        answer(document + "X-A: 1", "2")),
                "vts.security-headers",
                "on");
        for (int i = 0; i < 2; i++) {
            RawAnswer framed = get("/a");
            assertEquals("1", framed.body());
            assertEquals("nosniff", framed.header("X-Content-Type-Options"));
            assertFalse(framed.text().contains("X-Frame-Options"), framed.text());
        }
        for (int i = 0; i < 2; i++) {
            assertEquals("SAMEORIGIN", get("/b").header("X-Frame-Options"));
        }
        assertEquals(2, proxy.cacheFigures().hits());
    }

    @Test
    void whoeverGetsAStoredAnswerNeedsNoPlaceAtTheApp() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        start(
                (request, out) -> {
                    if (asked.incrementAndGet() > 1) {
                        await(mayAnswer);
                    }
                    write(out, answer("Cache-Control: max-age=60", "one"));
                    return true;
                },
                "vts.max-concurrent",
                "1",
                "vts.hold-queue",
                "0");
        get("/a");
        List<CompletableFuture<RawAnswer>> other = askAtOnce(1, "/b");
        awaitRunning(1);
        assertEquals("one", get("/a").body());
        mayAnswer.countDown();
        assertEquals("one", other.get(0).get().body());
    }

    @Test
    void whoWaitedForWhatIsNotForOthersGoesAtOnceAndNobodyWaitsForTheLikeAgain() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch mayBegin = new CountDownLatch(1);
        start((request, out) -> {
            if (asked.incrementAndGet() == 1) {
                await(mayBegin);
                write(out, "HTTP/1.1 200 OK\r\nCache-Control: private\r\nContent-Length: 5\r\n\r\n1");
                await(never);
            } else {
                write(out, answer("Cache-Control: private", "own"));
            }
            return true;
        });
        List<CompletableFuture<RawAnswer>> answers = new ArrayList<>(askAtOnce(5, "/a"));
        awaitRunning(5);
        mayBegin.countDown();
        // The first one's answer never ends.
        for (int count = 0; count < 4; count++) {
            CompletableFuture.anyOf(answers.toArray(CompletableFuture[]::new)).get();
            answers.removeIf(CompletableFuture::isDone);
            if (answers.size() == 1) {
                break;
            }
        }
        assertEquals(1, answers.size());
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
    void whatIsOfNoUseKeepsNobodyFromTheNextAnswer(String answer) throws Exception {
        start(inTurn(answer, answer("Cache-Control: max-age=60", "all")));
        get("/a", "If-None-Match: \"v1\"");
        assertEquals("vts-basic; fwd=uri-miss; stored", get("/a").header("Cache-Status"));
    }

    @Test
    void whenTheFirstOneBreaksOffAnotherOneTakesItsPlace() throws Exception {
        CountDownLatch mayBreak = new CountDownLatch(1);
        start((request, out) -> {
            if (asked.incrementAndGet() == 1) {
                write(out, "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\n1");
                await(mayBreak);
                return false;
            }
            write(out, answer("Cache-Control: max-age=60", "12345"));
            return true;
        });
        List<CompletableFuture<RawAnswer>> answers = askAtOnce(10, "/a");
        awaitRunning(10);
        mayBreak.countDown();
        int whole = 0;
        for (CompletableFuture<RawAnswer> answer : answers) {
            whole += answer.get().body().equals("12345") ? 1 : 0;
        }
        assertEquals(9, whole);
        assertEquals(2, asked.get());
    }

    @Test
    void nobodyWaitsForEver() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        start((request, out) -> {
            if (asked.incrementAndGet() == 1) {
                await(never);
            }
            write(out, answer("Cache-Control: max-age=60", "all"));
            return true;
        });
        CompletableFuture<RawAnswer> first = CompletableFuture.supplyAsync(() -> get("/a"));
        awaitRunning(1);
        assertEquals("all", get("/a").body());
        never.countDown();
        first.get();
    }

    /** Else they would go one after the other, for as long as their patience lasts. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=10\r\nAge: 50\r\nContent-Length: 3\r\n\r\nold",
                "HTTP/1.1 304 Not Modified\r\nCache-Control: no-cache\r\n\r\n",
            })
    void whoWaitedForWhatIsOfNoUseGoesAtOnce(String answer) throws Exception {
        int waiting = 4;
        CountDownLatch mayAnswer = new CountDownLatch(1);
        CountDownLatch together = new CountDownLatch(waiting);
        AtomicInteger alone = new AtomicInteger();
        start((request, out) -> {
            int count = asked.incrementAndGet();
            if (count == 1) {
                write(out, answer("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"));
            } else if (count == 2) {
                await(mayAnswer);
                write(out, answer);
            } else {
                together.countDown();
                if (!isDown(together, 30)) {
                    alone.incrementAndGet();
                }
                write(out, answer("X-A: 1", "own"));
            }
            return true;
        });
        get("/a");
        List<CompletableFuture<RawAnswer>> answers = askAtOnce(1 + waiting, "/a");
        awaitRunning(1 + waiting);
        mayAnswer.countDown();
        for (CompletableFuture<RawAnswer> each : answers) {
            assertEquals(200, each.get().status());
        }
        assertEquals(0, alone.get());
    }

    /** One client that reads slowly is not to keep the thing from all others. */
    @Test
    void whoWaitedTooLongTakesThePlaceOfTheFirstOne() throws Exception {
        CountDownLatch mayAnswer = new CountDownLatch(1);
        start((request, out) -> {
            int count = asked.incrementAndGet();
            if (count == 1) {
                await(mayAnswer);
            }
            write(out, answer("Cache-Control: max-age=60", "" + count));
            return true;
        });
        CompletableFuture<RawAnswer> first = CompletableFuture.supplyAsync(() -> get("/a"));
        awaitAsked(1);
        RawAnswer second = get("/a");
        assertEquals("vts-basic; fwd=uri-miss; stored", second.header("Cache-Status"));
        assertEquals("2", get("/a").body());
        assertEquals(2, asked.get());
        // This ends what the first one will bring, too.
        proxy.purge(Optional.of("/a"));
        mayAnswer.countDown();
        assertEquals("1", first.get().body());
        assertEquals("3", get("/a").body());
    }

    // How it arrives

    @Test
    void whatIsKeptStreamsToTheFirstClientAllTheSame() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        start((request, out) -> {
            asked.incrementAndGet();
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            await(mayEnd);
            write(out, "4\r\nlast\r\n0\r\n\r\n");
            return true;
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET /a HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
                    .readUntil("first");
            mayEnd.countDown();
            client.readUntil("last");
            client.readRest();
        }
        assertEquals("firstlast", get("/a").body());
        assertEquals(1, asked.get());
    }

    @Test
    void whatIsCutIsNotKept() throws Exception {
        start(inTurn(
                "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
                answer("Cache-Control: max-age=60", "whole")));
        assertFalse(get("/a").looksComplete());
        assertEquals("whole", get("/a").body());
    }

    /** RFC 9112 §8: a field that is cut may have said another thing. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 O",
                "HTTP/1.1 200 OK\r\nCache-Control: s-maxage=60\r\n",
                "HTTP/1.1 200 OK\r\nCache-Control: s-maxage=60, pri",
            })
    void anAnswerWhoseHeadIsCutIsNotKept(String cut) throws Exception {
        start((request, out) -> {
            boolean first = asked.incrementAndGet() == 1;
            write(out, first ? cut : answer("Cache-Control: max-age=60", "whole"));
            return !first;
        });
        RawAnswer refused = get("/a");
        assertEquals(502, refused.status(), refused.text());
        assertEquals("vts-basic; fwd=uri-miss", refused.header("Cache-Status"));
        assertEquals("whole", get("/a").body());
    }

    @Test
    void aBadGatewayInPlaceOfAnAnswerThatWasToBeKeptIsNotSaidToBeStored() throws Exception {
        start(
                inTurn(
                        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\nzz\r\nfirst\r\n"));
        RawAnswer refused = get("/a");
        assertEquals(502, refused.status(), refused.text());
        assertEquals("vts-basic; fwd=uri-miss", refused.header("Cache-Status"));
    }

    @Test
    void trailersArriveAndAreNotKept() throws Exception {
        start((request, out) -> {
            asked.incrementAndGet();
            write(
                    out,
                    "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "1\r\na\r\n0\r\nX-T: 1\r\n\r\n");
            return true;
        });
        for (int i = 0; i < 2; i++) {
            RawAnswer answer = get("/a", "TE: trailers");
            assertTrue(answer.text().toLowerCase().endsWith("x-t: 1\r\n\r\n"), answer.text());
        }
        assertEquals(2, asked.get());
    }

    // How much

    @Test
    void itsMemoryIsBounded() throws Exception {
        String body = "x".repeat(20_000);
        start((request, out) -> {
            asked.incrementAndGet();
            write(out, answer("Cache-Control: max-age=60", body));
            return true;
        });
        for (int i = 0; i < 100; i++) {
            get("/" + i);
        }
        CacheStatistics figures = proxy.cacheFigures();
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
    void whatIsTooLongPassesAsAWhole(String framing) throws Exception {
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
        assertEquals(0, proxy.cacheFigures().entries());
    }

    /** An octet is there four times before it is stored, and half of the memory is for all of that. */
    @Test
    void soIsWhatIsOnItsWay() throws Exception {
        String body = "x".repeat(80_000);
        CountDownLatch mayEnd = new CountDownLatch(1);
        start((request, out) -> {
            asked.incrementAndGet();
            String answer = answer("Cache-Control: max-age=60", body);
            if (request.target().equals("/first")) {
                write(out, answer.substring(0, answer.length() - 1));
                await(mayEnd);
                write(out, "x");
            } else {
                write(out, answer);
            }
            return true;
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET /first HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n")
                    .readUntil("x".repeat(body.length() - 1));
            assertEquals(body, get("/second").body());
            assertEquals(0, proxy.cacheFigures().entries());
            mayEnd.countDown();
            client.readRest();
        }
        assertEquals(body, get("/first").body());
        assertEquals(2, asked.get());
        assertEquals(1, proxy.cacheFigures().entries());
        get("/second");
        assertEquals(2, proxy.cacheFigures().entries());
    }
}
