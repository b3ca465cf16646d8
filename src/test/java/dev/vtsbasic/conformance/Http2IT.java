package dev.vtsbasic.conformance;

import static dev.vtsbasic.conformance.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.Scene.answer;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.Http2Client.Answer;
import dev.vtsbasic.conformance.Http2Client.Event;
import dev.vtsbasic.conformance.Http2Client.Kind;
import dev.vtsbasic.testing.SelfSigned;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The WAR between a client that speaks HTTP/2 frame by frame and a server that is scripted byte by byte. */
@ParameterizedClass(name = "TLS: {0}")
@ValueSource(booleans = {false, true})
@Timeout(300)
@Tag("java")
@Order(1)
class Http2IT {
    private static final String CHUNKED = "Transfer-Encoding: chunked";
    private static final String CLOSE = "Connection: close";
    private static final String OK = answer("200 OK", "Content-Length: 2", CLOSE) + "ok";
    private static final int ENABLE_CONNECT_PROTOCOL = 8;

    @TempDir
    private static Path directory;

    private static Upstream upstream;
    private static Map<String, String> settings;
    private static Proxy proxy;

    @Parameter
    private boolean tls;

    private Http2Client client;

    @BeforeParameterizedClassInvocation
    static void start(boolean tls) throws Exception {
        upstream = new Upstream();
        // A fraction of what the servers behind it want to send to those who do not read.
        settings = new HashMap<>(Map.of("JAVA_TOOL_OPTIONS", "-Xmx64m"));
        if (tls) {
            Path certificate = directory.resolve("cert.pem");
            Path key = directory.resolve("key.pem");
            SelfSigned.write("http2", certificate, key);
            settings.putAll(Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString()));
        }
        proxy = Proxy.vts(upstream.port(), settings);
    }

    @AfterParameterizedClassInvocation
    static void stop() throws IOException {
        proxy.close();
        upstream.close();
    }

    @BeforeEach
    void connect() throws Exception {
        client = connect(proxy);
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
        upstream.forgetAll();
    }

    private Http2Client connect(Proxy to) throws Exception {
        return tls ? Http2Client.tls(to.port()) : Http2Client.plain(to.port());
    }

    private static Wire server() throws InterruptedException {
        Wire server = upstream.next(Wire.PATIENCE);
        assertNotNull(server, "the server was not asked");
        return server;
    }

    /** A stream of the client's, and what serves it. */
    private record Pair(Http2Client.Stream stream, Wire server) {}

    /** A stream whose answer has begun. */
    private Pair streaming() throws Exception {
        Http2Client.Stream stream = client.get("/streaming");
        Wire server = server();
        // What an earlier case has cancelled may arrive late.
        while (!server.request().head().target().equals("/streaming")) {
            server = server();
        }
        server.send(answer("200 OK", CHUNKED) + "5\r\nfirst\r\n");
        assertEquals(200, stream.head().status());
        assertEquals("first", stream.data());
        return new Pair(stream, server);
    }

    private static void goesOn(Pair pair) throws Exception {
        pair.server.send("4\r\nmore\r\n");
        assertEquals("more", pair.stream.data());
    }

    /** Another stream of the same connection is answered. */
    private void works() throws Exception {
        Http2Client.Stream stream = client.get("/works");
        Wire server = server();
        assertEquals("/works", server.request().head().target());
        server.send(OK);
        Answer answer = stream.answer();
        assertEquals("ok", answer.body());
        assertTrue(answer.complete());
    }

    /** What the server sees of a request with these fields and this body; the answer is a plain 200. */
    private Message seen(String method, String body, String... namesAndValues) throws Exception {
        Http2Client.Stream stream = client.request(method, "/", body == null, namesAndValues);
        if (body != null) {
            stream.data(body, true);
        }
        Wire server = server();
        Message seen = server.request();
        server.send(OK);
        assertEquals(200, stream.answer().status());
        return seen;
    }

    /** What the client gets of an answer behind which the server closes the connection. */
    private Answer got(String method, String answer) throws Exception {
        Http2Client.Stream stream = client.request(method, "/", true);
        Wire server = server();
        server.request();
        server.send(answer);
        server.close();
        return stream.answer();
    }

    @Test
    void aCutAnswerNeverLooksCompleteAndHurtsNoOther() throws Exception {
        Pair other = streaming();
        for (String cut : List.of(
                answer("200 OK", CHUNKED) + "5\r\nhello\r\n",
                answer("200 OK", CHUNKED) + "a\r\nhello",
                answer("200 OK", CHUNKED) + "5\r\nhello\r\n0\r\n",
                answer("200 OK", "Content-Length: 10") + "hello")) {
            Answer answer = got("GET", cut);
            assertEquals(Kind.RESET, answer.end().kind(), cut);
            assertEquals(Http2Client.INTERNAL_ERROR, answer.end().code(), cut);
            goesOn(other);
        }
        Http2Client.Stream stream = client.get("/");
        Wire server = server();
        server.request();
        server.send(answer("200 OK") + "hello");
        Event head = stream.head();
        assertEquals("hello", stream.data());
        server.reset();
        assertEquals(Kind.RESET, stream.rest(head).end().kind());
        goesOn(other);
        works();
    }

    @Test
    void aStreamThatIsCancelledWhileWaitingEndsTheRequest() throws Exception {
        Pair other = streaming();
        Http2Client.Stream stream = client.get("/");
        Wire server = server();
        server.request();
        stream.reset();
        server.endWithin(PROMPTLY);
        Http2Client.Stream withBody =
                client.request("POST", "/", false, "content-length", "5").data("hello", true);
        server = server();
        server.request();
        withBody.reset();
        server.endWithin(PROMPTLY);
        goesOn(other);
        works();
    }

    @Test
    void aStreamThatIsCancelledWhileItsAnswerIsSilentEndsTheRequest() throws Exception {
        Pair other = streaming();
        Pair pair = streaming();
        pair.stream.reset();
        pair.server.endWithin(PROMPTLY);
        goesOn(other);
        works();
    }

    @Test
    void aStreamThatIsCancelledWhileUploadingEndsTheRequestAsCut() throws Exception {
        Pair other = streaming();
        Http2Client.Stream stream = client.request("POST", "/", false).data("hello", false);
        Wire server = server();
        server.head();
        assertEquals("hello", server.chunk());
        stream.reset();
        server.endWithin(PROMPTLY);
        goesOn(other);
        works();
    }

    /** The reset may be there before the body is read for the first time, or between two reads. */
    @Test
    void anUploadThatIsCancelledAtOnceNeverLooksComplete() throws Exception {
        for (int i = 0; i < 30; i++) {
            try (Http2Client own = connect(proxy)) {
                own.request("POST", "/", false).dataAndReset("hello");
                Wire server = upstream.next(Duration.ofMillis(i % 3 == 0 ? 100 : 0));
                if (server != null) {
                    assertCut(server);
                }
            }
        }
        works(upstream);
    }

    /** Until the marker comes, nothing but cut requests may. */
    private void works(Upstream upstream) throws Exception {
        Http2Client.Stream stream = client.get("/works");
        while (true) {
            Wire server = server();
            if (!assertCut(server)) {
                server.send(OK);
                assertEquals("ok", stream.answer().body());
                return;
            }
        }
    }

    /** @return false for a request that is not to be cut */
    private static boolean assertCut(Wire server) throws IOException {
        if (server.isAtEnd()) {
            return true;
        }
        Message seen = server.request();
        if (seen.head().target().equals("/works")) {
            return false;
        }
        assertFalse(seen.complete(), () -> "a cancelled upload looked complete: " + seen);
        return true;
    }

    @Test
    void theEndOfTheConnectionEndsAllItsRequests() throws Exception {
        List<Wire> servers = new ArrayList<>();
        client.get("/waiting");
        servers.add(server());
        servers.get(0).request();
        servers.add(streaming().server);
        servers.add(streaming().server);
        client.request("POST", "/uploading", false).data("hello", false);
        servers.add(server());
        servers.get(3).head();
        servers.get(3).chunk();
        client.close();
        for (Wire server : servers) {
            server.endWithin(PROMPTLY);
        }
    }

    @Test
    void manyCancelledStreamsDoNotEndTheConnection() throws Exception {
        Pair other = streaming();
        List<Wire> servers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Http2Client.Stream stream = client.get("/");
            servers.add(server());
            stream.reset();
        }
        for (Wire server : servers) {
            server.endWithin(PROMPTLY);
        }
        goesOn(other);
        works();
    }

    @Test
    void whatIsSentPieceByPieceArrivesPieceByPiece() throws Exception {
        Http2Client.Stream stream = client.get("/", "accept", "text/event-stream");
        Wire server = server();
        server.request();
        server.send(answer("200 OK", "Content-Type: text/event-stream", CHUNKED));
        assertEquals("text/event-stream", stream.head().field("content-type"));
        for (char c = 'a'; c < 'k'; c++) {
            server.send("1\r\n" + c + "\r\n");
            assertEquals(String.valueOf(c), stream.data());
        }
        server.send("0\r\n\r\n");
        assertTrue(stream.next().last());
    }

    @Test
    void anUploadArrivesPieceByPieceWhileItIsAnswered() throws Exception {
        Http2Client.Stream stream = client.request("POST", "/", false).data("one", false);
        Wire server = server();
        server.head();
        assertEquals("one", server.chunk());
        server.send(answer("200 OK", CHUNKED));
        stream.head();
        for (int i = 0; i < 50; i++) {
            stream.data("up" + i, false);
            assertEquals("up" + i, server.chunk());
            server.send("4\r\ndown\r\n");
            assertEquals("down", stream.data());
        }
        stream.data("", true);
        assertEquals("", server.chunk());
        server.send("0\r\n\r\n");
        assertTrue(stream.next().last());
    }

    @Test
    void trailersFollowTheBody() throws Exception {
        Http2Client.Stream stream = client.get("/", "te", "trailers");
        Wire server = server();
        Check.absent(server.request().head(), "te");
        server.send(answer("200 OK", CHUNKED, "Trailer: X-Sum") + "5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
        Answer answer = stream.answer();
        assertEquals("hello", answer.body());
        assertEquals("42", answer.end().field("x-sum"));
        assertTrue(answer.complete());
    }

    @Test
    void aHundredStreamsRunAtOnce() throws Exception {
        Map<String, Http2Client.Stream> streams = new LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            // As a proxy in front would: what comes without it may be the app's own.
            streams.put("/" + i, client.get("/" + i, "x-forwarded-for", "192.0.2.1"));
        }
        Map<String, Wire> servers = new HashMap<>();
        while (servers.size() < streams.size()) {
            Wire server = server();
            servers.put(server.request().head().target(), server);
        }
        for (Map.Entry<String, Http2Client.Stream> stream : streams.entrySet()) {
            String path = stream.getKey();
            servers.get(path).send(answer("200 OK", "Content-Length: " + path.length(), CLOSE) + path);
            assertEquals(path, stream.getValue().answer().body());
        }
    }

    @Test
    void answersWithoutABodyEndWithTheirHead() throws Exception {
        Answer head = got("HEAD", answer("200 OK", "Content-Length: 5"));
        assertTrue(head.head().last());
        assertEquals("5", head.head().field("content-length"));
        assertTrue(got("GET", answer("204 No Content")).head().last());
        Answer unchanged = got("GET", answer("304 Not Modified", "ETag: \"a\""));
        assertTrue(unchanged.head().last());
        assertEquals("\"a\"", unchanged.head().field("etag"));
        assertTrue(got("GET", answer("200 OK", "Content-Length: 0")).complete());
    }

    @Test
    void eachCookieIsSetByAFieldOfItsOwn() throws Exception {
        Answer answer = got("GET", answer("204 No Content", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2"));
        assertEquals(
                List.of("a=1; Path=/", "b=2"),
                answer.head().fields().stream()
                        .filter(field -> field.name().equals("set-cookie"))
                        .map(Head.Field::value)
                        .toList());
    }

    @Test
    void aHeadOfUpTo64KibAnd500FieldsPassesUnchanged() throws Exception {
        String value = "v".repeat(60_000);
        assertEquals(
                value,
                got("GET", answer("204 No Content", "Link: " + value)).head().field("link"));
        assertEquals(
                499,
                got("GET", answer("204 No Content", cookies(499))).head().fields().stream()
                        .filter(field -> field.name().equals("set-cookie"))
                        .count());
        assertEquals(
                "502", got("GET", answer("204 No Content", cookies(501))).head().field(":status"));
    }

    private static String[] cookies(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "Set-Cookie: c" + i + "=v")
                .toArray(String[]::new);
    }

    /** RFC 8297. */
    @Test
    void hintsOfTheAppReachTheClientBeforeTheAnswer() throws Exception {
        Http2Client.Stream stream = client.get("/");
        Wire server = server();
        server.request();
        server.send(answer("103 Early Hints", "Link: </a.css>; rel=preload"));
        Http2Client.Event hints = stream.head();
        assertEquals("103", hints.field(":status"));
        assertEquals("</a.css>; rel=preload", hints.field("link"));
        server.send(answer("200 OK", "Content-Length: 2") + "ok");
        Answer answer = stream.answer();
        assertEquals("200", answer.head().field(":status"));
        assertEquals("", answer.head().field("link"));
        assertEquals("ok", answer.body());
    }

    /** RFC 9113 §8.2.2. */
    @Test
    void nothingOfTheServersConnectionReachesTheClient() throws Exception {
        for (String status : List.of("200 OK", "426 Upgrade Required")) {
            Answer answer = got(
                    "GET",
                    answer(
                                    status,
                                    "Connection: keep-alive, upgrade, X-Hop",
                                    "Keep-Alive: timeout=5",
                                    "Proxy-Connection: keep-alive",
                                    "Upgrade: h3",
                                    "X-Hop: 1",
                                    CHUNKED)
                            + "2\r\nok\r\n0\r\n\r\n");
            assertEquals("ok", answer.body());
            for (String name :
                    List.of("connection", "keep-alive", "proxy-connection", "upgrade", "transfer-encoding", "x-hop")) {
                assertEquals("", answer.head().field(name), name + " in a " + status);
            }
        }
    }

    @Test
    void theServerIsToldWhoIsAsked() throws Exception {
        Head head = seen("GET", null).head();
        assertEquals(List.of("site.example"), head.all("Host"));
        assertEquals(List.of("site.example"), head.all("X-Forwarded-Host"));
        assertEquals(List.of(tls ? "https" : "http"), head.all("X-Forwarded-Proto"));
        assertEquals(List.of("127.0.0.1"), head.all("X-Forwarded-For"));
        assertEquals(List.of("2 vts-basic"), head.all("Via"));
        assertTrue(head.fields().stream().noneMatch(field -> field.name().startsWith(":")), head.toString());
        Http2Client.Stream stream = client.open(
                true,
                List.of(
                        ":method",
                        "GET",
                        ":scheme",
                        tls ? "https" : "http",
                        ":path",
                        "/a%2Fb?c=%20",
                        ":authority",
                        "site.example:8443",
                        "host",
                        "site.example:8443"));
        Wire server = server();
        head = server.request().head();
        server.send(OK);
        assertEquals(200, stream.answer().status());
        assertEquals("/a%2Fb?c=%20", head.target());
        assertEquals(List.of("site.example:8443"), head.all("Host"));
        assertEquals(List.of("site.example:8443"), head.all("X-Forwarded-Host"));
        assertEquals(List.of("8443"), head.all("X-Forwarded-Port"));
    }

    /** RFC 9113 §8.3.1: it is the client's. A server may also refuse what is not its own. */
    @Test
    void theServerIsNotToldTheSchemeThatTheClientNames() throws Exception {
        client.open(
                true,
                List.of(
                        ":method",
                        "GET",
                        ":scheme",
                        tls ? "http" : "https",
                        ":path",
                        "/",
                        ":authority",
                        "site.example"));
        // It is answered after the one before, if that is not refused.
        client.get("/next");
        Head head = server().request().head();
        assertEquals(List.of(tls ? "https" : "http"), head.all("X-Forwarded-Proto"));
        assertEquals(List.of(tls ? "443" : "80"), head.all("X-Forwarded-Port"));
    }

    @Test
    void aHostNameWithAnUnderscoreIsServed() throws Exception {
        Http2Client.Stream stream = client.open(
                true,
                List.of(":method", "GET", ":scheme", tls ? "https" : "http", ":path", "/", ":authority", "a_b:81"));
        Wire server = server();
        Head head = server.request().head();
        server.send(OK);
        assertEquals(200, stream.answer().status());
        assertEquals(List.of("a_b:81"), head.all("Host"));
        assertEquals(List.of("a_b:81"), head.all("X-Forwarded-Host"));
        assertEquals(List.of("81"), head.all("X-Forwarded-Port"));
    }

    /** RFC 9113 §8.2.3. */
    @Test
    void cookieCrumbsAreJoined() throws Exception {
        assertEquals(
                List.of("a=1; b=2; c=3"),
                seen("GET", null, "cookie", "a=1", "cookie", "b=2", "cookie", "c=3")
                        .head()
                        .all("Cookie"));
    }

    @Test
    void bodiesArriveWithTheirFraming() throws Exception {
        assertEquals("hello", seen("POST", "hello").body());
        Message withLength = seen("POST", "hello", "content-length", "5");
        assertEquals("hello", withLength.body());
        assertEquals(Message.Framing.LENGTH, withLength.framing());
        Message empty = seen("POST", null);
        assertEquals("", empty.body());
        assertTrue(empty.complete());
        Message none = seen("GET", null);
        assertEquals(Message.Framing.NONE, none.framing());
        assertEquals("hello", seen("GET", "hello", "content-length", "5").body());
        assertEquals("hello", seen("GET", "hello").body());
    }

    @Test
    void anExpectationIsAnsweredBeforeTheBody() throws Exception {
        Http2Client.Stream stream = client.request("PUT", "/", false, "expect", "100-continue", "content-length", "5");
        assertEquals(100, stream.head().status());
        stream.data("hello", true);
        Wire server = server();
        assertEquals("hello", server.request().body());
        server.send(OK);
        assertEquals(200, stream.answer().status());
    }

    private Map<String, List<String>> malformed() {
        String scheme = tls ? "https" : "http";
        List<String> good =
                List.of(":method", "GET", ":scheme", scheme, ":authority", "site.example", ":path", "/malformed");
        Map<String, List<String>> requests = new LinkedHashMap<>();
        for (String field : List.of(
                "connection: close",
                "connection: x-a",
                "keep-alive: 1",
                "proxy-connection: close",
                "transfer-encoding: chunked",
                "upgrade: h2c",
                "te: gzip",
                "te: trailers, gzip",
                "x-a: a\r\nx-b: b",
                "x-a: a\nb",
                "x-a: a\rb",
                "x-a: a\0b",
                "x-a: \r\n",
                "x-a\r\nx-b: c",
                "x-a\0: b",
                "x a: b",
                "X-A: b",
                "x-a:y: b",
                ": b",
                ":x-a: b",
                ":status: 200",
                ":path: /other",
                ":method: POST",
                ":authority: other.example",
                "host: other.example",
                "content-length: 5, 6",
                "content-length: x")) {
            int colon = field.indexOf(": ");
            List<String> request = new ArrayList<>(good);
            request.addAll(List.of(field.substring(0, colon), field.substring(colon + 2)));
            requests.put(field, request);
        }
        for (int i = 0; i < good.size(); i += 2) {
            List<String> without = new ArrayList<>(good);
            without.subList(i, i + 2).clear();
            requests.put("no " + good.get(i), without);
        }
        List<String> late = new ArrayList<>(List.of("x-a", "b"));
        late.addAll(good);
        requests.put("pseudo fields behind others", late);
        Map<String, List<String>> values = Map.of(
                ":method", List.of("", "G T", "GET / HTTP/1.1\r\nx: y", "GET\0", "CONNECT", "TRACE"),
                ":scheme", List.of("", "gopher\r\n", "gopher", "ht tp", "HTTP"),
                ":authority",
                        List.of(
                                "",
                                "a b",
                                "a\r\nx-a: b",
                                "user@site.example",
                                "site.example/x",
                                "site.example:x",
                                "1.2.3.999",
                                "a,b"),
                ":path", List.of("", "malformed", "/a b", "/a\r\nx: y", "/a#b", "*", "//a\0", "/\u007f", "/a?b c"));
        values.forEach((name, bad) -> bad.forEach(value -> {
            List<String> request = new ArrayList<>(good);
            request.set(request.indexOf(name) + 1, value);
            requests.put(name + " is \"" + value + "\"", request);
        }));
        return requests;
    }

    /** RFC 9113 §8.1.1: refused with a reset or an error, and never seen by the server. */
    @Test
    void malformedRequestsAreRefused() throws Exception {
        for (Map.Entry<String, List<String>> request : malformed().entrySet()) {
            try (Http2Client own = connect(proxy)) {
                Http2Client.Stream stream = own.open(true, request.getValue());
                Event event = stream.next();
                assertTrue(
                        event.kind() == Kind.RESET || event.kind() == Kind.HEAD && event.status() >= 400,
                        () -> Text.quote(request.getKey()) + " got " + event);
            }
            assertNull(upstream.next(Duration.ZERO), () -> Text.quote(request.getKey()) + " reached the server");
        }
        works();
    }

    @Test
    void aMalformedRequestHurtsNoOther() throws Exception {
        Pair other = streaming();
        assertEquals(
                Http2Client.PROTOCOL_ERROR,
                client.get("/", "connection", "close").next().code());
        goesOn(other);
        works();
    }

    /** RFC 9113 §8.1.1. */
    @Test
    void aBodyOfAnotherLengthThanSaidIsNeverSeenWhole() throws Exception {
        Pair other = streaming();
        for (int length : List.of(10, 40_000)) {
            for (int sent : List.of(length - 5, length + 5)) {
                Http2Client.Stream stream =
                        client.request("POST", "/", false, "content-length", Integer.toString(length));
                String body = "a".repeat(sent);
                for (int i = 0; i < sent; i += 16_000) {
                    stream.data(body.substring(i, Math.min(sent, i + 16_000)), i + 16_000 >= sent);
                }
                Event event = stream.next();
                assertEquals(Kind.RESET, event.kind(), length + " " + sent + " " + event);
                Wire server = upstream.next(Duration.ofMillis(100));
                if (server != null) {
                    assertFalse(!server.isAtEnd() && server.request().complete(), "looked complete");
                }
                goesOn(other);
            }
        }
        works();
    }

    @Test
    void aStreamThatIsNotReadHoldsUpItsServerAndNobodyElse() throws Exception {
        AtomicLong sent = new AtomicLong();
        List<Http2Client.Stream> unread = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            unread.add(client.get("/large"));
            Wire server = server();
            server.request();
            server.send(answer("200 OK", "Content-Length: 104857600"));
            Thread sender = new Thread(() -> {
                byte[] piece = Wire.filled(65536);
                try {
                    for (int j = 0; j < 1600; j++) {
                        server.send(piece);
                        sent.addAndGet(piece.length);
                    }
                } catch (IOException e) {
                    // The case is over.
                }
            });
            sender.setDaemon(true);
            sender.start();
        }
        for (Http2Client.Stream stream : unread) {
            stream.head();
            for (int got = 0; got < 65_535; ) {
                got += stream.data().length();
            }
        }
        // Time enough to fill a heap, if it were to be filled.
        for (int i = 0; i < 100; i++) {
            works();
        }
        assertTrue(sent.get() < 100_000_000, sent + " bytes were taken though the client takes none");
        unread.get(0).allow(1000);
        for (int got = 0; got < 1000; ) {
            got += unread.get(0).data().length();
        }
        unread.get(1).reset();
        works();
    }

    @Test
    void failuresAreTold() throws Exception {
        Answer unreachable = got("GET", "");
        assertEquals(502, unreachable.status());
        assertTrue(unreachable.body().contains("502"));
        assertTrue(unreachable.complete());
        Http2Client.Stream silent = client.get("/");
        server().request();
        Answer timeout = silent.answer();
        assertEquals(504, timeout.status());
        assertTrue(timeout.complete());
        Http2Client.Stream large = client.request("POST", "/", false, "content-length", "2000000");
        assertEquals(413, large.answer().status());
        works();
    }

    @Test
    void downloadsWhoseFramesAreAcknowledgedOneByOneArriveInFullFrames() throws Exception {
        int length = 1 << 20;
        try (Http2Client own = Http2Client.acknowledgingEachFrame(proxy.port(), tls)) {
            for (int i = 0; i < 20; i++) {
                Http2Client.Stream stream = own.get("/download");
                Wire server = server();
                server.request();
                server.sendInBackground(
                        (answer("200 OK", "Content-Length: " + length, CLOSE) + "a".repeat(length)).getBytes());
                assertEquals(200, stream.head().status());
                List<Integer> frames = new ArrayList<>();
                Event event = stream.next();
                while (event.kind() == Kind.DATA && !event.last()) {
                    frames.add(event.data().length());
                    event = stream.next();
                }
                assertTrue(event.last(), "download " + i + " was cut after " + frames + ": " + event);
                int last = event.data().length();
                assertEquals(
                        length,
                        last + frames.stream().mapToInt(Integer::intValue).sum());
                // A client that takes longer than 200 ms to acknowledge gets what fits, on a busy machine.
                long small = frames.stream().filter(frame -> frame < 256).count();
                assertTrue(20 * small <= frames.size(), () -> "small frames: " + frames);
            }
        }
    }

    @Test
    void eventsOfAnOctetThatAreAcknowledgedOneByOneDoNotEndTheConnection() throws Exception {
        try (Http2Client own = Http2Client.acknowledgingEachFrame(proxy.port(), tls)) {
            Http2Client.Stream stream = own.get("/", "accept", "text/event-stream");
            Wire server = server();
            server.request();
            server.send(answer("200 OK", "Content-Type: text/event-stream", CHUNKED));
            stream.head();
            for (int i = 0; i < 500; i++) {
                server.send("1\r\n.\r\n");
                assertEquals(".", stream.data(), "event " + i);
            }
        }
    }

    /** A client that takes an octet at a time would else have the server make a frame, and a record of TLS, of each. */
    @Test
    void aClientThatTakesAnOctetAtATimeGetsFewFrames() throws Exception {
        Http2Client.Stream stream = client.get("/dribble");
        Wire server = server();
        server.request();
        server.sendInBackground((answer("200 OK", "Content-Length: 200000", CLOSE) + "a".repeat(200_000)).getBytes());
        stream.head();
        for (int got = 0; got < 65_535; ) {
            got += stream.data().length();
        }
        for (int i = 0; i < 1000; i++) {
            stream.allow(1);
        }
        int frames = 0;
        for (int got = 0; got < 1000; frames++) {
            got += stream.data().length();
        }
        assertTrue(frames < 100, frames + " frames for 1000 octets");
        works();
    }

    /** RFC 9113 §8.3.1: that of a proxy in front that ends TLS is the browser's. */
    @Test
    void aSchemeOtherThanTheConnectionsIsServedAndNotBelieved() throws Exception {
        for (String scheme : List.of("http", "https")) {
            Http2Client.Stream stream = client.open(
                    true, List.of(":method", "GET", ":scheme", scheme, ":authority", "site.example", ":path", "/"));
            Wire server = server();
            Head head = server.request().head();
            server.send(OK);
            assertEquals(200, stream.answer().status(), scheme);
            assertEquals(List.of(tls ? "https" : "http"), head.all("X-Forwarded-Proto"), scheme);
            assertEquals(List.of(tls ? "443" : "80"), head.all("X-Forwarded-Port"), scheme);
        }
    }

    @Test
    void aHeadInPiecesOfAnOctetIsRead() throws Exception {
        for (int octets : List.of(1, 2, 5, 100)) {
            Http2Client.Stream stream = client.openInPieces(
                    octets,
                    List.of(
                            ":method",
                            "GET",
                            ":scheme",
                            tls ? "https" : "http",
                            ":authority",
                            "site.example",
                            ":path",
                            "/pieces",
                            "x-long",
                            "a".repeat(2000)));
            Wire server = server();
            assertEquals("a".repeat(2000), server.request().head().all("X-Long").get(0));
            server.send(OK);
            assertEquals(200, stream.answer().status());
        }
        works();
    }

    @ParameterizedTest
    @EnumSource(Http2Client.Flood.class)
    void aFloodEndsItsConnectionAndNoOther(Http2Client.Flood flood) throws Exception {
        Pair other = streaming();
        try (Http2Client own = connect(proxy)) {
            try {
                for (int i = 0; i < 2000; i++) {
                    flood.send(own);
                }
            } catch (IOException e) {
                // It was closed.
            }
            Event end = own.connection().next();
            if (end.kind() == Kind.GOAWAY) {
                assertNotEquals(Http2Client.NO_ERROR, end.code());
            } else {
                // The answer may be lost behind what was not read any more.
                assertEquals(Kind.CLOSED, end.kind());
            }
        }
        goesOn(other);
        upstream.forgetAll();
    }

    @Test
    void streamsThatTheServerResetMakeNoRoomForMoreThanAHundredAtOnce() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Semaphore arrived = new Semaphore(0);
        try (ServerSocket silent = new ServerSocket(0, 2000, InetAddress.getLoopbackAddress());
                Proxy own = Proxy.vts(silent.getLocalPort(), settings)) {
            start(() -> {
                while (true) {
                    Socket socket = silent.accept();
                    start(() -> {
                        try (socket) {
                            if (socket.getInputStream().read() >= 0) {
                                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                                arrived.release();
                                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
                                running.decrementAndGet();
                            }
                        }
                        return null;
                    });
                }
            });
            try (Http2Client attacker = connect(own)) {
                List<String> request = List.of(
                        ":method",
                        "GET",
                        ":scheme",
                        tls ? "https" : "http",
                        ":authority",
                        "site.example",
                        ":path",
                        "/",
                        "x-forwarded-for",
                        "192.0.2.1");
                List<Http2Client.Stream> streams = List.of();
                for (int round = 0; round < 4; round++) {
                    streams = attacker.breakAndOpen(streams, 100, request);
                    // Only of the first round all may come.
                    arrived.tryAcquire(100, round == 0 ? Wire.PATIENCE.toSeconds() : 2, TimeUnit.SECONDS);
                }
            } catch (IOException e) {
                // It was closed.
            }
            try (Http2Client innocent = connect(own)) {
                // The attacker's may fill the small heap for a while.
                long deadline = System.nanoTime() + Wire.PATIENCE.toNanos();
                int status = 503;
                while (status == 503 && System.nanoTime() < deadline) {
                    status = innocent.get("/", "x-forwarded-for", "192.0.2.2")
                            .head()
                            .status();
                }
                assertEquals(504, status);
            }
        }
        // That one has ended is seen here a little later than there.
        assertTrue(most.get() >= 50 && most.get() <= 150, most + " requests ran at once");
    }

    private static void start(Callable<Void> work) {
        Thread thread = new Thread(() -> {
            try {
                work.call();
            } catch (Exception e) {
                // The other side is gone, or the case is over.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** RFC 8441 is not spoken: it is not announced, and who tries all the same is told so. */
    @Test
    void anExtendedConnectIsRefused() throws Exception {
        assertFalse(client.settings().containsKey(ENABLE_CONNECT_PROTOCOL));
        Http2Client.Stream stream = client.request("CONNECT", "/", false, ":protocol", "websocket");
        Event refusal = stream.next();
        assertEquals(Kind.RESET, refusal.kind());
        assertEquals(Http2Client.PROTOCOL_ERROR, refusal.code());
        Http2Client.Stream tunnel = client.open(false, List.of(":method", "CONNECT", ":authority", "site.example:443"));
        Event event = tunnel.next();
        assertEquals(501, event.status(), event.toString());
        works();
    }

    /** RFC 9110 §8.6 allows to refuse equal ones; Tomcat resets the stream itself when it has some of the body. */
    @Test
    void aRepeatedContentLengthIsABadRequest() throws Exception {
        for (List<String> fields :
                List.of(List.of("content-length", "3", "content-length", "3"), List.of("content-length", "3, 3"))) {
            Http2Client.Stream early = client.request("POST", "/", false, fields.toArray(String[]::new));
            assertEquals(400, early.next().status());
            Http2Client.Stream stream = client.request("POST", "/", false, fields.toArray(String[]::new));
            stream.data("abc", true);
            Event event = stream.next();
            assertTrue(event.kind() == Kind.RESET || event.status() == 400, event.toString());
            assertNull(upstream.next(Duration.ZERO));
        }
        works();
    }

    @Test
    void aDrainAsksForAnotherConnectionAndServesOn() throws Exception {
        Map<String, String> own = new HashMap<>(settings);
        own.put("VTS_MANAGEMENT_TOKEN", "secret");
        try (Proxy draining = Proxy.vts(upstream.port(), own);
                Http2Client before = connect(draining)) {
            Http2Client.Stream running = before.get("/");
            Wire server = server();
            server.request();
            server.send(answer("200 OK", CHUNKED, "Connection: close") + "5\r\nfirst\r\n");
            assertEquals(200, running.head().status());
            assertEquals("first", running.data());
            assertEquals(200, change(before, "/-/drain").status());
            assertGoaway(before);
            server.send("4\r\nmore\r\n");
            assertEquals("more", running.data());
            server.send("0\r\n\r\n");
            try (Http2Client during = connect(draining)) {
                Http2Client.Stream stream = during.get("/");
                Wire next = server();
                next.request();
                assertGoaway(during);
                next.send(OK);
                assertEquals("ok", stream.answer().body());
            }
            try (Http2Client after = connect(draining)) {
                assertEquals(200, change(after, "/-/resume").status());
            }
            try (Http2Client after = connect(draining)) {
                for (int i = 0; i < 2; i++) {
                    Http2Client.Stream stream = after.get("/");
                    Wire next = server();
                    next.request();
                    next.send(OK);
                    assertEquals("ok", stream.answer().body());
                }
                assertNull(after.connection().nextWithin(Duration.ofMillis(200)), "it still drains");
            }
        }
    }

    private static Answer change(Http2Client client, String path) throws Exception {
        return client.request("POST", path, true, "authorization", "Bearer secret")
                .answer();
    }

    private static void assertGoaway(Http2Client client) throws Exception {
        Event goaway = client.connection().next();
        assertEquals(Kind.GOAWAY, goaway.kind());
        assertEquals(Http2Client.NO_ERROR, goaway.code());
    }

    @Test
    void aStopLetsRunningStreamsFinish() throws Exception {
        int window = 65_535;
        try (Proxy stopping = Proxy.vts(upstream.port(), settings);
                Http2Client own = connect(stopping)) {
            // Of one answer the server has much left, of the other nothing: what the client has no room for lies here.
            Map<Http2Client.Stream, Integer> lengths = new LinkedHashMap<>();
            Map<Http2Client.Stream, Event> heads = new HashMap<>();
            List<Wire> servers = new ArrayList<>();
            for (int length : List.of(window + 100_000, window + 1000)) {
                Http2Client.Stream stream = own.get("/");
                lengths.put(stream, length);
                Wire server = server();
                servers.add(server);
                server.request();
                server.send(answer("200 OK", "Content-Length: " + length));
                server.send(Wire.filled(window + 1000));
                heads.put(stream, stream.head());
                for (int got = 0; got < window; ) {
                    got += stream.data().length();
                }
            }
            stopping.terminate();
            Event goaway = own.connection().next();
            assertEquals(Kind.GOAWAY, goaway.kind());
            assertEquals(Http2Client.NO_ERROR, goaway.code());
            servers.get(0).send(Wire.filled(99_000));
            for (Http2Client.Stream stream : lengths.keySet()) {
                assertNull(own.connection().nextWithin(Duration.ofMillis(200)), "it did not wait");
                stream.allow(100_000);
                Answer rest = stream.rest(heads.get(stream));
                assertTrue(rest.complete(), rest.end().toString());
                assertEquals(lengths.get(stream), window + rest.body().length());
            }
            assertEquals(0, stopping.awaitExit(), stopping.output());
        }
    }

    @Test
    void aStopLetsDownloadsFinish() throws Exception {
        int window = 65_535;
        List<Integer> lengths = List.of(window + 100_000, window + 1000);
        try (Proxy stopping = Proxy.vts(upstream.port(), withFiles(lengths));
                Http2Client own = connect(stopping)) {
            List<Http2Client.Stream> streams = new ArrayList<>();
            List<Event> heads = new ArrayList<>();
            for (int length : lengths) {
                Http2Client.Stream stream = own.get("/" + length + ".bin");
                streams.add(stream);
                heads.add(stream.head());
                for (int got = 0; got < window; ) {
                    got += stream.data().length();
                }
            }
            stopping.terminate();
            assertGoaway(own);
            for (int i = 0; i < streams.size(); i++) {
                assertNull(own.connection().nextWithin(Duration.ofSeconds(1)), "it did not wait");
                streams.get(i).allow(100_000);
                Answer rest = streams.get(i).rest(heads.get(i));
                assertTrue(rest.complete(), rest.end().toString());
                assertEquals(lengths.get(i), window + rest.body().length());
            }
            assertEquals(0, stopping.awaitExit(), stopping.output());
        }
    }

    @Test
    void aDownloadThatNobodyReadsIsCutAtTheEndOfTheStop() throws Exception {
        Map<String, String> withFile = withFiles(List.of(200_000));
        withFile.put("VTS_STOP_TIMEOUT", "1s");
        try (Proxy stopping = Proxy.vts(upstream.port(), withFile);
                Http2Client own = connect(stopping)) {
            assertEquals(200, own.get("/200000.bin").head().status());
            stopping.terminate();
            assertEquals(143, stopping.awaitExit(), stopping.output());
            assertTrue(stopping.output().contains("1 requests did not finish"), stopping.output());
        }
    }

    /** The settings of a server that has files of these lengths. */
    private Map<String, String> withFiles(List<Integer> lengths) throws IOException {
        Path dist = Files.createTempDirectory(directory, "dist");
        Files.createDirectories(dist.resolve("client"));
        Files.createDirectories(dist.resolve("server"));
        Files.writeString(dist.resolve("server/server.js"), "export default { fetch() {} };");
        for (int length : lengths) {
            Files.write(dist.resolve("client/" + length + ".bin"), new byte[length]);
        }
        Map<String, String> withFiles = new HashMap<>(settings);
        withFiles.put("VTS_APP_DIR", dist.toString());
        return withFiles;
    }
}
