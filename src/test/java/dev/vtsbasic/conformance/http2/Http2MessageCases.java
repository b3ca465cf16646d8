package dev.vtsbasic.conformance.http2;

import static dev.vtsbasic.conformance.harness.Scene.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests and responses from end to end. */
abstract class Http2MessageCases extends Http2Cases {
    Http2MessageCases(Http2Scene scene) {
        super(scene);
    }

    @Test
    void trailersOfAResponseFollowItsBody() throws Exception {
        Http2Stream stream = client.get("/", "te", "trailers");
        Wire server = scene.server();
        Check.absent(server.request().head(), "te");
        server.send(response("200 OK", CHUNKED, "Trailer: X-Sum") + "5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
        Http2Response response = stream.response();
        assertEquals("hello", response.body());
        assertEquals("42", response.end().field("x-sum"));
        assertTrue(response.complete());
    }

    @Test
    void eachPieceOfAnEventStreamArrivesWhenItIsSent() throws Exception {
        Http2Stream stream = client.get("/", "accept", "text/event-stream");
        Wire server = scene.server();
        server.request();
        server.send(response("200 OK", "Content-Type: text/event-stream", CHUNKED));
        assertEquals("text/event-stream", stream.head().field("content-type"));
        for (char c = 'a'; c < 'k'; c++) {
            server.send("1\r\n" + c + "\r\n");
            assertEquals(String.valueOf(c), stream.data());
        }
        server.send("0\r\n\r\n");
        assertTrue(stream.next().last());
    }

    @Test
    void eachPieceOfAnUploadArrivesWhileTheResponseIsSent() throws Exception {
        Http2Stream stream = client.request("POST", "/", false).data("one", false);
        Wire server = scene.server();
        server.head();
        assertEquals("one", server.chunk());
        server.send(response("200 OK", CHUNKED));
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
    void aHundredStreamsRunAtOnce() throws Exception {
        Map<String, Http2Stream> streams = new LinkedHashMap<>();
        for (int i = 0; i < 100; i++) {
            // X-Forwarded-For, as from a proxy in front, because a local request without it may come from the app
            // itself.
            streams.put("/" + i, client.get("/" + i, "x-forwarded-for", "192.0.2.1"));
        }
        Map<String, Wire> servers = new HashMap<>();
        while (servers.size() < streams.size()) {
            Wire server = scene.server();
            servers.put(server.request().head().target(), server);
        }
        for (Map.Entry<String, Http2Stream> stream : streams.entrySet()) {
            String path = stream.getKey();
            servers.get(path).send(response("200 OK", "Content-Length: " + path.length(), CLOSE) + path);
            assertEquals(path, stream.getValue().response().body());
        }
    }

    @Test
    void responsesWithoutABodyEndWithTheirHead() throws Exception {
        Http2Response head = relayed("HEAD", response("200 OK", "Content-Length: 5"));
        assertTrue(head.head().last());
        assertEquals("5", head.head().field("content-length"));
        assertTrue(relayed("GET", response("204 No Content")).head().last());
        Http2Response unchanged = relayed("GET", response("304 Not Modified", "ETag: \"a\""));
        assertTrue(unchanged.head().last());
        assertEquals("\"a\"", unchanged.head().field("etag"));
        assertTrue(relayed("GET", response("200 OK", "Content-Length: 0")).complete());
    }

    @Test
    void setCookieFieldsAreNotJoined() throws Exception {
        Http2Response response =
                relayed("GET", response("204 No Content", "Set-Cookie: a=1; Path=/", "Set-Cookie: b=2"));
        assertEquals(
                List.of("a=1; Path=/", "b=2"),
                response.head().fields().stream()
                        .filter(field -> field.name().equals("set-cookie"))
                        .map(Head.Field::value)
                        .toList());
    }

    @Test
    void aResponseHeadOfUpTo64KibAnd500FieldsPassesUnchanged() throws Exception {
        String value = "v".repeat(60_000);
        assertEquals(
                value,
                relayed("GET", response("204 No Content", "Link: " + value))
                        .head()
                        .field("link"));
        assertEquals(
                499,
                relayed("GET", response("204 No Content", cookies(499))).head().fields().stream()
                        .filter(field -> field.name().equals("set-cookie"))
                        .count());
        assertEquals(
                "502",
                relayed("GET", response("204 No Content", cookies(501))).head().field(":status"));
    }

    private static String[] cookies(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "Set-Cookie: c" + i + "=v")
                .toArray(String[]::new);
    }

    /** RFC 8297: a 103 precedes the final response. */
    @Test
    void earlyHintsReachTheClientBeforeTheResponse() throws Exception {
        Http2Stream stream = client.get("/");
        Wire server = scene.server();
        server.request();
        server.send(response("103 Early Hints", "Link: </a.css>; rel=preload"));
        Http2Event hints = stream.head();
        assertEquals("103", hints.field(":status"));
        assertEquals("</a.css>; rel=preload", hints.field("link"));
        server.send(response("200 OK", "Content-Length: 2") + "ok");
        Http2Response response = stream.response();
        assertEquals("200", response.head().field(":status"));
        assertEquals("", response.head().field("link"));
        assertEquals("ok", response.body());
    }

    /** RFC 9113 §8.2.2: HTTP/2 has no connection-specific header fields. */
    @Test
    void hopByHopFieldsOfTheServerDoNotReachTheClient() throws Exception {
        for (String status : List.of("200 OK", "426 Upgrade Required")) {
            Http2Response response = relayed(
                    "GET",
                    response(
                                    status,
                                    "Connection: keep-alive, upgrade, X-Hop",
                                    "Keep-Alive: timeout=5",
                                    "Proxy-Connection: keep-alive",
                                    "Upgrade: h3",
                                    "X-Hop: 1",
                                    CHUNKED)
                            + "2\r\nok\r\n0\r\n\r\n");
            assertEquals("ok", response.body());
            for (String name :
                    List.of("connection", "keep-alive", "proxy-connection", "upgrade", "transfer-encoding", "x-hop")) {
                assertEquals("", response.head().field(name), name + " in a " + status);
            }
        }
    }

    @Test
    void requestBodiesArriveWithTheirFraming() throws Exception {
        assertEquals("hello", forwarded("POST", "hello").body());
        Message withLength = forwarded("POST", "hello", "content-length", "5");
        assertEquals("hello", withLength.body());
        assertEquals(Message.Framing.LENGTH, withLength.framing());
        Message empty = forwarded("POST", null);
        assertEquals("", empty.body());
        assertTrue(empty.complete());
        Message none = forwarded("GET", null);
        assertEquals(Message.Framing.NONE, none.framing());
        assertEquals("hello", forwarded("GET", "hello", "content-length", "5").body());
        assertEquals("hello", forwarded("GET", "hello").body());
    }

    @Test
    void anExpectationGets100BeforeTheBody() throws Exception {
        Http2Stream stream = client.request("PUT", "/", false, "expect", "100-continue", "content-length", "5");
        assertEquals(100, stream.head().status());
        stream.data("hello", true);
        Wire server = scene.server();
        assertEquals("hello", server.request().body());
        server.send(OK);
        assertEquals(200, stream.response().status());
    }

    @Test
    void failuresOfTheServerAndTooLargeBodiesGetAnErrorStatus() throws Exception {
        Http2Response unreachable = relayed("GET", "");
        assertEquals(502, unreachable.status());
        assertTrue(unreachable.body().contains("502"));
        assertTrue(unreachable.complete());
        Http2Stream silent = client.get("/");
        scene.server().request();
        Http2Response timeout = silent.response();
        assertEquals(504, timeout.status());
        assertTrue(timeout.complete());
        Http2Stream large = client.request("POST", "/", false, "content-length", "2000000");
        assertEquals(413, large.response().status());
        assertConnectionServes();
    }
}
