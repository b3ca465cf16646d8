package dev.vtsbasic.proxy.container;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
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
 * reuse their buffers for other clients. So an exchange reads the body and uses the response only through this class
 * and its {@link BodyReception}, which make each call under one lock.
 *
 * <p>Safe for any number of threads.
 */
public final class ConnectionGuard {
    /** Time between two checks for more of a small body. */
    private static final long POLL_NANOS = 200_000;

    /** Equals the embedded Tomcat's timeout of a read. */
    private static final Duration BODY_READ_TIMEOUT = Duration.ofSeconds(60);

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition changed = lock.newCondition();
    private final ClientConnection client;
    private final GuardedResponse response;
    private final Duration maxSilence;
    private volatile boolean released;

    /** Null until a body is received while the response may be written; most requests have none. */
    private BodyReception reception;

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
        this.maxSilence = maxSilence;
        this.client = client;
        this.response = new GuardedResponse(this, response);
    }

    /** A call to the container that may read or write. */
    @FunctionalInterface
    public interface Call<T> {
        T run() throws IOException;
    }

    /** The guarded connection. */
    public ClientConnection client() {
        return client;
    }

    /** The guarded response, which any thread of the exchange may use. */
    public HttpServletResponse response() {
        return response;
    }

    /** Receives the body while the response may be written; the same object at each call. */
    public BodyReception reception() {
        lock.lock();
        try {
            if (reception == null) {
                reception = new BodyReception(this, client, response, maxSilence.toNanos());
            }
            return reception;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Makes a call to the container under the lock.
     *
     * @throws IOException when the call fails, or after {@link #release()}
     */
    public <T> T call(Call<T> call) throws IOException {
        lock.lock();
        try {
            checkNotReleased();
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

    /** The lock under which each call is made. */
    ReentrantLock lock() {
        return lock;
    }

    /** Signalled when the response or the body has made progress, and at the release. */
    Condition changed() {
        return changed;
    }

    boolean isReleased() {
        return released;
    }

    void checkNotReleased() throws IOException {
        if (released) {
            throw new IOException("The container has taken the request back");
        }
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
     * Makes all later calls fail, and waits up to {@code seconds} for a call that is running.
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
                changed.awaitNanos(POLL_NANOS);
            }
            return read(body, buffer, offset, buffer.length - offset);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            lock.unlock();
        }
    }

    /** Writes a part of the response, which may first wait for {@link BodyReception#awaitWrite}. */
    void write(Call<Void> write, int count) throws IOException {
        lock.lock();
        try {
            if (reception != null) {
                reception.awaitWrite(count);
            }
            call(write);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            lock.unlock();
        }
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
            if (reception == null ? !awaitsContinue : reception.mayArrive(awaitsContinue)) {
                response.getOutputStream().close();
                client.readRest();
            }
            return null;
        });
    }
}
