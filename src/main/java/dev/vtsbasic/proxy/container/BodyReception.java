package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Receives a request's body while another thread writes the response.
 *
 * <p>A thread that waits for the client's bytes does not hold the lock of the {@link ConnectionGuard}: where the
 * container shows what has arrived, the thread reads only that, and waits for more without the lock.
 *
 * <p>Safe for any number of threads.
 */
public final class BodyReception {
    /**
     * How long the proxy waits before it sends {@code 100 Continue}, because a client may send its body without one.
     */
    private static final long CONTINUE_AFTER_NANOS = 250_000_000;

    /** Shortest and longest time between two checks for more of a body. */
    private static final long MIN_POLL_NANOS = 200_000;

    private static final long MAX_POLL_NANOS = 250_000_000;

    /** Between two checks pass an eighth of the wait so far or a quarter of the usual wait, whichever is longer. */
    private static final int POLLS_PER_WAIT = 8;

    private static final int POLLS_PER_USUAL_WAIT = 4;

    /** A client that sends nothing for this long counts as waiting for the response. */
    private static final long PAUSE_NANOS = 20_000_000;

    private static final int FIRST_STATUS_WITHOUT_BODY = HttpServletResponse.SC_MULTIPLE_CHOICES;

    private final ConnectionGuard guard;
    private final ReentrantLock lock;
    private final Condition changed;
    private final ClientConnection client;
    private final GuardedResponse response;
    private final long maxSilenceNanos;
    private final EarlyResponseLimit early = new EarlyResponseLimit();

    /** Whether {@link #begin} was called, whether the body is being received, and whether the head was set meanwhile. */
    private boolean begun;

    private boolean receiving;
    private boolean responding;
    private boolean responseComplete;

    /** Whether the client sends its body: it was told to, or never waited for {@code 100 Continue}. */
    private boolean invited;

    /** Whether the next read of the body sends {@code 100 Continue}. */
    private boolean readInvites;

    /** Whether the body must not be touched any more, because a read could send a 100 after the response's head. */
    private boolean refused;

    private boolean malformed;
    private long continueAt;
    private long lastReceived;
    private long usualWait;

    BodyReception(ConnectionGuard guard, ClientConnection client, GuardedResponse response, long maxSilenceNanos) {
        this.guard = guard;
        this.lock = guard.lock();
        this.changed = guard.changed();
        this.client = client;
        this.response = response;
        this.maxSilenceNanos = maxSilenceNanos;
    }

    /**
     * Starts to receive. Called again when the request is retried.
     *
     * @param awaitsContinue whether the client waits for {@code 100 Continue} (RFC 9110 §10.1.1)
     */
    public void begin(boolean awaitsContinue) {
        lock.lock();
        // On a retry the client may have been told already.
        invited = begun ? invited : !awaitsContinue;
        begun = true;
        receiving = true;
        responding = false;
        responseComplete = false;
        refused = false;
        lastReceived = System.nanoTime();
        early.start(lastReceived);
        continueAt = lastReceived + CONTINUE_AFTER_NANOS;
        lock.unlock();
    }

    /** Marks the body as read as far as it will be, so that writes no longer wait for it. */
    public void end() {
        lock.lock();
        receiving = false;
        changed.signalAll();
        lock.unlock();
    }

    /**
     * Reads the part of a body that has arrived, and waits without the lock while none has.
     *
     * @return how many bytes were read; -1 at the end of the body
     * @throws ResponseCompleteException when the whole response has been sent meanwhile
     * @throws SocketTimeoutException when the client sent nothing for the time that the guard allows
     */
    public int receive(ServletInputStream body, byte[] buffer) throws IOException {
        lock.lock();
        try {
            long since = System.nanoTime();
            while (!responseComplete) {
                guard.checkNotReleased();
                if (mayRead(body) && (readInvites || client.hasInput(body))) {
                    invited = true;
                    readInvites = false;
                    int count = readOrRefuse(body, buffer);
                    lastReceived = System.nanoTime();
                    usualWait = (3 * usualWait + lastReceived - since) / 4;
                    return count;
                }
                long wait = System.nanoTime() - since;
                if (wait >= maxSilenceNanos && (invited || !responding)) {
                    throw new SocketTimeoutException(
                            "The client sent nothing of its body for " + wait / 1_000_000 + " ms");
                }
                long poll = Math.max(wait / POLLS_PER_WAIT, usualWait / POLLS_PER_USUAL_WAIT);
                changed.awaitNanos(Math.min(Math.max(poll, MIN_POLL_NANOS), MAX_POLL_NANOS));
            }
            throw new ResponseCompleteException();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            lock.unlock();
        }
    }

