package dev.vtsbasic.embedded.http2;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.coyote.Response;
import org.apache.coyote.http11.HttpOutputBuffer;
import org.apache.coyote.http11.OutputFilter;

/**
 * Has Tomcat send an HTTP/2 response in frames that fill either Tomcat's buffer or the client's flow-control window.
 * Without this filter, Tomcat sends each full buffer as a whole: if the window is one byte smaller, the last byte
 * becomes a frame of its own, and if the client acknowledges each frame, so does one byte of each later buffer (silly
 * window syndrome, RFC 1122 §4.2.3.4).
 *
 * <p>If the window is small, the filter waits until it grows, but for 200 ms at most, because a client may not enlarge
 * its window before it has received all that the window allows. So a client that grants single bytes gets a few bytes a
 * second.
 */
final class FrameFilter implements OutputFilter {
    /** The size of Tomcat's buffer for a stream. */
    private static final int MAX_FRAME_BYTES = 8192;

    /**
     * The filter waits for a window of at least this size, even if all the client's windows have been smaller.
     */
    private static final int MIN_WINDOW_BYTES = 256;

    private static final long MAX_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Http2Connection connection;
    private final Http2Window window;
    private HttpOutputBuffer next;
    private long largestWindow;
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
            if (buffered + left <= MAX_FRAME_BYTES) {
                // Tomcat's buffer keeps the bytes until it is full or flushed, or the response ends.
                pass(data, left);
            } else {
                long free = await(MAX_FRAME_BYTES);
                // The filter cannot split bytes that are in Tomcat's buffer already.
                pass(data, (int) (free > buffered ? Math.min(free, MAX_FRAME_BYTES) : MAX_FRAME_BYTES) - buffered);
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
        // The next filter leaves the data unread when the response has no body.
        data.limit(end).position(passed);
        buffered += length;
    }

    private void sendBuffer() throws IOException {
        buffered = 0;
        next.flush();
    }

    /**
     * @return how many bytes the client's window allows now; may still be less than the size of the frame, or negative
     */
    private long await(int frame) throws IOException {
        long free = window.free();
        largestWindow = Math.max(largestWindow, free);
        long enough = Math.min(frame, Math.max(MIN_WINDOW_BYTES, largestWindow / 2));
        if (free >= enough) {
            return free;
        }
        try {
            connection.await(() -> window.free() >= enough || window.isClosed(), MAX_WAIT_NANOS);
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
        // This filter needs no response.
    }

    @Override
    public void recycle() {
        // Each response gets a new filter.
    }
}
