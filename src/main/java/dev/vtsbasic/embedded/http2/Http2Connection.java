package dev.vtsbasic.embedded.http2;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.http2.Http2AsyncUpgradeHandler;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * An HTTP/2 connection that signals when the client enlarges a window, and that ends when the client mostly opens
 * streams and resets them.
 */
final class Http2Connection extends Http2AsyncUpgradeHandler {
    /**
     * How many streams a client may reset within {@link #PERIOD_NANOS}, if these are more than half of those it opened.
     */
    private static final int MAX_RESETS = 100;

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final long ENHANCE_YOUR_CALM = 11;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Only the thread that reads the connection uses these; one thread reads at a time.
    private long periodStart = System.nanoTime();
    private int opened;
    private int resets;

    Http2Connection(Http2Protocol protocol, Adapter adapter, Request request, SocketWrapperBase<?> socket) {
        super(protocol, adapter, request, socket);
    }

    /** Waits until a frame of the client has made the condition true, or until {@code nanos} have passed. */
    void await(BooleanSupplier condition, long nanos) throws InterruptedException {
        long left = nanos;
        lock.lock();
        try {
            while (left > 0 && !condition.getAsBoolean()) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    private void signal() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void incrementWindowSize(int stream, int increment) {
        try {
            super.incrementWindowSize(stream, increment);
        } catch (Exception e) {
            throw Unchecked.of(e);
        } finally {
            signal();
        }
    }

    @Override
    public void headersStart(int stream, boolean last) {
        opened++;
        try {
            super.headersStart(stream, last);
        } catch (Exception e) {
            throw Unchecked.of(e);
        }
    }

    /**
     * Counts each reset at once. Tomcat gives a reset its full weight only when the request has ended, and by then a
     * client may have sent thousands more.
     */
    @Override
    public void reset(int stream, long error) {
        long now = System.nanoTime();
        if (now - periodStart > PERIOD_NANOS) {
            periodStart = now;
            opened = 0;
            resets = 0;
        }
        resets++;
        try {
            super.reset(stream, error);
            if (resets > MAX_RESETS && resets * 2 > opened) {
                writeGoAwayFrame(stream, ENHANCE_YOUR_CALM, null);
                throw new IOException("More than " + MAX_RESETS + " streams were reset");
            }
        } catch (Exception e) {
            throw Unchecked.of(e);
        } finally {
            signal();
        }
    }

    /**
     * Lets Tomcat count only empty frames as overhead. Other frames add to the length of the request's head, whose
     * limit bounds their number.
     */
    @Override
    public void headersContinue(int length, boolean last) {
        if (length == 0) {
            super.headersContinue(length, last);
        }
    }

    /** Rethrows Tomcat's checked exceptions, whose class only its own package can name. */
    private static final class Unchecked {
        @SuppressWarnings("unchecked")
        static <E extends Exception> RuntimeException of(Exception exception) throws E {
            throw (E) exception;
        }
    }
}