    private int readOrRefuse(ServletInputStream body, byte[] buffer) throws IOException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            malformed = !responding && response.getStatus() == HttpServletResponse.SC_BAD_REQUEST;
            if (malformed && client.removeContainerError()) {
                refuse();
            }
            throw e;
        }
    }

    private void refuse() throws IOException {
        response.reset();
        response.setStatus(HttpServletResponse.SC_BAD_REQUEST);
        response.closeConnection();
        response.setContentLength(0);
        response.flushBuffer();
        client.dropInput();
    }

    /** Whether the container found the body malformed before any response, and set a 400 of its own. */
    public boolean isRefusedByContainer() {
        lock.lock();
        try {
            return malformed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Whether the body may be touched now. Most containers send {@code 100 Continue} when the body is read or checked,
     * so that neither may happen before the client is to send it.
     */
    private boolean mayRead(ServletInputStream body) {
        if (refused) {
            return false;
        }
        if (!invited && client.hasExplicitContinue() && client.hasInput(body)) {
            // A client whose body has arrived needs no 100 (RFC 9110 §10.1.1).
            invited = true;
        }
        if (!invited && !responding && System.nanoTime() - continueAt >= 0) {
            invited = true;
            readInvites = !client.sendContinue(body);
        }
        return invited || client.hasExplicitContinue();
    }

    /**
     * Sets the response's head, and sends it if a body is being received. A client that was not told to send its body
     * will not be told any more, because no 100 may follow the head. Because it may still send the body or not, its
     * connection (not a stream) closes after the response.
     *
     * @param committed the response that gets the head
     * @param head sets status and header fields; no read can replace the response meanwhile
     * @throws IOException when the client has left, or the container found the body malformed and responds itself
     */
    public void beginResponse(HttpServletResponse committed, Runnable head) throws IOException {
        lock.lock();
        try {
            if (malformed) {
                throw new IOException("The container responds by itself");
            }
            head.run();
            if (!receiving) {
                return;
            }
            responding = true;
            boolean wanted = committed.getStatus() < FIRST_STATUS_WITHOUT_BODY;
            if (!invited) {
                refused = !wanted || !client.hasExplicitContinue();
                if (!client.isStream()) {
                    response.closeConnection();
                }
            }
            // Commits the head, so that an error in the rest of the body cannot replace the response.
            committed.flushBuffer();
        } finally {
            lock.unlock();
        }
    }

    /** Marks the whole response as sent, so that a thread that still receives the body stops. */
    public void endResponse() {
        lock.lock();
        responseComplete = true;
        if (!invited && responding && !guard.isReleased()) {
            client.dropInput();
        }
        changed.signalAll();
        lock.unlock();
    }

    /**
     * Waits until this many bytes of the response may be written. A client may read nothing until it has sent its whole
     * body; a write that waits for such a client would keep the proxy from reading the body. So while the client sends,
     * a response leaves no faster than the {@link EarlyResponseLimit}. The rest waits, without the lock, for the end of
     * the body or a pause of the client. Call it under the lock.
     */
    void awaitWrite(int count) throws InterruptedException {
        while (receiving && !guard.isReleased() && early.isExceededBy(count) && isSending()) {
            changed.awaitNanos(PAUSE_NANOS);
        }
        if (receiving) {
            early.add(count);
        }
    }

    private boolean isSending() {
        return System.nanoTime() - lastReceived < PAUSE_NANOS;
    }

    /**
     * Whether the client may send its body. Call it under the lock.
     *
     * @param awaitsContinue whether the client waits for {@code 100 Continue}
     */
    boolean mayArrive(boolean awaitsContinue) {
        return begun ? invited : !awaitsContinue;
    }

    /** The whole response was sent before the end of the body. */
    public static final class ResponseCompleteException extends IOException {
        private static final long serialVersionUID = 1L;

        ResponseCompleteException() {
            super("The response was complete before the end of the body");
        }
    }
}
