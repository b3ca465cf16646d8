package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets only one thread of an exchange at a time make the container read from the client's connection or write to it.
 *
 * <p>A servlet's request and response share one connection and are not thread-safe: a read can write
 * ({@code 100 Continue}, a window update) and can change the response (a malformed chunk becomes a 400), and containers
 * reuse their buffers for other clients. So an exchange reads the body and uses the response only through this class,
 * which makes each call under one lock.
 *
 * <p>A large body is read while the response is written. A thread that waits for the client's bytes then does not hold
 * the lock: where the container shows what has arrived, the thread reads only that, and waits for more without the
 * lock.
 *
 * <p>Safe for any number of threads.
 */
public final class ConnectionGuard {
    /**
     * How long the guard waits before it sends {@code 100 Continue}, because a client may send its body without one.
     */
    private static final long CONTINUE_AFTER_NANOS = 250_000_000;

    /** Shortest and longest time between two checks for more of a body. */
    private static final long MIN_POLL_NANOS = 200_000;

    private static final long MAX_POLL_NANOS = 250_000_000;

    /** Between two checks pass an eighth of the wait so far or a quarter of the usual wait, whichever is longer. */
    private static final int POLLS_PER_WAIT = 8;

    private static final int POLLS_PER_USUAL_WAIT = 4;

    /** Equals the embedded Tomcat's timeout of a read. */
    private static final Duration BODY_READ_TIMEOUT = Duration.ofSeconds(60);

    /**
     * Maximum bytes of a response per second while the client still sends its body. The sockets' buffers hold much of
     * that if the client does not read yet.
     */
    private static final int MAX_EARLY_BYTES_PER_SECOND = 64 * 1024;

    /** A client that sends nothing for this long counts as waiting for the response. */
    private static final long PAUSE_NANOS = 20_000_000;

    private static final long SECOND_NANOS = 1_000_000_000;

    private static final int FIRST_WITHOUT_BODY = HttpServletResponse.SC_MULTIPLE_CHOICES;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final ClientConnection client;
    private final GuardedResponse response;
    private final long maxSilenceNanos;
    private volatile boolean released;
    private boolean receiving;
    private boolean begun;
    private boolean asked;
    private boolean asks;
    private boolean answering;
    private boolean refused;
    private boolean malformed;
    private boolean answered;
    private long continueAt;
    private long lastReceived;
    private long usualSilence;
    private long early;
    private long earlySince;

    /**
     * Allows the client to send nothing of its body for 60 seconds.
     *
     * @param response the container's own; the exchange uses {@link #response}
     */
    public ConnectionGuard(ClientConnection client, HttpServletResponse response) {
        this(client, response, BODY_READ_TIMEOUT);
    }

    /**
     * @param response the container's own; the exchange uses {@link #response}
     * @param maxSilence how long the client may send nothing of its body
     */
    public ConnectionGuard(ClientConnection client, HttpServletResponse response, Duration maxSilence) {
        this.maxSilenceNanos = maxSilence.toNanos();
        this.client = client;
        this.response = new GuardedResponse(this, response);
    }

    /** A call to the container that may read or write. */
    @FunctionalInterface
    public interface Call<T> {
        T run() throws IOException;
    }

    /** The guarded response, which any thread of the exchange may use. */
    public HttpServletResponse response() {
        return response;
    }

    /**
     * Makes a call to the container under the lock.
     *
     * @throws IOException when the call fails, or after {@link #release()}
     */
    public <T> T call(Call<T> call) throws IOException {
        lock.lock();
        try {
            if (released) {
                throw new IOException("The container has taken the request back");
            }
            return call.run();
        } finally {
            lock.unlock();
        }
    }

    <T> T get(Supplier<T> value) {
        lock.lock();
        try {
            if (released) {
                throw new IllegalStateException("The container has taken the request back");
            }
            return value.get();
        } finally {
            lock.unlock();
        }
    }

    void change(Runnable change) {
        get(() -> {
            change.run();
            return null;
        });
    }

