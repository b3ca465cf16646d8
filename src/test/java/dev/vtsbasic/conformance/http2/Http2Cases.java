package dev.vtsbasic.conformance.http2;

import static dev.vtsbasic.conformance.harness.Scene.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Each case has a connection of its own to the shared proxy. */
abstract class Http2Cases {
    static final String CHUNKED = "Transfer-Encoding: chunked";
    static final String CLOSE = "Connection: close";
    static final String OK = response("200 OK", "Content-Length: 2", CLOSE) + "ok";

    final Http2Scene scene;
    Http2Client client;

    Http2Cases(Http2Scene scene) {
        this.scene = scene;
    }

    @BeforeEach
    void connect() throws Exception {
        client = scene.connect();
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
        scene.upstream().forgetAll();
    }

    /** A stream of the client's, and what serves it. */
    record StreamingExchange(Http2Stream stream, Wire server) {}

    /** A stream whose response has begun. */
    StreamingExchange streaming() throws Exception {
        Http2Stream stream = client.get("/streaming");
        Wire server = scene.server();
        // What an earlier case has cancelled may arrive late.
        while (!server.request().head().target().equals("/streaming")) {
            server = scene.server();
        }
        server.send(response("200 OK", CHUNKED) + "5\r\nfirst\r\n");
        assertEquals(200, stream.head().status());
        assertEquals("first", stream.data());
        return new StreamingExchange(stream, server);
    }

    static void assertGoesOn(StreamingExchange exchange) throws Exception {
        exchange.server().send("4\r\nmore\r\n");
        assertEquals("more", exchange.stream().data());
    }

    /** Another stream of the same connection is answered. */
    void assertConnectionServes() throws Exception {
        Http2Stream stream = client.get("/works");
        Wire server = scene.server();
        assertEquals("/works", server.request().head().target());
        server.send(OK);
        Http2Response response = stream.response();
        assertEquals("ok", response.body());
        assertTrue(response.complete());
    }

    /** What the server sees of a request with these fields and this body; the response is a plain 200. */
    Message forwarded(String method, String body, String... namesAndValues) throws Exception {
        Http2Stream stream = client.request(method, "/", body == null, namesAndValues);
        if (body != null) {
            stream.data(body, true);
        }
        Wire server = scene.server();
        Message seen = server.request();
        server.send(OK);
        assertEquals(200, stream.response().status());
        return seen;
    }

    /** What the client gets of a response behind which the server closes the connection. */
    Http2Response relayed(String method, String response) throws Exception {
        Http2Stream stream = client.request(method, "/", true);
        Wire server = scene.server();
        server.request();
        server.send(response);
        server.close();
        return stream.response();
    }
}
