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
 * Lets one thread at a time make the container read from a client's connection or write to it.
 *
 * <p>A servlet's request and response share one connection and are not made for two threads: a read can write (a {@code 100
 * Continue}, a window update) and can change the response (a malformed chunk becomes a 400), and containers keep their
 * buffers for other clients' connections. So an exchange has the container's input and response only through here, and each
 * call happens under one lock.
 *
 * <p>A large body is read while the answer is written. The lock is then never held by a thread that waits for the client's
 * octets: it reads only what has come, where the container tells that, and else waits without the lock.
 */
public final class ConnectionGuard {
    /** How long a client may think about a body that it offers, before it is told to send it. */
    private static final long CONTINUE_AFTER_NANOS = 250_000_000;

    /** How often to look whether more of a body has come: at first, and when nothing came for seconds. */
    private static final long MIN_LOOK_NANOS = 200_000;

    private static final long MAX_LOOK_NANOS = 250_000_000;

    /** The time between two looks is this part of the silence so far, and the first one this part of the usual silence. */
    private static final int LOOKS_PER_SILENCE = 8;

    private static final int LOOKS_PER_USUAL_SILENCE = 4;

    /** As long as the embedded Tomcat waits within a read. */
    private static final Duration MAX_SILENCE = Duration.ofSeconds(60);

    /** What of an answer is written in a second before the end of the body: sockets hold a good deal of it unread. */
    private static final int MAX_EARLY = 64 * 1024;

    /** A client that sends nothing for so long is waiting for the answer rather than sending. */
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

    /** @param response the container's; others use {@link #response} */
    public ConnectionGuard(ClientConnection client, HttpServletResponse response) {
        this(client, response, MAX_SILENCE);
    }

    /** @param maxSilence how long a client may send nothing of its body */
    public ConnectionGuard(ClientConnection client, HttpServletResponse response, Duration maxSilence) {
        this.maxSilenceNanos = maxSilence.toNanos();
        this.client = client;
        this.response = new GuardedResponse(this, response);
    }

    /** A call of the container that may read or write. */
    @FunctionalInterface
    public interface Call<T> {
        T run() throws IOException;
    }

    /** The response as any thread of the exchange may use it. */
    public HttpServletResponse response() {
        return response;
    }

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

    /** Whether the client has left; false while another thread reads or writes, which will find it out. */
    public boolean clientIsGone() {
        if (client.isStream()) {
            // This reads a state that the container's own thread sets, and nothing of the connection.
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

    /** Lets no thread of the exchange through any more: from now on the container may use its objects for others. */
    public void release() {
        lock.lock();
        released = true;
        changed.signalAll();
        lock.unlock();
    }

    /** Lets no thread of the exchange through any more, without waiting for one that is within the container. */
    public void shut() {
        released = true;
    }

    /**
     * The same as {@link #release()}, for as long as the wait for a thread that is within the container may take.
     *
     * @return whether no thread is within the container any more
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

    /** Reads a body that nothing is written during: waits for the client within the container. */
    public int read(ServletInputStream body, byte[] buffer, int offset, int count) throws IOException {
        return call(() -> body.read(buffer, offset, count));
    }

    /**
     * The same, as long as something has come before a time in terms of {@link System#nanoTime}.
     *
     * @return 0 when nothing has come by then
     */
    public int readUntil(long end, ServletInputStream body, byte[] buffer, int offset) throws IOException {
        lock.lock();
        try {
            while (!get(() -> client.hasInput(body))) {
                if (end - System.nanoTime() <= 0) {
                    return 0;
                }
                changed.awaitNanos(MIN_LOOK_NANOS);
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
     * A body is going to be read while the answer is written.
     *
     * @param awaitsContinue whether the client sends it only when it is told to (RFC 9110 §10.1.1)
     */
    public void beginReceiving(boolean awaitsContinue) {
        lock.lock();
        // When it is sent a second time, the client may have been told already.
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

    /** The body has been read as far as it will be. */
    public void endReceiving() {
        lock.lock();
        receiving = false;
        changed.signalAll();
        lock.unlock();
    }

    /**
     * Reads what of a body has come, and waits without the lock until something has.
     *
     * @throws AnsweredException when the whole answer has been sent meanwhile
     * @throws SocketTimeoutException when the client has sent nothing for too long
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
                long look = Math.max(silence / LOOKS_PER_SILENCE, usualSilence / LOOKS_PER_USUAL_SILENCE);
                changed.awaitNanos(Math.min(Math.max(look, MIN_LOOK_NANOS), MAX_LOOK_NANOS));
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

    /** Whether the container has found the body malformed before any answer, and has put its own in place. */
    public boolean isRefusedByContainer() {
        lock.lock();
        try {
            return malformed;
        } finally {
            lock.unlock();
        }
    }

    /** Most containers tell the client to send its body when it is read, and only then: they must not be asked before. */
    private boolean mayRead(ServletInputStream body) {
        if (refused) {
            return false;
        }
        if (!asked && client.isContinuedByHand() && client.hasInput(body)) {
            // A client whose body has come needs no 100 (RFC 9110 §10.1.1).
            asked = true;
        }
        if (!asked && !answering && System.nanoTime() - continueAt >= 0) {
            asked = true;
            asks = !client.sendContinue(body);
        }
        return asked || client.isContinuedByHand();
    }

    /**
     * Sends the answer's head. A client that was not told to send its body will not be told so any more, since no 100 may
     * follow: whether it sends it is its own affair, and its connection can carry no other request.
     *
     * @param answer gets the head
     * @param head puts it there, while nothing is read that could put another answer in its place
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
            // What is wrong with the rest of the body cannot take the place of an answer that has begun.
            answer.flushBuffer();
        } finally {
            lock.unlock();
        }
    }

    /** The whole answer was sent, so that the rest of the body is of no use. */
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
     * Sends the end of the answer, then has the container read what the client still sends of its body, if the connection is
     * to be closed: with something unread that would be a reset, which may take the answer from the client (RFC 9112 §9.6).
     *
     * @param awaitsContinue whether the client sends the body only when it is told to
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
     * Writes a part of the answer. A client may read nothing until it has sent its whole body: then a write that waits for
     * it would keep the body from being read. So of a long answer the rest waits, without the lock, for the end of the body
     * or for a client that has stopped sending, or leaves in small pieces to one that goes on.
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

    /** Whether more than a second's share would have left with these octets. */
    private boolean isEnoughWith(int count) {
        long now = System.nanoTime();
        long elapsed = Math.min(now - earlySince, SECOND_NANOS);
        early = Math.max(0, early - elapsed * MAX_EARLY / SECOND_NANOS);
        earlySince = now;
        return early + count > MAX_EARLY;
    }

    private boolean isSending() {
        return System.nanoTime() - lastReceived < PAUSE_NANOS;
    }

    /** The answer came before the end of the body. */
    public static final class AnsweredException extends IOException {
        private static final long serialVersionUID = 1L;

        AnsweredException() {
            super("The answer came before the end of the body");
        }
    }
}
