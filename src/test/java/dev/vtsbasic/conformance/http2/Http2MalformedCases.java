package dev.vtsbasic.conformance.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.conformance.http2.Http2Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Requests that the server refuses, and their effect on other streams of the connection. */
abstract class Http2MalformedCases extends Http2Cases {
    private static final int ENABLE_CONNECT_PROTOCOL = 8;

    Http2MalformedCases(Http2Scene scene) {
        super(scene);
    }

    private Map<String, List<String>> malformed() {
        String scheme = scene.tls() ? "https" : "http";
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
                                "site.example:65536",
                                "site.example:4294967297",
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

    /** RFC 9113 §8.1.1: the proxy refuses them with a reset or an error, and the server never sees them. */
    @Test
    void malformedRequestsAreRefusedAndNotForwarded() throws Exception {
        for (Map.Entry<String, List<String>> request : malformed().entrySet()) {
            try (Http2Client own = scene.connect(scene.proxy())) {
                Http2Stream stream = own.open(true, request.getValue());
                Http2Event event = stream.next();
                assertTrue(
                        event.kind() == Kind.RESET || event.kind() == Kind.HEAD && event.status() >= 400,
                        () -> Text.quote(request.getKey()) + " got " + event);
            }
            assertNull(
                    scene.upstream().next(Duration.ZERO), () -> Text.quote(request.getKey()) + " reached the server");
        }
        assertConnectionServes();
    }

    @Test
    void aMalformedRequestResetsItsStreamAndNoOther() throws Exception {
        StreamingExchange other = streaming();
        assertEquals(
                Http2Client.PROTOCOL_ERROR,
                client.get("/", "connection", "close").next().code());
        assertGoesOn(other);
        assertConnectionServes();
    }

    /** RFC 9113 §8.1.1: a body whose length differs from its Content-Length is malformed. */
    @Test
    void aBodyThatDiffersFromItsContentLengthNeverLooksComplete() throws Exception {
        StreamingExchange other = streaming();
        for (int length : List.of(10, 40_000)) {
            for (int sent : List.of(length - 5, length + 5)) {
                Http2Stream stream = client.request("POST", "/", false, "content-length", Integer.toString(length));
                String body = "a".repeat(sent);
                for (int i = 0; i < sent; i += 16_000) {
                    stream.data(body.substring(i, Math.min(sent, i + 16_000)), i + 16_000 >= sent);
                }
                Http2Event event = stream.next();
                assertEquals(Kind.RESET, event.kind(), length + " " + sent + " " + event);
                Wire server = scene.upstream().next(Duration.ofMillis(100));
                if (server != null) {
                    assertFalse(!server.isAtEnd() && server.request().complete(), "looked complete");
                }
                assertGoesOn(other);
            }
        }
        assertConnectionServes();
    }

    /** The proxy does not support RFC 8441: it does not announce it, and refuses a client that uses it. */
    @Test
    void connectAndExtendedConnectAreRefused() throws Exception {
        assertFalse(client.settings().containsKey(ENABLE_CONNECT_PROTOCOL));
        Http2Stream stream = client.request("CONNECT", "/", false, ":protocol", "websocket");
        Http2Event refusal = stream.next();
        assertEquals(Kind.RESET, refusal.kind());
        assertEquals(Http2Client.PROTOCOL_ERROR, refusal.code());
        Http2Stream tunnel = client.open(false, List.of(":method", "CONNECT", ":authority", "site.example:443"));
        Http2Event event = tunnel.next();
        assertEquals(501, event.status(), event.toString());
        assertConnectionServes();
    }

    /**
     * RFC 9110 §8.6 allows a server to refuse equal values. Tomcat resets the stream itself when it has part of the
     * body.
     */
    @Test
    void aRepeatedContentLengthIsABadRequest() throws Exception {
        for (List<String> fields :
                List.of(List.of("content-length", "3", "content-length", "3"), List.of("content-length", "3, 3"))) {
            Http2Stream early = client.request("POST", "/", false, fields.toArray(String[]::new));
            assertEquals(400, early.next().status());
            Http2Stream stream = client.request("POST", "/", false, fields.toArray(String[]::new));
            stream.data("abc", true);
            Http2Event event = stream.next();
            assertTrue(event.kind() == Kind.RESET || event.status() == 400, event.toString());
            assertNull(scene.upstream().next(Duration.ZERO));
        }
        assertConnectionServes();
    }
}
