package dev.vtsbasic.embedded.http2;

import java.io.IOException;
import java.time.Duration;
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
 * streams and resets them, sends acknowledgements that nothing asked for, or takes too long for a head.
 */
final class Http2Connection extends Http2AsyncUpgradeHandler {
    /**
     * How many streams a client may reset within {@link #PERIOD_NANOS}, if these are more than half of those it opened.
     */
    private static final int MAX_RESETS = 100;

    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(10);

    /**
     * How many acknowledgements of SETTINGS and PING a client may send within {@link #PERIOD_NANOS}. Tomcat does not
     * count them as overhead. It sends one SETTINGS, and a PING every ten seconds at most.
     */
    private static final int MAX_ACKNOWLEDGEMENTS = 100;

    private static final long ENHANCE_YOUR_CALM = 11;

    private final long headTimeoutNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Only the thread that reads the connection uses these; one thread reads at a time.
    private long periodStart = System.nanoTime();
    private int opened;
    private int resets;
    private int acknowledgements;
    private boolean settingsAcknowledged;
    private long headStart;

    /** @param headTimeout maximum time from the first frame of a head to its last; zero for no limit */
    Http2Connection(
            Http2Protocol protocol,
            Adapter adapter,
            Request request,
            SocketWrapperBase<?> socket,
            Duration headTimeout) {
        super(protocol, adapter, request, socket);
        headTimeoutNanos = headTimeout.toNanos();
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
        headStart = System.nanoTime();
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
        beginPeriod();
        resets++;
        try {
            super.reset(stream, error);
            if (resets > MAX_RESETS && resets * 2 > opened) {
                end(stream, "More than " + MAX_RESETS + " streams were reset");
            }
        } catch (Exception e) {
            throw Unchecked.of(e);
        } finally {
            signal();
        }
    }

    private void beginPeriod() {
        long now = System.nanoTime();
        if (now - periodStart > PERIOD_NANOS) {
            periodStart = now;
            opened = 0;
            resets = 0;
            acknowledgements = 0;
        }
    }

    private void end(int stream, String reason) throws IOException {
        writeGoAwayFrame(stream, ENHANCE_YOUR_CALM, null);
        throw new IOException(reason);
    }

    /** Hides repeated acknowledgements from Tomcat, which would log a warning for each. */
    @Override
    public void settingsEnd(boolean ack) throws IOException {
        if (!ack) {
            super.settingsEnd(false);
            return;
        }
        countAcknowledgement();
        if (!settingsAcknowledged) {
            settingsAcknowledged = true;
            super.settingsEnd(true);
        }
    }

    @Override
    public void pingReceive(byte[] payload, boolean ack) throws IOException {
        if (ack) {
            countAcknowledgement();
        }
        super.pingReceive(payload, ack);
    }

    private void countAcknowledgement() throws IOException {
        beginPeriod();
        acknowledgements++;
        if (acknowledgements > MAX_ACKNOWLEDGEMENTS) {
            end(0, "More than " + MAX_ACKNOWLEDGEMENTS + " acknowledgements came");
        }
    }

    /**
     * Ends the connection when a head takes too long. Lets Tomcat count only empty frames as overhead. Other frames add
     * to the length of the request's head, whose limit bounds their number.
     */
    @Override
    public void headersContinue(int length, boolean last) {
        if (headTimeoutNanos > 0 && System.nanoTime() - headStart > headTimeoutNanos) {
            try {
                end(0, "A head took longer than the header time-out");
            } catch (IOException e) {
                throw Unchecked.of(e);
            }
        }
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
