package dev.vtsbasic.proxy;

import static dev.vtsbasic.testing.ScriptedUpstream.closing;
import static dev.vtsbasic.testing.ScriptedUpstream.keeping;
import static dev.vtsbasic.testing.ScriptedUpstream.ok;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.page.Pages;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.RawAnswer;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.ScriptedUpstream.Request;
import dev.vtsbasic.testing.ScriptedUpstream.Script;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import dev.vtsbasic.testing.UncountedLease;
import dev.vtsbasic.traffic.InFlightRequests;
import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.TrafficFilter;
import dev.vtsbasic.traffic.UpstreamError;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletRegistration;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy in its container, between a client and an app whose every octet is known. */
@Timeout(120)
@Tag("java")
class ProxyServletTest {
    @TempDir
    private Path directory;

    private ScriptedUpstream app;
    private TestServer server;
    private final InFlightRequests running = new InFlightRequests();
    private ProxyServlet proxy;
    private Traffic traffic;

    @AfterEach
    void stop() throws Exception {
        app.close();
        server.close();
        proxy.close();
    }

    // What the client sends

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
    void theTargetArrivesAsItWasSent(String target) throws Exception {
        start(closing(ok("")));
        assertEquals(200, server.request("GET " + target).status());
        assertEquals(target, app.next().target());
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "X-OWN"})
    void everyMethodArrives(String method) throws Exception {
        start(closing(ok("")));
        assertEquals(200, server.request(method + " /a").status());
        assertEquals(method + " /a HTTP/1.1", app.next().line());
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE /", "CONNECT example.org:443"})
    void methodsForOtherKindsOfProxiesStopHere(String request) throws Exception {
        start(closing(ok("")));
        assertTrue(server.request(request).status() >= 400);
        assertEquals(0, app.pending());
    }

    @Test
    void aBodyOfKnownLengthArrivesWithItsLength() throws Exception {
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
    void aChunkedBodyArrivesInChunks(String method) throws Exception {
        start(closing(ok("")));
        server.send(method + " / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + "5\r\nhello\r\n1;x=y\r\n,\r\n6\r\n world\r\n0\r\n\r\n");
        Request request = app.next();
        assertEquals("hello, world", request.body());
        assertEquals(List.of("chunked"), request.headers("Transfer-Encoding"));
        assertEquals(List.of(), request.headers("Content-Length"));
    }

    @Test
    void anEmptyBodyKeepsItsLength() throws Exception {
        start(closing(ok("")));
        server.request("POST /", "Content-Length: 0");
        assertEquals(List.of("0"), app.next().headers("Content-Length"));
    }

    @Test
    void aFormIsNotEatenByTheContainer() throws Exception {
        start(closing(ok("")));
        server.requestWithBody("POST /?q=1", "a=1&b=2", "Content-Type: application/x-www-form-urlencoded");
        assertEquals("a=1&b=2", app.next().body());
    }

    @Test
    void whoSaysExpectGets100BeforeTheBodyIsSent() throws Exception {
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
    void fieldsArriveAndTheClientCannotForgeWhoItIs() throws Exception {
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

    // What the app answers

    @Test
    void theAnswerArrivesAsTheAppGaveIt() throws Exception {
        start(closing("HTTP/1.1 201 Whatever\r\nContent-Type: text/x-own\r\nSet-Cookie: a=1; Path=/\r\n"
                + "X-Octets: gr\u00c3\u00bc\r\nSet-Cookie: b=2; HttpOnly\r\nSet-Cookie: a=3\r\nLink: </a>; rel=preload\r\n"
                + "ETag: W/\"x\"\r\nVary: Accept\r\nContent-Encoding: br\r\nContent-Length: 256\r\n\r\n"
                + everyOctet()));
        RawAnswer answer = server.request("GET /");
        assertEquals(201, answer.status());
        assertEquals(List.of("a=1; Path=/", "b=2; HttpOnly", "a=3"), answer.headers("Set-Cookie"));
        assertEquals("text/x-own", answer.header("Content-Type"));
        assertEquals("gr\u00c3\u00bc", answer.header("X-Octets"));
        assertEquals("</a>; rel=preload", answer.header("Link"));
        assertEquals("W/\"x\"", answer.header("ETag"));
        assertEquals("br", answer.header("Content-Encoding"));
        assertEquals(List.of("256"), answer.headers("Content-Length"));
        assertEquals(everyOctet(), answer.body());
    }

    @Test
    void redirectsAndErrorsOfTheAppAreItsOwn() throws Exception {
        start(closing(
                "HTTP/1.1 302 Found\r\nLocation: /else?x=%2F\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",
                "HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\nown"));
        RawAnswer redirect = server.request("GET /");
        assertEquals(302, redirect.status());
        assertEquals("/else?x=%2F", redirect.header("Location"));
        assertEquals("no", server.request("GET /").body());
        RawAnswer error = server.request("GET /");
        assertEquals(500, error.status());
        assertEquals("own", error.body());
    }

    @Test
    void fieldsOfTheAppsConnectionStayBehind() throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nKeep-Alive: timeout=5\r\n"
                + "Proxy-Authenticate: Basic\r\nX-Yours: 1\r\nContent-Length: 0\r\n\r\n"));
        RawAnswer answer = server.request("GET /");
        assertNull(answer.header("X-Mine"));
        assertNull(answer.header("Keep-Alive"));
        assertNull(answer.header("Proxy-Authenticate"));
        assertEquals("1", answer.header("X-Yours"));
    }

    /** RFC 9110 §15.5.22. */
    @Test
    void whatAClientShouldSwitchToIsAListOfAllLines() throws Exception {
        String refusal = "HTTP/1.1 426 No\r\nUpgrade:\r\nUpgrade: a\r\nUpgrade: b\r\nContent-Length: 0\r\n\r\n";
        start(ScriptedUpstream.keeping(refusal));
        assertEquals("a, b", server.request("GET /").header("Upgrade"));
    }

    @Test
    void aChunkedAnswerArrivesWholeAndALengthBesideItIsNotBelieved() throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"
                + "5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"));
        RawAnswer answer = server.request("GET /");
        // The container knows the length of what it sends in one piece.
        assertNotEquals("3", answer.header("Content-Length"));
        assertTrue(answer.looksComplete(), answer.text());
        assertEquals("hello, world", answer.body());
    }

    @Test
    void anInterimAnswerIsNotTheAnswer() throws Exception {
        start(closing("HTTP/1.1 102 Processing\r\nLink: </a>\r\n\r\n" + ok("real")));
        RawAnswer answer = server.request("GET /");
        assertEquals(200, answer.status());
        assertEquals("real", answer.body());
    }

    @ParameterizedTest
    @CsvSource({"GET, 204, ", "GET, 304, ", "HEAD, 200, 4"})
    void anAnswerWithoutBodyHasNone(String method, int status, String length) throws Exception {
        String head = "HTTP/1.1 " + status + " X\r\nETag: \"x\"\r\n";
        start(keeping(head + (length == null ? "\r\n" : "Content-Length: " + length + "\r\n\r\n"), ok("next")));
        RawAnswer answer = server.request(method + " /");
        assertEquals(status, answer.status());
        assertEquals("\"x\"", answer.header("ETag"));
        assertEquals("", answer.body());
        assertEquals(length, answer.header("Content-Length"));
        assertEquals("next", server.request("GET /").body());
        assertEquals(1, app.connections(), "the connection was fit to be used again");
    }

    @ParameterizedTest
    @CsvSource({"GET, 204", "GET, 304", "HEAD, 200"})
    void aRefusalToSwitchProtocolsWithoutBodyHasNone(String method, int status) throws Exception {
        start(keeping("HTTP/1.1 " + status + " X\r\n" + (status == 200 ? "Content-Length: 4\r\n\r\n" : "\r\n")));
        try (RawClient client = new RawClient(server.port())) {
            String request = " / HTTP/1.1\r\nHost: a\r\n";
            client.send(method + request + "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            client.readUntil("\r\n\r\n");
            client.send("TRACE" + request + "\r\n").readUntil("501");
        }
    }

    @Test
    void eachPieceArrivesBeforeTheNextIsSent() throws Exception {
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
    void aConnectionServesManyRequests() throws Exception {
        start(keeping(ok("a"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nb\r\n0\r\n\r\n", ok("c")));
        for (int i = 0; i < 3; i++) {
            assertTrue(server.request("GET /").looksComplete());
        }
        assertEquals(1, app.connections());
    }

    @Test
    void aUnixSocketDoesAsWell() throws Exception {
        start(ScriptedUpstream.onUnix(directory.resolve("s"), keeping(ok("a"), ok("b"))));
        assertEquals("a", server.request("GET /").body());
        assertEquals("b", server.requestWithBody("POST /", "hi").body());
        app.next();
        assertEquals("hi", app.next().body());
        assertEquals(1, app.connections());
    }

    // What goes wrong

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n wo",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nnonsense\r\n",
                "Content-Length: 100\r\n\r\nhello",
            })
    void anAnswerCutInTheMiddleNeverLooksComplete(String answer) throws Exception {
        start(closing("HTTP/1.1 200 OK\r\n" + answer));
        try (RawClient client = new RawClient(server.port())) {
            RawAnswer cut = client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                    .readToEnd();
            assertFalse(cut.status() == 200 && cut.looksComplete(), cut.text());
        }
    }

    /** RFC 9112 §8: a head ends with an empty line, and with nothing else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "H",
                "HTTP/1.1 200",
                "HTTP/1.1 200 O",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.1 200 OK\r\nX-A: a",
                "HTTP/1.1 200 OK\r\nX-A: a\r\n",
                "HTTP/1.1 200 OK\r\nX-A: a\r\n\r",
                "HTTP/1.1 204 No Content\r\n",
                "HTTP/1.1 404 Not Found\r\nX-A: a\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 2",
                "HTTP/1.1 102 Processing\r\n",
                "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n",
            })
    void aHeadThatTheAppCutsIsABadGateway(String head) throws Exception {
        start(ScriptedUpstream.closing(head));
        RawAnswer answer = server.request("POST /");
        assertEquals(502, answer.status(), answer.text());
        assertPage(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"HTTP/1.1 200 OK\r\nX-A: a\r\n\r\n", "HTTP/1.1 200 OK\nX-A: a\n\n", "HTTP/1.1 204 No\r\n\r\n"})
    void aHeadThatEndsWithTheConnectionBehindItsEmptyLineIsWhole(String head) throws Exception {
        start(ScriptedUpstream.closing(head));
        RawAnswer answer = server.request("POST /");
        assertTrue(answer.status() < 300, answer.text());
        assertTrue(answer.looksComplete(), answer.text());
    }

    @Test
    void aGetWhoseAnswersHeadWasCutOnAReusedConnectionIsSentOnceMore() throws Exception {
        AtomicInteger number = new AtomicInteger();
        start((request, out) -> {
            boolean cut = number.incrementAndGet() == 2;
            out.write((cut ? "HTTP/1.1 200 O" : ok("whole")).getBytes(StandardCharsets.ISO_8859_1));
            return !cut;
        });
        assertEquals("whole", server.request("GET /").body());
        assertEquals("whole", server.request("GET /").body());
        assertEquals(3, number.get());
    }

    /** Bun says nothing at all to a method that it does not know. */
    @Test
    void aCutHeadIsABadGatewayWhateverTheMethod() throws Exception {
        start(ScriptedUpstream.closing("HTTP/1.1 200 O"));
        assertEquals(502, server.request("PROPFIND /").status());
    }

    @Test
    void whatTheClientHasOfACutAnswerStaysWithoutAnEnd() throws Exception {
        CompletableFuture<Void> arrived = new CompletableFuture<>();
        start((request, out) -> {
            out.write(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
            arrived.join();
            return false;
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("hello\r\n");
            arrived.complete(null);
            assertEquals("", client.readRest());
        }
        app.next();
        assertEquals(0, app.pending(), "it was not asked a second time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /", "HEAD /", "OPTIONS /", "DELETE /"})
    void anIdempotentRequestIsSentOnceMoreWhenItsConnectionWasDead(String request) throws Exception {
        start(keeping(ok(""), "", ok("")));
        server.request("GET /first");
        assertEquals(200, server.request(request).status());
        app.next();
        assertEquals(app.next().line(), app.next().line());
        assertEquals(2, app.connections());
    }

    @Test
    void aNewConnectionThatBreaksIsNotTriedAgainWhileTheWorkerLives() throws Exception {
        start(closing(""));
        assertEquals(502, server.request("GET /").status());
        app.next();
        assertEquals(0, app.pending());
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST /", "PATCH /", "PUT /"})
    void aBodyIsNeverSentTwice(String request) throws Exception {
        start(closing("", ok("")));
        assertEquals(502, server.requestWithBody(request, "hi").status());
        app.next();
        assertEquals(0, app.pending());
    }

    @Test
    void aPostWithoutBodyIsNotSentTwiceEither() throws Exception {
        start(closing("", ok("")));
        assertEquals(502, server.request("POST /", "Content-Length: 0").status());
        app.next();
        assertEquals(0, app.pending());
    }

    /** RFC 9112 §9.5: sending fails then, mostly, though the answer has come. */
    @ParameterizedTest
    @CsvSource({"7000, 0", "0, 10000", "0, 300000"})
    void anAnswerThatComesBeforeTheRequestCouldBeSentIsPassedOn(int field, int body) throws Exception {
        Path socket = directory.resolve("s");
        try (ServerSocketChannel early =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket))) {
            Thread answering = new Thread(() -> {
                try {
                    while (true) {
                        try (SocketChannel connection = early.accept()) {
                            connection.write(ByteBuffer.wrap(octets(
                                    "HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\nlong")));
                        }
                    }
                } catch (IOException e) {
                    // The test is over.
                }
            });
            answering.start();
            Worker worker = new Worker("worker-1", UnixDomainSocketAddress.of(socket));
            app = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT);
            startWith((avoid, deadline) -> Optional.of(new UncountedLease(worker)));
            Map<String, Integer> answers = new HashMap<>();
            int count = LongSet.count(200, 3000);
            for (int i = 0; i < count; i++) {
                RawAnswer answer = body == 0
                        ? server.request("GET /", "X-Long: " + "v".repeat(field))
                        : server.requestWithBody("POST /", "b".repeat(body));
                answers.merge(answer.status() + " " + answer.body(), 1, Integer::sum);
            }
            assertEquals(Map.of("431 long", count), answers);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nno field\r\n\r\n"})
    void whatIsNotHttpIsABadGateway(String answer) throws Exception {
        start(closing(answer));
        assertEquals(502, server.request("POST /").status());
    }

    @Test
    void aStatusOfLessThanAHundredIsABadGatewayAndNoInterimAnswer() throws Exception {
        start(ScriptedUpstream.onTcp(keeping("HTTP/1.1 000 Nothing\r\n\r\n")), "vts.response-timeout", "10s");
        assertEquals(502, server.request("GET /").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: a\u001bb\r\n", "X(: a\r\n"})
    void anAnswerWithMalformedTrailersNeverLooksComplete(String trailer) throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nTrailer: X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n" + trailer
                + "\r\n"));
        RawAnswer answer = server.request("POST /");
        assertFalse(answer.status() == 200 && answer.looksComplete(), answer.text());
        assertFalse(answer.text().contains("X: a"), answer.text());
    }

    @Test
    void aMethodThatTheAppDoesNotKnowIsNotImplementedAndNoFaultOfTheApp() throws Exception {
        start(closing(""));
        assertEquals(501, server.request("FROBNICATE /").status());
        assertEquals(1, app.connections());
        awaitEnd();
        for (UpstreamError error : UpstreamError.values()) {
            assertEquals(0, traffic.upstreamErrors(error), error.name());
        }
    }

    @Test
    void aHeadWithoutEndIsABadGatewayBeforeItFillsTheMemory() throws Exception {
        AtomicLong sent = new AtomicLong();
        start((request, out) -> {
            out.write(octets("HTTP/1.1 200 OK\r\n"));
            // Until the connection is cut; as much as no memory holds.
            while (sent.addAndGet(30_000) < 1L << 40) {
                out.write(octets("X-Field: " + "v".repeat(30_000) + "\r\n"));
            }
            return false;
        });
        RawAnswer answer = server.request("POST /");
        assertEquals(502, answer.status());
        assertPage(answer);
        // Some of it is in the system's buffers.
        assertTrue(sent.get() < 16_000_000, sent + " octets");
    }

    @Test
    void interimAnswersWithoutEndAreAGatewayTimeout() throws Exception {
        ScriptedUpstream upstream = ScriptedUpstream.onTcp((request, out) -> {
            for (long i = 0; i < 1L << 40; i++) {
                out.write(octets("HTTP/1.1 102 Processing\r\n\r\n"));
            }
            return false;
        });
        start(upstream, "vts.response-timeout", "100ms");
        RawAnswer answer = server.request("GET /");
        assertEquals(504, answer.status());
        assertPage(answer);
    }

    @Test
    void nothingThatAWorkerSaysSteersATerminalThatShowsTheLog() throws Exception {
        assertLogged("HTTP/1.1 200 OK\r\nX\u001b[2J\u000b: v\r\n\r\n", "[0x1b][2J[0x0b]");
    }

    @Test
    void aMalformedChunkOfAWorkerSteersNoTerminalThatShowsTheLog() throws Exception {
        assertLogged(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\u001b[2J\r\nhello\r\n0\r\n\r\n", "\\u001b[2J");
    }

    private void assertLogged(String answer, String escaped) throws Exception {
        start(closing(answer));
        Logger log = Logger.getLogger("dev.vtsbasic.proxy.exchange.Exchange");
        BlockingQueue<String> lines = new LinkedBlockingQueue<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(new SimpleFormatter().formatMessage(line));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        log.setLevel(Level.ALL);
        log.addHandler(handler);
        try {
            assertEquals(502, server.request("POST /").status());
            String line = lines.poll(60, TimeUnit.SECONDS);
            // Classes that run beside this one log there too.
            while (!line.contains(escaped)) {
                line = lines.poll(60, TimeUnit.SECONDS);
            }
            assertTrue(line.chars().noneMatch(Character::isISOControl), line);
        } finally {
            log.removeHandler(handler);
            log.setLevel(null);
        }
    }

    @Test
    void aDeadWorkerIsAvoidedAndTheNextOneAnswers() throws Exception {
        SocketAddress nobody;
        try (ScriptedUpstream gone = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT)) {
            nobody = gone.address();
        }
        app = ScriptedUpstream.onTcp(closing(ok("next")));
        Worker dead = new Worker("worker-1", nobody);
        Worker next = new Worker("worker-2", app.address());
        startWith((avoid, deadline) -> Optional.of(new UncountedLease(dead.equals(avoid) ? next : dead)));
        assertEquals("next", server.requestWithBody("POST /", "hi").body());
        assertEquals("hi", app.next().body());
    }

    @Test
    void aRequestWaitsForAWorkerAsLongAsTheSettingSays() throws Exception {
        app = ScriptedUpstream.onTcp(closing(ok("")));
        Worker worker = new Worker("worker-1", app.address());
        CompletableFuture<Long> left = new CompletableFuture<>();
        startWith(
                (avoid, deadline) -> {
                    left.complete(deadline - System.nanoTime());
                    return Optional.of(new UncountedLease(worker));
                },
                "vts.hold-timeout",
                "1h");
        server.request("GET /");
        assertTrue(left.join() <= Duration.ofHours(1).toNanos());
        assertTrue(left.join() > Duration.ofMinutes(59).toNanos());
    }

    @Test
    void withoutAWorkerTheClientIsToldToComeBack() throws Exception {
        app = ScriptedUpstream.onTcp(closing(ok("")));
        startWith((avoid, deadline) -> Optional.empty());
        RawAnswer answer = server.request("GET /", "Accept: text/html,*/*");
        assertEquals(503, answer.status());
        assertEquals("5", answer.header("Retry-After"));
        assertPage(answer);
    }

    @Test
    void aBadGatewayIsSaidInHtmlOrJsonAsTheClientPrefers() throws Exception {
        start(closing(""));
        RawAnswer html = server.request("GET /", "Accept: text/html,application/json;q=0.9");
        assertEquals(502, html.status());
        assertPage(html);
        assertPage(server.request("GET /"));
        RawAnswer json = server.request("GET /", "Accept: application/json");
        assertEquals("application/problem+json", json.header("Content-Type"));
        assertEquals(
                "{\"title\":\"Bad Gateway\",\"status\":502,\"detail\":\"The application broke off before it answered."
                        + " Please try again.\",\"requestId\":\"" + json.header("X-Request-Id") + "\"}",
                json.body());
        assertNull(json.header("Retry-After"));
    }

    @Test
    void nothingOfAnAnswerThatBrokeOffIsLeftInTheErrorPage() throws Exception {
        start(closing(
                "HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nX-Own: 1\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"));
        RawAnswer answer = server.request("POST /");
        assertEquals(502, answer.status());
        assertNull(answer.header("Set-Cookie"));
        assertNull(answer.header("X-Own"));
        assertPage(answer);
    }

    /** What the worker printed last, as the pool tells it. */
    private static final class CrashingApp implements WorkerPool {
        static final String OUTPUT = "Error: no <database>";

        @Override
        public Optional<WorkerLease> lease(Worker avoid, long deadline) {
            return Optional.empty();
        }

        @Override
        public Optional<String> trouble() {
            return Optional.of(OUTPUT);
        }

        @Override
        public boolean isStarting() {
            return true;
        }
    }

    @Test
    void whoWaitsForAStartIsToldSo() throws Exception {
        app = ScriptedUpstream.onTcp(closing(ok("")));
        startWith(new CrashingApp());
        RawAnswer page = server.request("GET /", "Accept: text/html", "Sec-Fetch-Dest: document");
        assertEquals(503, page.status());
        assertEquals("5", page.header("Retry-After"));
        assertEquals("5", page.header("Refresh"));
        assertTrue(page.body().contains("The application is starting."), page.body());
        assertNull(server.request("GET /", "Accept: application/json").header("Refresh"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    GET / HTTP/1.1 | Host: localhost:3000                                | true
                    GET / HTTP/1.1 | Host: 127.0.0.1                                     | true
                    GET / HTTP/1.1 | Host: [::1]:3000                                    | true
                    GET / HTTP/1.1 | Host: example.org                                   | false
                    GET / HTTP/1.1 | Host: localhost.example.org                         | false
                    GET / HTTP/1.0 | Host: localhost                                     | false
                    GET / HTTP/1.1 | Host: localhost, X-Forwarded-For: 192.0.2.1         | false
                    GET / HTTP/1.1 | Host: localhost, x-forwarded-host: a                | false
                    GET / HTTP/1.1 | Host: localhost, Forwarded: for=192.0.2.1           | false
                    GET / HTTP/1.1 | Host: localhost, X-Real-IP: 192.0.2.1               | false
                    GET / HTTP/1.1 | Host: localhost, Via: 1.1 front                     | false
                    """)
    void onlyABrowserOnThisMachineIsShownWhatTheWorkerPrinted(String line, String headers, boolean shown)
            throws Exception {
        app = ScriptedUpstream.onTcp(closing(ok("")));
        startWith(new CrashingApp());
        RawAnswer answer = server.send(
                line + "\r\n" + headers.replace(", ", "\r\n") + "\r\nAccept: text/html\r\nConnection: close\r\n\r\n");
        assertEquals(503, answer.status());
        assertEquals(shown, answer.body().contains("Error: no &lt;database&gt;"), answer.body());
        assertEquals(shown, answer.body().contains("database"), answer.body());
    }

    @Test
    void whatAFilterInFrontHasSetStaysInEveryAnswer() throws Exception {
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
            RawAnswer answer = server.request("GET /");
            assertEquals(body, answer.body());
            assertEquals(List.of("1", "2"), answer.headers("X-Front"));
        }
        RawAnswer page = server.request("POST /");
        assertEquals(502, page.status());
        assertEquals(List.of("1", "2"), page.headers("X-Front"));
    }

    /** Not the common pool, which may be smaller than the number of those that wait for each other. */
    private static final Executor THREADS = task -> new Thread(task).start();

    private static final String STRANGER = "X-Forwarded-For: 192.0.2.1";

    @Test
    void whenTheAppHasAsManyRequestsAsItMayAnotherIsHeldAndThenToldToComeBack() throws Exception {
        CompletableFuture<Void> go = new CompletableFuture<>();
        start(
                ScriptedUpstream.onTcp((request, out) -> {
                    go.join();
                    out.write(octets(ok("done")));
                    return false;
                }),
                "vts.max-concurrent",
                "2",
                "vts.hold-timeout",
                "1s");
        List<CompletableFuture<RawAnswer>> first = List.of(askInBackground("/1"), askInBackground("/2"));
        app.next();
        app.next();
        RawAnswer busy = server.request("GET /3", STRANGER);
        assertEquals(503, busy.status());
        assertEquals("5", busy.header("Retry-After"));
        assertTrue(busy.body().contains("is overloaded"), busy.body());
        assertEquals(1, traffic.shed(ShedReason.CONCURRENCY));
        assertEquals(1, traffic.held());
        // It may be what a page waits for that has a place.
        CompletableFuture<RawAnswer> nested =
                CompletableFuture.supplyAsync(() -> assertDoesNotThrow(() -> server.request("GET /nested")), THREADS);
        assertEquals("/nested", app.next().target());
        assertEquals(0, app.pending());
        go.complete(null);
        for (CompletableFuture<RawAnswer> answer : first) {
            assertEquals("done", answer.get().body());
        }
        assertEquals("done", nested.get().body());
        assertEquals("done", server.request("GET /4", STRANGER).body());
        assertEquals("done", server.request("GET /5", STRANGER).body());
    }

    @Test
    void whoWaitsForAPlaceGetsTheNextOne() throws Exception {
        BlockingQueue<String> answers = new LinkedBlockingQueue<>();
        start(
                ScriptedUpstream.onTcp((request, out) -> {
                    out.write(octets(assertDoesNotThrow(answers::take)));
                    return false;
                }),
                "vts.max-concurrent",
                "1");
        CompletableFuture<RawAnswer> first = askInBackground("/1");
        app.next();
        CompletableFuture<RawAnswer> second = askInBackground("/2");
        answers.add(ok("one"));
        assertEquals("one", first.get().body());
        answers.add(ok("two"));
        assertEquals("two", second.get().body());
    }

    @Test
    @SuppressWarnings("try") // The stream is read by nobody.
    void anEventStreamTakesNoPlace() throws Exception {
        start(
                ScriptedUpstream.onTcp((request, out) -> {
                    boolean stream = request.target().equals("/events");
                    out.write(octets(
                            stream
                                    ? "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                                            + "Transfer-Encoding: chunked\r\n\r\n6\r\ndata:\n\r\n"
                                    : ok("page")));
                    return stream;
                }),
                "vts.max-concurrent",
                "1",
                "vts.hold-timeout",
                "10s");
        try (RawClient reader = new RawClient(server.port())) {
            reader.send("GET /events HTTP/1.1\r\nHost: a\r\n" + STRANGER + "\r\n\r\n")
                    .readUntil("data:");
            assertEquals("page", server.request("GET /", STRANGER).body());
        }
    }

    private CompletableFuture<RawAnswer> askInBackground(String target) {
        return CompletableFuture.supplyAsync(
                () -> assertDoesNotThrow(() -> server.request("GET " + target, STRANGER)), THREADS);
    }

    @Test
    void headGetsTheErrorWithoutItsBody() throws Exception {
        start(closing(""));
        RawAnswer answer = server.request("HEAD /");
        assertEquals(502, answer.status());
        assertEquals("", answer.body());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAppThatStaysSilentIsAGatewayTimeoutAndIsNotAskedAgain(boolean unix) throws Exception {
        Script silent = ScriptedUpstream.SILENT;
        start(
                unix ? ScriptedUpstream.onUnix(directory.resolve("s"), silent) : ScriptedUpstream.onTcp(silent),
                "vts.response-timeout",
                "50ms");
        RawAnswer answer = server.request("GET /");
        assertEquals(504, answer.status());
        assertPage(answer);
        app.next();
        assertEquals(0, app.pending());
    }

    @Test
    void anAppThatFallsSilentWithinItsAnswerIsCut() throws Exception {
        start(
                ScriptedUpstream.onTcp(keeping("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")),
                "vts.response-timeout",
                "2s");
        RawAnswer answer = server.request("GET /");
        assertEquals(200, answer.status());
        assertFalse(answer.looksComplete(), answer.text());
    }

    @Test
    void whenTheClientLeavesTheAppIsToldSo() throws Exception {
        CompletableFuture<IOException> told = new CompletableFuture<>();
        start((request, out) -> {
            out.write(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
            try {
                while (true) {
                    out.write(octets("1000\r\n" + "x".repeat(0x1000) + "\r\n"));
                }
            } catch (IOException e) {
                told.complete(e);
                return false;
            }
        });
        try (RawClient client = new RawClient(server.port())) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("xxx");
        }
        told.get(60, TimeUnit.SECONDS);
    }

    static Stream<Arguments> requestsBeforeAnother() {
        return Stream.of(
                        "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
                        "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                        "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
                        "POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" + "h".repeat(20000),
                        "POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                        "POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n")
                .flatMap(request -> Stream.of(true, false).map(atOnce -> Arguments.of(request, atOnce)));
    }

    /** RFC 9112 §9.3.2: to look whether the client has left must not cost what it has sent ahead. */
    @ParameterizedTest
    @MethodSource("requestsBeforeAnother")
    void aRequestSentBeforeTheAnswerToAnotherIsAnswered(String request, boolean atOnce) throws Exception {
        CompletableFuture<Void> looked = new CompletableFuture<>();
        start(ScriptedUpstream.onTcp((asked, out) -> {
            if (asked.target().equals("/slow")) {
                looked.join();
            }
            out.write(octets(ok("<" + asked.target() + ">")));
            return true;
        }));
        String next = "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        try (RawClient client = new RawClient(server.port())) {
            client.send(atOnce ? request + next : request);
            app.next();
            if (!atOnce) {
                client.send(next);
            }
            // The watchdog looks twice a second.
            looked.completeOnTimeout(null, 700, TimeUnit.MILLISECONDS);
            String answers = client.readRest();
            assertTrue(answers.matches("(?s)HTTP/1.1 200 .*</slow>HTTP/1.1 200 .*</next>"), answers);
        }
        assertEquals("GET /next HTTP/1.1", app.next().line());
    }

    @Test
    @SuppressWarnings("try") // The client leaves before the end.
    void anAnswerWithinALargeBodyDoesNotWaitForItsEnd() throws Exception {
        try (ServerSocket worker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            startWith((avoid, deadline) ->
                    Optional.of(new UncountedLease(new Worker("worker-1", worker.getLocalSocketAddress()))));
            app = ScriptedUpstream.onTcp(ScriptedUpstream.SILENT);
            try (RawClient client = new RawClient(server.port())) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
                BlockingQueue<Integer> sent = new LinkedBlockingQueue<>();
                CompletableFuture.runAsync(() -> assertThrows(IOException.class, () -> {
                    for (int i = 0; ; i++) {
                        client.send("x".repeat(1 << 16));
                        sent.add(i);
                    }
                }));
                try (Socket connection = worker.accept()) {
                    // Nothing is read, so that whoever sends soon waits.
                    while (sent.poll(1, TimeUnit.SECONDS) != null) {}
                    OutputStream out = connection.getOutputStream();
                    out.write(octets("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
                    for (int i = 0; i < 3; i++) {
                        out.write(octets("4000\r\n" + "a".repeat(0x4000 - 3) + "<" + i + ">\r\n"));
                        client.readUntil("<" + i + ">");
                    }
                    client.close();
                    // The worker is told that the client has left, whose body nobody takes.
                    assertTimeoutPreemptively(
                            Duration.ofSeconds(10),
                            () -> assertThrows(IOException.class, () -> {
                                while (true) {
                                    out.write(octets("4000\r\n" + "a".repeat(0x4000) + "\r\n"));
                                }
                            }));
                }
            }
        }
    }

    @Test
    void aStopWaitsForRequestsButNotForEventStreams() throws Exception {
        start((request, out) -> {
            if (request.target().equals("/events")) {
                out.write(octets("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n"));
            }
            return true;
        });
        assertEquals(0, running.awaitIdle(Duration.ofMinutes(5).toNanos()));
        try (RawClient events = new RawClient(server.port());
                RawClient page = new RawClient(server.port())) {
            events.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("data: 1");
            assertEquals(0, running.awaitIdle(Duration.ofMinutes(5).toNanos()));
            app.next();
            page.send("POST /page HTTP/1.1\r\nHost: a\r\n\r\n");
            app.next();
            assertEquals(1, running.awaitIdle(Duration.ofMillis(1).toNanos()));
            app.close();
            assertEquals(0, running.awaitIdle(Duration.ofMinutes(5).toNanos()));
        }
    }

    private static void assertPage(RawAnswer answer) {
        assertEquals("text/html; charset=utf-8", answer.header("Content-Type"));
        assertEquals("no-store", answer.header("Cache-Control"));
        assertTrue(answer.body().contains("<h1>" + answer.status() + " "), answer.text());
        assertTrue(answer.looksComplete());
    }

    // What is noted

    @Test
    void anAnswerThatIsNotHttpIsCountedAsSuch() throws Exception {
        start(closing("HTTP/1.1 two hundred\r\n\r\n"));
        assertEquals(502, server.request("GET /a").status());
        assertEquals(1, traffic.upstreamErrors(UpstreamError.NOT_HTTP));
        assertEquals(1, traffic.requests(RequestKind.PROXIED, Method.GET, StatusClass.SERVER_ERROR));
    }

    @Test
    void aRequestForWhichThereIsNoWorkerIsCountedAsSuch() throws Exception {
        app = ScriptedUpstream.onTcp(closing(""));
        startWith((avoid, deadline) -> Optional.empty());
        RawAnswer answer = server.request("GET /a");
        assertEquals(503, answer.status());
        assertEquals(1, traffic.upstreamErrors(UpstreamError.NO_WORKER));
        assertEquals(0, traffic.shed(ShedReason.HOLD_QUEUE));
        assertEquals(answer.body().length(), traffic.bytesSent(RequestKind.PROXIED));
    }

    @Test
    void aRequestThatIsAnsweredAtTheSecondTryIsNoError() throws Exception {
        start(keeping(ok("first"), "", ok("again")));
        assertEquals(200, server.request("GET /a").status());
        assertEquals("again", server.request("GET /b").body());
        assertEquals(1, traffic.retried());
        assertEquals(0, traffic.upstreamErrors(UpstreamError.BROKE_OFF));
        assertEquals("firstagain".length(), traffic.bytesSent(RequestKind.PROXIED));
    }

    @Test
    void ofAnAnswerThatNobodySeesNothingIsCounted() throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nnonsense\r\n"));
        RawAnswer answer = server.request("POST /a");
        awaitEnd();
        assertEquals(1, traffic.upstreamErrors(UpstreamError.BROKE_OFF));
        assertEquals(answer.body().length(), traffic.bytesSent(RequestKind.PROXIED));
    }

    @Test
    void ofAnAnswerThatWasCutWhatWasPassedOnIsCounted() throws Exception {
        start(closing("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(50_000)));
        server.request("GET /a");
        awaitEnd();
        assertEquals(1, traffic.upstreamErrors(UpstreamError.BROKE_OFF));
        assertEquals(50_000, traffic.bytesSent(RequestKind.PROXIED));
        assertEquals(1, traffic.requests(RequestKind.PROXIED, Method.GET, StatusClass.SUCCESSFUL));
    }

    private void awaitEnd() {
        while (!traffic.inFlight().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    private void start(Script script) throws Exception {
        start(ScriptedUpstream.onTcp(script));
    }

    private void start(ScriptedUpstream upstream, String... settings) throws Exception {
        app = upstream;
        Worker worker = new Worker("worker-1", upstream.address());
        startWith(
                (avoid, deadline) -> worker.equals(avoid) ? Optional.empty() : Optional.of(new UncountedLease(worker)),
                settings);
    }

    private void startWith(WorkerPool pool, String... settings) throws Exception {
        startBehind((request, response, chain) -> chain.doFilter(request, response), pool, settings);
    }

    private void startBehind(Filter front, WorkerPool pool, String... settings) throws Exception {
        Settings read = TestSettings.of(settings);
        proxy = new ProxyServlet(pool, read.proxy(), "", new Pages(SecurityHeaders.off()), running);
        server = TestServer.start(context -> {
            TrafficFilter noting = new TrafficFilter(read.proxy().trustedProxies(), Optional.empty());
            traffic = noting.traffic();
            FilterRegistration.Dynamic first = context.addFilter("traffic", noting);
            first.setAsyncSupported(true);
            first.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), true, "/*");
            ServletRegistration.Dynamic servlet = context.addServlet("proxy", proxy);
            servlet.setAsyncSupported(true);
            servlet.addMapping("/*");
            FilterRegistration.Dynamic second = context.addFilter("front", front);
            second.setAsyncSupported(true);
            second.addMappingForServletNames(EnumSet.of(DispatcherType.REQUEST), true, "proxy");
        });
    }

    private static String everyOctet() {
        StringBuilder octets = new StringBuilder();
        for (char octet = 0; octet < 256; octet++) {
            octets.append(octet);
        }
        return octets.toString();
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