    /** Whether the client has left; false while another thread reads or writes, because that call will notice it. */
    public boolean clientIsGone() {
        if (client.isStream()) {
            // This needs no lock, because it reads only a state that the container's own thread sets.
            return client.isGone();
        }
        if (!lock.tryLock()) {
            return false;
        }
        try {
            return !released && client.isGone();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes all later calls fail, because the container may now reuse its objects. Waits for a call that is running.
     */
    public void release() {
        lock.lock();
        released = true;
        changed.signalAll();
        lock.unlock();
    }

    /** Makes all later calls fail, without waiting for a call that is running. */
    public void shut() {
        released = true;
    }

    /**
     * Makes all later calls fail, and waits at most so many seconds for a call that is running.
     *
     * @return whether no call is running any more
     */
    public boolean release(int seconds) throws InterruptedException {
        shut();
        if (!lock.tryLock(seconds, TimeUnit.SECONDS)) {
            return false;
        }
        try {
            release();
        } finally {
            lock.unlock();
        }
        return true;
    }

    /** Reads a body before anything is written: waits for the client within the container, under the lock. */
    public int read(ServletInputStream body, byte[] buffer, int offset, int count) throws IOException {
        return call(() -> body.read(buffer, offset, count));
    }

    /**
     * Reads once something has arrived, up to the end of the buffer.
     *
     * @param end until when to wait, in terms of {@link System#nanoTime}
     * @return how many bytes were read; 0 when none arrived in time, -1 at the end of the body
     */
    public int readUntil(long end, ServletInputStream body, byte[] buffer, int offset) throws IOException {
        lock.lock();
        try {
            while (!get(() -> client.hasInput(body))) {
                if (end - System.nanoTime() <= 0) {
                    return 0;
                }
                changed.awaitNanos(MIN_POLL_NANOS);
            }
            return read(body, buffer, offset, buffer.length - offset);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Starts to receive a body while the response is written; called anew when the request is retried.
     *
     * @param awaitsContinue whether the client waits for {@code 100 Continue} (RFC 9110 §10.1.1)
     */
    public void beginReceiving(boolean awaitsContinue) {
        lock.lock();
        // On a retry the client may have been told already.
        asked = begun ? asked : !awaitsContinue;
        begun = true;
        receiving = true;
        answering = false;
        answered = false;
        refused = false;
        lastReceived = System.nanoTime();
        earlySince = lastReceived;
        continueAt = lastReceived + CONTINUE_AFTER_NANOS;
        lock.unlock();
    }

    /** Marks the body as read as far as it will be, so that writes no longer wait for it. */
    public void endReceiving() {
        lock.lock();
        receiving = false;
        changed.signalAll();
        lock.unlock();
    }

    /**
     * Reads the part of a body that has arrived, and waits without the lock while none has.
     *
     * @return how many bytes were read; -1 at the end of the body
     * @throws AnsweredException when the whole response has been sent meanwhile
     * @throws SocketTimeoutException when the client sent nothing for the time that the constructor was given
     */
    public int receive(ServletInputStream body, byte[] buffer) throws IOException {
        lock.lock();
        try {
            long since = System.nanoTime();
            while (!answered) {
                if (released) {
                    throw new IOException("The container has taken the request back");
                }
                if (mayRead(body) && (asks || client.hasInput(body))) {
                    asked = true;
                    asks = false;
                    int count = readOrRefuse(body, buffer);
                    lastReceived = System.nanoTime();
                    usualSilence = (3 * usualSilence + lastReceived - since) / 4;
                    return count;
                }
                long silence = System.nanoTime() - since;
                if (silence >= maxSilenceNanos && (asked || !answering)) {
                    throw new SocketTimeoutException(
                            "The client sent nothing of its body for " + silence / 1_000_000 + " ms");
                }
                long look = Math.max(silence / POLLS_PER_WAIT, usualSilence / POLLS_PER_USUAL_WAIT);
                changed.awaitNanos(Math.min(Math.max(look, MIN_POLL_NANOS), MAX_POLL_NANOS));
            }
            throw new AnsweredException();
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
            malformed = !answering && response.getStatus() == HttpServletResponse.SC_BAD_REQUEST;
            if (malformed && client.takeBackError()) {
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
        if (!asked && client.isContinuedByHand() && client.hasInput(body)) {
            // A client whose body has arrived needs no 100 (RFC 9110 §10.1.1).
            asked = true;
        }
        if (!asked && !answering && System.nanoTime() - continueAt >= 0) {
            asked = true;
            asks = !client.sendContinue(body);
        }
        return asked || client.isContinuedByHand();
    }

    /**
     * Sets the response's head, and sends it if a body is being received. A client that was not told to send its body
     * will not be told any more, because no 100 may follow the head. Because it may still send the body or not, its
     * connection (not a stream) closes after the response.
     *
     * @param answer the response that gets the head
     * @param head sets status and header fields; no read can replace the response meanwhile
     * @throws IOException when the client has left, or the container found the body malformed and responds itself
     */
    public void beginAnswering(HttpServletResponse answer, Runnable head) throws IOException {
        lock.lock();
        try {
            if (malformed) {
                throw new IOException("The container answers by itself");
            }
            head.run();
            if (!receiving) {
                return;
            }
            answering = true;
            boolean wanted = answer.getStatus() < FIRST_WITHOUT_BODY;
            if (!asked) {
                refused = !wanted || !client.isContinuedByHand();
                if (!client.isStream()) {
                    response.closeConnection();
                }
            }
            // Commits the head, so that an error in the rest of the body cannot replace the response.
            answer.flushBuffer();
        } finally {
            lock.unlock();
        }
    }

    /** Marks the whole response as sent, so that a thread that still receives the body stops. */
    public void endAnswering() {
        lock.lock();
        answered = true;
        if (!asked && answering && !released) {
            client.dropInput();
        }
        changed.signalAll();
        lock.unlock();
    }

    /**
     * Sends the end of the response, then makes the container read the rest of the body if the connection is to close.
     * A close with unread bytes would be a reset, which may keep the client from reading the response (RFC 9112 §9.6).
     * Does nothing if the client was not told to send its body.
     *
     * @param awaitsContinue whether the client waits for {@code 100 Continue}
     */
    public void linger(boolean awaitsContinue) throws IOException {
        call(() -> {
            if (begun ? asked : !awaitsContinue) {
                response.getOutputStream().close();
                client.readRest();
            }
            return null;
        });
    }

    /**
     * Writes a part of the response. A client may read nothing until it has sent its whole body; a write that waits for
     * such a client would keep the proxy from reading the body. So while the client sends, a response leaves at no more
     * than {@link #MAX_EARLY_BYTES_PER_SECOND} bytes a second. The rest waits, without the lock, for the end of the body or a pause of
     * the client.
     */
    void write(Call<Void> write, int count) throws IOException {
        lock.lock();
        try {
            while (receiving && !released && isEnoughWith(count) && isSending()) {
                changed.awaitNanos(PAUSE_NANOS);
            }
            if (receiving) {
                early += count;
            }
            call(write);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            lock.unlock();
        }
    }

    /** Whether this many more bytes would exceed {@link #MAX_EARLY_BYTES_PER_SECOND} in a second. */
    private boolean isEnoughWith(int count) {
        long now = System.nanoTime();
        long elapsed = Math.min(now - earlySince, SECOND_NANOS);
        early = Math.max(0, early - elapsed * MAX_EARLY_BYTES_PER_SECOND / SECOND_NANOS);
        earlySince = now;
        return early + count > MAX_EARLY_BYTES_PER_SECOND;
    }

    private boolean isSending() {
        return System.nanoTime() - lastReceived < PAUSE_NANOS;
    }

    /** The whole response was sent before the end of the body. */
    public static final class AnsweredException extends IOException {
        private static final long serialVersionUID = 1L;

        AnsweredException() {
            super("The answer came before the end of the body");
        }
    }
}
