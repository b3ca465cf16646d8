package dev.vtsbasic.conformance.http2;

import static dev.vtsbasic.conformance.harness.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.harness.Scene.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.conformance.http2.Http2Event.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Streams and connections that the client, or the server behind the proxy, cancels. */
abstract class Http2CancelCases extends Http2Cases {
    Http2CancelCases(Http2Scene scene) {
        super(scene);
    }

    @Test
    void aCutResponseResetsItsStreamAndNoOther() throws Exception {
        StreamingExchange other = streaming();
        for (String cut : List.of(
                response("200 OK", CHUNKED) + "5\r\nhello\r\n",
                response("200 OK", CHUNKED) + "a\r\nhello",
                response("200 OK", CHUNKED) + "5\r\nhello\r\n0\r\n",
                response("200 OK", "Content-Length: 10") + "hello")) {
            Http2Response response = relayed("GET", cut);
            assertEquals(Kind.RESET, response.end().kind(), cut);
            assertEquals(Http2Client.INTERNAL_ERROR, response.end().code(), cut);
            assertGoesOn(other);
        }
        Http2Stream stream = client.get("/");
        Wire server = scene.server();
        server.request();
        server.send(response("200 OK") + "hello");
        Http2Event head = stream.head();
        assertEquals("hello", stream.data());
        server.reset();
        assertEquals(Kind.RESET, stream.rest(head).end().kind());
        assertGoesOn(other);
        assertConnectionServes();
    }

    @Test
    void aStreamCancelledBeforeTheResponseEndsTheUpstreamRequest() throws Exception {
        StreamingExchange other = streaming();
        Http2Stream stream = client.get("/");
        Wire server = scene.server();
        server.request();
        stream.reset();
        server.endWithin(PROMPTLY);
        Http2Stream withBody =
                client.request("POST", "/", false, "content-length", "5").data("hello", true);
        server = scene.server();
        server.request();
        withBody.reset();
        server.endWithin(PROMPTLY);
        assertGoesOn(other);
        assertConnectionServes();
    }

    @Test
    void aStreamCancelledDuringASilentResponseEndsTheUpstreamRequest() throws Exception {
        StreamingExchange other = streaming();
        StreamingExchange exchange = streaming();
        exchange.stream().reset();
        exchange.server().endWithin(PROMPTLY);
        assertGoesOn(other);
        assertConnectionServes();
    }

    @Test
    void aStreamCancelledDuringAnUploadCutsTheUpstreamRequest() throws Exception {
        StreamingExchange other = streaming();
        Http2Stream stream = client.request("POST", "/", false).data("hello", false);
        Wire server = scene.server();
        server.head();
        assertEquals("hello", server.chunk());
        stream.reset();
        server.endWithin(PROMPTLY);
        assertGoesOn(other);
        assertConnectionServes();
    }

    /** The reset may arrive before the first read of the body, or between two reads. */
    @Test
    void anUploadCancelledAtOnceNeverLooksComplete() throws Exception {
        for (int i = 0; i < 30; i++) {
            try (Http2Client own = scene.connect(scene.proxy())) {
                own.request("POST", "/", false).dataAndReset("hello");
                Wire server = scene.upstream().next(Duration.ofMillis(i % 3 == 0 ? 100 : 0));
                if (server != null) {
                    assertCut(server);
                }
            }
        }
        assertConnectionServesAfterCutRequests();
    }

    /** Until the request for {@code /works} arrives, all requests must be cut. */
    private void assertConnectionServesAfterCutRequests() throws Exception {
        Http2Stream stream = client.get("/works");
        while (true) {
            Wire server = scene.server();
            if (!assertCut(server)) {
                server.send(OK);
                assertEquals("ok", stream.response().body());
                return;
            }
        }
    }

    /** @return false for the request for {@code /works}, which must be whole */
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
    void aClosedConnectionEndsAllItsUpstreamRequests() throws Exception {
        List<Wire> servers = new ArrayList<>();
        client.get("/waiting");
        servers.add(scene.server());
        servers.get(0).request();
        servers.add(streaming().server());
        servers.add(streaming().server());
        client.request("POST", "/uploading", false).data("hello", false);
        servers.add(scene.server());
        servers.get(3).head();
        servers.get(3).chunk();
        client.close();
        for (Wire server : servers) {
            server.endWithin(PROMPTLY);
        }
    }

    @Test
    void manyCancelledStreamsDoNotEndTheConnection() throws Exception {
        StreamingExchange other = streaming();
        List<Wire> servers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Http2Stream stream = client.get("/");
            servers.add(scene.server());
            stream.reset();
        }
        for (Wire server : servers) {
            server.endWithin(PROMPTLY);
        }
        assertGoesOn(other);
        assertConnectionServes();
    }
}
