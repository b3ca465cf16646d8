package dev.vtsbasic.conformance.http2;

import static dev.vtsbasic.conformance.harness.Scene.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.conformance.http2.Http2Event.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Clients that read slowly, in small pieces, or not at all. */
abstract class Http2FlowControlCases extends Http2Cases {
    Http2FlowControlCases(Http2Scene scene) {
        super(scene);
    }

    @Test
    void aStreamThatIsNotReadSlowsItsServerAndNoOtherStream() throws Exception {
        AtomicLong sent = new AtomicLong();
        List<Http2Stream> unread = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            unread.add(client.get("/large"));
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", "Content-Length: 104857600"));
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
        for (Http2Stream stream : unread) {
            stream.head();
            for (int got = 0; got < 65_535; ) {
                got += stream.data().length();
            }
        }
        // Gives a proxy that buffers enough time to fill the heap.
        for (int i = 0; i < 100; i++) {
            assertConnectionServes();
        }
        assertTrue(sent.get() < 100_000_000, sent + " bytes were taken though the client takes none");
        unread.get(0).allow(1000);
        for (int got = 0; got < 1000; ) {
            got += unread.get(0).data().length();
        }
        unread.get(1).reset();
        assertConnectionServes();
    }

    @Test
    void aClientThatAcknowledgesEachFrameGetsFullFrames() throws Exception {
        int length = 1 << 20;
        try (Http2Client own = Http2Client.acknowledgingEachFrame(scene.proxy().port(), scene.tls())) {
            for (int i = 0; i < 20; i++) {
                Http2Stream stream = own.get("/download");
                Wire server = scene.server();
                server.request();
                server.sendInBackground(
                        (response("200 OK", "Content-Length: " + length, CLOSE) + "a".repeat(length)).getBytes());
                assertEquals(200, stream.head().status());
                List<Integer> frames = new ArrayList<>();
                Http2Event event = stream.next();
                while (event.kind() == Kind.DATA && !event.last()) {
                    frames.add(event.data().length());
                    event = stream.next();
                }
                assertTrue(event.last(), "download " + i + " was cut after " + frames + ": " + event);
                int last = event.data().length();
                assertEquals(
                        length,
                        last + frames.stream().mapToInt(Integer::intValue).sum());
                // On a busy machine the client may take more than 200 ms to acknowledge; then the server sends what
                // fits in the window.
                long small = frames.stream().filter(frame -> frame < 256).count();
                assertTrue(20 * small <= frames.size(), () -> "small frames: " + frames);
            }
        }
    }

    @Test
    void eventsOfOneOctetAcknowledgedOneByOneDoNotEndTheConnection() throws Exception {
        try (Http2Client own = Http2Client.acknowledgingEachFrame(scene.proxy().port(), scene.tls())) {
            Http2Stream stream = own.get("/", "accept", "text/event-stream");
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", "Content-Type: text/event-stream", CHUNKED));
            stream.head();
            for (int i = 0; i < 500; i++) {
                server.send("1\r\n.\r\n");
                assertEquals(".", stream.data(), "event " + i);
            }
        }
    }

    /** Otherwise the server would send one frame, and one TLS record, for each byte that the client allows. */
    @Test
    void aClientThatGrantsOneOctetAtATimeGetsFewFrames() throws Exception {
        Http2Stream stream = client.get("/dribble");
        Wire server = scene.server();
        server.request();
        server.sendInBackground((response("200 OK", "Content-Length: 200000", CLOSE) + "a".repeat(200_000)).getBytes());
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
        assertConnectionServes();
    }
}
