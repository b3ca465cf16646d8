package dev.vtsbasic.conformance.http2;

import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A client's stream; stream 0 stands for the connection. */
public final class Http2Stream {
    private final BlockingQueue<Http2Event> events = new LinkedBlockingQueue<>();
    private final Http2Client client;
    private final int id;

    Http2Stream(Http2Client client, int id) {
        this.client = client;
        this.id = id;
    }

    /** Sends a head or a trailer section. */
    Http2Stream head(boolean last, List<String> namesAndValues) throws IOException {
        client.frame(
                Http2Frames.HEADERS,
                Http2Frames.END_HEADERS | (last ? Http2Frames.END_STREAM : 0),
                id,
                Http2Frames.literals(namesAndValues));
        return this;
    }

    public Http2Stream data(String octets, boolean last) throws IOException {
        client.frame(Http2Frames.DATA, last ? Http2Frames.END_STREAM : 0, id, Wire.latin1(octets));
        return this;
    }

    /** Sends in one packet a data frame without END_STREAM, and a reset right after it. */
    void dataAndReset(String octets) throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        frames.writeBytes(Http2Frames.frame(Http2Frames.DATA, 0, id, Wire.latin1(octets)));
        frames.writeBytes(Http2Frames.frame(Http2Frames.RST_STREAM, 0, id, Http2Frames.number(Http2Client.CANCEL)));
        client.write(frames.toByteArray());
    }

    void reset() throws IOException {
        client.frame(Http2Frames.RST_STREAM, 0, id, Http2Frames.number(Http2Client.CANCEL));
    }

    /** Lets the server send this many more bytes. */
    void allow(int octets) throws IOException {
        client.frame(Http2Frames.WINDOW_UPDATE, 0, id, Http2Frames.number(octets));
    }

    void received(Http2Event event) {
        events.add(event);
    }

    int id() {
        return id;
    }

    public Http2Event next() throws InterruptedException {
        Http2Event event = events.poll(Wire.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        Check.that(event != null, "nothing came on stream " + id);
        return event;
    }

    public Http2Event nextWithin(Duration patience) throws InterruptedException {
        return events.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for the head of the response. */
    public Http2Event head() throws InterruptedException {
        Http2Event event = next();
        Check.equal("event on stream " + id + " " + event, Http2Event.Kind.HEAD, event.kind());
        return event;
    }

    /** Waits for the next data, which must not end the stream. */
    String data() throws InterruptedException {
        Http2Event event = next();
        Check.that(event.kind() == Http2Event.Kind.DATA && !event.last(), () -> "no data but " + event);
        return event.data();
    }

    /** Waits for the final response, up to the end of the stream. */
    Http2Response response() throws InterruptedException {
        Http2Event head = head();
        while (!head.last() && head.status() < 200) {
            head = head();
        }
        return rest(head);
    }

    Http2Response rest(Http2Event head) throws InterruptedException {
        StringBuilder body = new StringBuilder();
        Http2Event event = head;
        while (!event.last() && event.kind() != Http2Event.Kind.RESET && event.kind() != Http2Event.Kind.CLOSED) {
            event = next();
            body.append(event.data());
        }
        return new Http2Response(head, body.toString(), event);
    }
}
