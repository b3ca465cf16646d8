package dev.vtsbasic.embedded;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Response;
import org.apache.coyote.http11.HttpOutputBuffer;
import org.apache.coyote.http11.OutputFilter;

/**
 * Has Tomcat send an answer on HTTP/2 in frames that fill either its buffer or what the client takes. Tomcat alone sends
 * each full buffer as a whole: where the client takes an octet less, that octet becomes a frame, and when the client
 * acknowledges each frame, so does an octet of every buffer that follows (the silly window syndrome of RFC 1122 §4.2.3.4).
 *
 * <p>Where the client takes only little, more is awaited before anything is sent, but not for long, because it may be one that
 * lets no more be sent before it has had all it takes. So one that asks for octets one by one gets a few a second.
 */
final class FrameFilter implements OutputFilter {
    /** The size of Tomcat's buffer for a stream. */
    private static final int BUFFER = 8192;

    /** Frames of this size are worth sending, whatever the client takes at most. */
    private static final int WORTHWHILE = 256;

    private static final long LONGEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Http2Connection connection;
    private final Http2Window window;
    private HttpOutputBuffer next;
    private long largest;
    private int buffered;

    FrameFilter(Http2Connection connection, Http2Window window) {
        this.connection = connection;
        this.window = window;
    }

    @Override
    public int doWrite(ByteBuffer data) throws IOException {
        int length = data.remaining();
        int end = data.limit();
        while (data.position() < end) {
            int left = end - data.position();
            if (buffered + left <= BUFFER) {
                // It goes out with what follows, or with the end of the answer.
                pass(data, left);
            } else {
                long free = await(BUFFER);
                // What is in the buffer cannot be split there any more.
                pass(data, (int) (free > buffered ? Math.min(free, BUFFER) : BUFFER) - buffered);
                sendBuffer();
            }
        }
        return length;
    }

    private void pass(ByteBuffer data, int length) throws IOException {
        int end = data.limit();
        int passed = data.position() + length;
        data.limit(passed);
        next.doWrite(data);
        // Where an answer has no body, nothing takes it.
        data.limit(end).position(passed);
        buffered += length;
    }

    private void sendBuffer() throws IOException {
        buffered = 0;
        next.flush();
    }

    /** @return how much the client takes now, which may still be less than the frame, or nothing */
    private long await(int frame) throws IOException {
        long free = window.free();
        largest = Math.max(largest, free);
        long enough = Math.min(frame, Math.max(WORTHWHILE, largest / 2));
        if (free >= enough) {
            return free;
        }
        try {
            connection.await(() -> window.free() >= enough || window.isClosed(), LONGEST_WAIT_NANOS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        }
        return window.free();
    }

    @Override
    public void flush() throws IOException {
        if (buffered > 0) {
            await(buffered);
        }
        sendBuffer();
    }

    @Override
    public void end() throws IOException {
        if (buffered > 0) {
            await(buffered);
        }
        buffered = 0;
        next.end();
    }

    @Override
    public long getBytesWritten() {
        return next.getBytesWritten();
    }

    @Override
    public void setBuffer(HttpOutputBuffer next) {
        this.next = next;
    }

    @Override
    public void setResponse(Response response) {
        // It is not needed.
    }

    @Override
    public void recycle() {
        // Each answer has its own.
    }
}
