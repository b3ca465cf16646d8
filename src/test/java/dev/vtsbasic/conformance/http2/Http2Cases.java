package dev.vtsbasic.conformance.http2;

import static dev.vtsbasic.conformance.harness.Scene.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Base of the HTTP/2 cases. Each case has a connection of its own to the shared proxy. */
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

    /** A client's stream, and the server's connection for its request. */
    record StreamingExchange(Http2Stream stream, Wire server) {}

    /** Opens a stream whose response has begun. */
    StreamingExchange streaming() throws Exception {
        Http2Stream stream = client.get("/streaming");
        Wire server = serverAskedFor("/streaming");
        server.send(response("200 OK", CHUNKED) + "5\r\nfirst\r\n");
        assertEquals(200, stream.head().status());
        assertEquals("first", stream.data());
        return new StreamingExchange(stream, server);
    }

    /** Waits for a request for this target. It skips other requests, because cancelled ones may arrive late. */
    private Wire serverAskedFor(String target) throws Exception {
        Wire server = scene.server();
        while (!server.request().head().target().equals(target)) {
            server = scene.server();
        }
        return server;
    }

    static void assertGoesOn(StreamingExchange exchange) throws Exception {
        exchange.server().send("4\r\nmore\r\n");
        assertEquals("more", exchange.stream().data());
    }

    /** Checks that another stream of the same connection gets a response. */
    void assertConnectionServes() throws Exception {
        Http2Stream stream = client.get("/works");
        Wire server = serverAskedFor("/works");
        server.send(OK);
        Http2Response response = stream.response();
        assertEquals("ok", response.body());
        assertTrue(response.complete());
    }

    /** Sends a request and returns it as the server received it; the server responds with a plain 200. */
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

    /** Returns the client's response; the server closes the connection after {@code response}. */
    Http2Response relayed(String method, String response) throws Exception {
        Http2Stream stream = client.request(method, "/", true);
        Wire server = scene.server();
        server.request();
        server.send(response);
        server.close();
        return stream.response();
    }
}
