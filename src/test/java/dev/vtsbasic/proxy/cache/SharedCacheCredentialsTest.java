package dev.vtsbasic.proxy.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests with Cookie or Authorization share only responses that the app marks as shared by all clients. */
class SharedCacheCredentialsTest extends SharedCacheScene {
    @ParameterizedTest
    @ValueSource(strings = {"public, max-age=60", "s-maxage=60"})
    void aPublicOrSMaxageResponseIsSharedBetweenRequestsWithCredentials(String directives) throws Exception {
        start(numbered("Cache-Control: " + directives));
        assertEquals("1", get("/a", "Cookie: session=1").body());
        assertEquals("1", get("/a", "Cookie: session=2").body());
        assertEquals("1", get("/a", "Authorization: Bearer a").body());
        assertEquals("1", get("/a").body());
    }

    @Test
    void mustRevalidateAllowsSharingWithAuthorizationButNotWithCookies() throws Exception {
        start(numbered("Cache-Control: max-age=60, must-revalidate"));
        assertEquals("1", get("/a", "Authorization: Bearer a").body());
        assertEquals("1", get("/a", "Authorization: Bearer b").body());
        assertEquals("2", get("/a", "Cookie: session=1").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cookie: session=1", "Authorization: Bearer a"})
    void aResponseThatOnlyCredentialsForbidToStoreLeavesTheStaleOne(String field) throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"),
                response("Cache-Control: max-age=60", "own"),
                "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"));
        assertEquals("old", get("/a").body());
        assertEquals("own", get("/a", field).body());
        assertEquals("old", get("/a").body());
    }

    @Test
    void aRequestThatMayNotGetTheStaleResponseStartsNoRevalidation() throws Exception {
        AtomicInteger withCookie = new AtomicInteger();
        start((request, out) -> {
            boolean cookie = !request.headers("Cookie").isEmpty();
            int count = (cookie ? withCookie : asked).incrementAndGet();
            write(
                    out,
                    cookie
                            ? response("Cache-Control: max-age=60", "own")
                            : count == 1
                                    ? response("Cache-Control: max-age=10, stale-while-revalidate=1000" + STALE, "old")
                                    : response("Cache-Control: max-age=60", "new"));
            return true;
        });
        get("/a");
        assertEquals("own", get("/a", "Cookie: session=1").body());
        assertEquals(1, asked.get());
        // Only one revalidation of a variant runs at a time, so this one comes after any other.
        awaitBody("/a", "new");
        assertEquals(1, withCookie.get());
    }

    @Test
    void aRequestWithCredentialsRevalidatesASharedResponseInTheBackground() throws Exception {
        start(inTurn(
                response("Cache-Control: s-maxage=10, stale-while-revalidate=1000" + STALE, "old"),
                response("Cache-Control: s-maxage=60", "new")));
        get("/a");
        assertEquals("old", get("/a", "Cookie: session=1").body());
        awaitBody("/a", "new", "Cookie: session=1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Cookie: session=1", "Authorization: Bearer a"})
    void anErrorIsNotReplacedForARequestThatMayNotGetTheStaleResponse(String field) throws Exception {
        start(inTurn(
                response("Cache-Control: max-age=10, stale-if-error=1000" + STALE, "old"),
                "HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nerror"));
        assertEquals("old", get("/a").body());
        assertEquals("error", get("/a", field).body());
        assertEquals("old", get("/a").body());
    }
}
