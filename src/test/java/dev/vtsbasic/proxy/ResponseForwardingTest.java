package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.keeping;
import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.UncountedLease;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The app's response reaches the client unchanged and without delay. */
class ResponseForwardingTest extends ProxyScene {
    @TempDir
    private Path directory;

    @Test
    void aResponseReachesTheClientAsTheAppSentIt() throws Exception {
        start(closing("HTTP/1.1 201 Whatever\r\nContent-Type: text/x-own\r\nSet-Cookie: a=1; Path=/\r\n"
                + "X-Octets: gr\u00c3\u00bc\r\nSet-Cookie: b=2; HttpOnly\r\nSet-Cookie: a=3\r\nLink: </a>; rel=preload\r\n"
                + "ETag: W/\"x\"\r\nVary: Accept\r\nContent-Encoding: br\r\nContent-Length: 256\r\n\r\n"
                + everyOctet()));
        RawResponse response = server.request("GET /");
        assertEquals(201, response.status());
        assertEquals(List.of("a=1; Path=/", "b=2; HttpOnly", "a=3"), response.headers("Set-Cookie"));
        assertEquals("text/x-own", response.header("Content-Type"));
        assertEquals("gr\u00c3\u00bc", response.header("X-Octets"));
        assertEquals("</a>; rel=preload", response.header("Link"));
        assertEquals("W/\"x\"", response.header("ETag"));
        assertEquals("br", response.header("Content-Encoding"));
        assertEquals(List.of("256"), response.headers("Content-Length"));
        assertEquals(everyOctet(), response.body());
    }

    @Test
    void redirectsAndErrorsOfTheAppPassUnchanged() throws Exception {
        start(closing(
                "HTTP/1.1 302 Found\r\nLocation: /else?x=%2F\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
                "HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nown"));
        RawResponse redirect = server.request("GET /");
        assertEquals(302, redirect.status());
        assertEquals("/else?x=%2F", redirect.header("Location"));
        assertEquals("no", server.request("GET /").body());
        RawResponse error = server.request("GET /");
        assertEquals(500, error.status());
        assertEquals("own", error.body());
    }

    @Test
    void hopByHopFieldsOfAResponseAreNotPassedOn() throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\n"
                + "Proxy-Authenticate: Basic\r\nX-Yours: 1\r\nContent-Length: 0\r\n\r\n"));
        RawResponse response = server.request("GET /");
        assertNull(response.header("X-Mine"));
        assertNull(response.header("Keep-Alive"));
        assertNull(response.header("Proxy-Authenticate"));
        assertEquals("1", response.header("X-Yours"));
    }

    /** RFC 9110 §15.5.22: the Upgrade field of a 426 lists the required protocols. */
    @Test
    void theUpgradeLinesOfA426AreJoinedToOneList() throws Exception {
        String refusal = "HTTP/1.1 426 No\r\nUpgrade:\r\nUpgrade: a\r\nUpgrade: b\r\nContent-Length: 0\r\n\r\n";
        start(ScriptedUpstream.keeping(refusal));
        assertEquals("a, b", server.request("GET /").header("Upgrade"));
    }

    @Test
    void aChunkedResponsePassesCompletelyAndItsContentLengthIsIgnored() throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
                + "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"));
        RawResponse response = server.request("GET /");
        // The container sets the length of a response that it sends in one piece.
        assertNotEquals("3", response.header("Content-Length"));
        assertTrue(response.looksComplete(), response.text());
        assertEquals("hello, world", response.body());
    }

    @Test
    void a102IsDroppedAndTheFinalResponsePasses() throws Exception {
        start(closing("HTTP/1.1 102 Processing\r\nLink: </a>\r\n\r\n" + ok("real")));
        RawResponse response = server.request("GET /");
        assertEquals(200, response.status());
        assertEquals("real", response.body());
    }

    @ParameterizedTest
    @CsvSource({"GET, 204, ", "GET, 304, ", "HEAD, 200, 4"})
    void aResponseWithoutBodyLeavesTheWorkerConnectionReusable(String method, int status, String length)
            throws Exception {
        String head = "HTTP/1.1 " + status + " X\r\nETag: \"x\"\r\n";
        start(keeping(head + (length == null ? "\r\n" : "Content-Length: " + length + "\r\n\r\n"), ok("next")));
        RawResponse response = server.request(method + " /");
        assertEquals(status, response.status());
        assertEquals("\"x\"", response.header("ETag"));
        assertEquals("", response.body());
        assertEquals(length, response.header("Content-Length"));
        assertEquals("next", server.request("GET /").body());
        assertEquals(1, app.connections(), "the connection was fit to be used again");
    }

    @ParameterizedTest
    @CsvSource({"GET, 204", "GET, 304", "HEAD, 200"})
    void aResponseWithoutBodyToAnUpgradeOfferLeavesTheClientConnectionReusable(String method, int status)
            throws Exception {
        start(keeping("HTTP/1.1 " + status + " X\r\n" + (status == 200 ? "Content-Length: 4\r\n\r\n" : "\r\n")));
        try (RawClient client = new RawClient(server.port())) {
            String request = " / HTTP/1.1\r\nHost: a\r\n";
            client.send(method + request + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            client.readUntil("\r\n\r\n");
            client.send("TRACE" + request + "\r\n").readUntil("501");
        }
    }

    @Test
    void eachPartReachesTheClientBeforeTheAppSendsTheNext() throws Exception {
        CompletableFuture<Void> first = new CompletableFuture<>();
        start((request, out) -> {
            out.write(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"));
            first.join();
            out.write(octets("4\r\nlast\r\n0\r\n\r\n"));
            return false;
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("first\r\n");
            first.complete(null);
            client.readUntil("last\r\n0\r\n\r\n");
        }
    }

    @Test
    void oneWorkerConnectionServesManyRequests() throws Exception {
        start(keeping(ok("a"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n", ok("c")));
        for (int i = 0; i < 3; i++) {
            assertTrue(server.request("GET /").looksComplete());
        }
        assertEquals(1, app.connections());
    }

    @Test
    void oneUnixSocketConnectionServesManyRequests() throws Exception {
        start(ScriptedUpstream.onUnix(directory.resolve("s"), keeping(ok("a"), ok("b"))));
        assertEquals("a", server.request("GET /").body());
        assertEquals("b", server.requestWithBody("POST /", "hi").body());
        app.next();
        assertEquals("hi", app.next().body());
        assertEquals(1, app.connections());
    }

    @Test
    void fieldsSetByAFilterStayInEachResponse() throws Exception {
        app = ScriptedUpstream.onTcp(keeping(ok("first"), "", ok("again"), "nonsense\r\n\r\n"));
        Worker worker = new Worker("worker-1", app.address());
        startBehind(
                (request, response, chain) -> {
                    ((HttpServletResponse) response).addHeader("X-Front", "1");
                    ((HttpServletResponse) response).addHeader("X-Front", "2");
                    chain.doFilter(request, response);
                },
                (avoid, deadline) -> worker.equals(avoid) ? Optional.empty() : Optional.of(new UncountedLease(worker)));
        for (String body : List.of("first", "again")) {
            RawResponse response = server.request("GET /");
            assertEquals(body, response.body());
            assertEquals(List.of("1", "2"), response.headers("X-Front"));
        }
        RawResponse page = server.request("POST /");
        assertEquals(502, page.status());
        assertEquals(List.of("1", "2"), page.headers("X-Front"));
    }
}
