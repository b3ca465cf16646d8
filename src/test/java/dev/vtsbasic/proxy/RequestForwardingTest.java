package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.ScriptedUpstream.Request;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client's request reaches the app unchanged, except for the changes that a proxy must make. */
class RequestForwardingTest extends ProxyScene {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a%2Fb%2fc",
                "/a%20b+c",
                "/a%5Cb%5c",
                "//double//slash/",
                "/a;x=1/b;y;jsessionid=2",
                "/users/[id]|x",
                "/%C3%A9/%e6%97%a5",
                "/100%25/%7Euser/~user",
                "/a/%2e%2e/b/%2E/c/../d/./e",
                "/a%2F%20?b=%2F",
                "/a?",
                "/a??b=?&&=",
                "/a?b=%2F%20+[1]|{}^`\"<>&c=%C3%A9",
                "/a?next=https://example.org//x;y",
                "/page.jsp",
                "/*",
            })
    void theTargetReachesTheAppAsItWasSent(String target) throws Exception {
        start(closing(ok("")));
        assertEquals(200, server.request("GET " + target).status());
        assertEquals(target, app.next().target());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "X-OWN"})
    void everyMethodReachesTheApp(String method) throws Exception {
        start(closing(ok("")));
        assertEquals(200, server.request(method + " /a").status());
        assertEquals(method + " /a HTTP/1.1", app.next().line());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE /", "CONNECT example.org:443"})
    void traceAndConnectAreRefused(String request) throws Exception {
        start(closing(ok("")));
        assertTrue(server.request(request).status() >= 400);
        assertEquals(0, app.pending());
    }

    @Test
    void aBodyOfKnownLengthReachesTheAppWithItsLength() throws Exception {
        start(closing(ok("")));
        String body = everyOctet().repeat(1000);
        server.requestWithBody("POST /", body, "Content-Type: x/y");
        Request request = app.next();
        assertEquals(body, request.body());
        assertEquals(List.of("" + body.length()), request.headers("Content-Length"));
        assertEquals(List.of(), request.headers("Transfer-Encoding"));
        assertEquals(List.of("x/y"), request.headers("Content-Type"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void aChunkedBodyReachesTheAppInChunks(String method) throws Exception {
        start(closing(ok("")));
        server.send(method + " / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + "5\r\nhello\r\n1;x=y\r\n,\r\n6\r\n world\r\n0\r\n\r\n");
        Request request = app.next();
        assertEquals("hello, world", request.body());
        assertEquals(List.of("chunked"), request.headers("Transfer-Encoding"));
        assertEquals(List.of(), request.headers("Content-Length"));
    }

    @Test
    void anEmptyBodyKeepsItsContentLength() throws Exception {
        start(closing(ok("")));
        server.request("POST /", "Content-Length: 0");
        assertEquals(List.of("0"), app.next().headers("Content-Length"));
    }

    @Test
    void theBodyOfAFormIsNotConsumedByTheContainer() throws Exception {
        start(closing(ok("")));
        server.requestWithBody("POST /?q=1", "a=1&b=2", "Content-Type: application/x-www-form-urlencoded");
        assertEquals("a=1&b=2", app.next().body());
    }

    @Test
    void aClientThatExpectsContinueGets100BeforeItSendsItsBody() throws Exception {
        start(closing(ok("done")));
        try (RawClient client = new RawClient(server.port())) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n"
                    + "Connection: close\r\n\r\n");
            assertTrue(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 100"));
            assertEquals("done", client.send("hi").readToEnd().body());
        }
        Request request = app.next();
        assertEquals("hi", request.body());
        assertEquals(List.of(), request.headers("Expect"));
    }

    @Test
    void headerFieldsReachTheAppAndForgedForwardedFieldsAreReplaced() throws Exception {
        start(closing(ok("")));
        server.request(
                "GET /",
                "X-Octets: " + "gr\u00c3\u00bc\u00c3\u009fe",
                "X-Twice: 1",
                "X-Twice: 2",
                "Cookie: a=b",
                "X-Forwarded-For: 203.0.113.9",
                "X-Forwarded-Proto: https",
                "Forwarded: for=203.0.113.9",
                "TE: trailers");
        Request request = app.next();
        assertEquals(List.of("gr\u00c3\u00bc\u00c3\u009fe"), request.headers("X-Octets"));
        assertEquals(List.of("1", "2"), request.headers("X-Twice"));
        assertEquals(List.of("a=b"), request.headers("Cookie"));
        assertEquals(List.of("example.org"), request.headers("Host"));
        assertEquals(List.of("127.0.0.1"), request.headers("X-Forwarded-For"));
        assertEquals(List.of("http"), request.headers("X-Forwarded-Proto"));
        assertEquals(List.of("example.org"), request.headers("X-Forwarded-Host"));
        assertEquals(List.of("80"), request.headers("X-Forwarded-Port"));
        assertEquals(List.of("for=127.0.0.1;host=example.org;proto=http"), request.headers("Forwarded"));
        assertEquals(List.of("127.0.0.1"), request.headers("X-Real-IP"));
        assertEquals(List.of(), request.headers("TE"));
        assertEquals(List.of(), request.headers("Connection"));
    }
}
