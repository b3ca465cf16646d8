package dev.vtsbasic.proxy.cache.capture;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Sends a body to its client as fast as the client reads it, while another thread collects the body. The collecting
 * thread does not wait for the client, because other requests wait for the response that it collects.
 */
final class ClientSender implements Runnable {
    private static final int PIECE_BYTES = 16 * 1024;

    private final HttpServletResponse client;
    private final CapturedBody body;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile int sent;
    private boolean flush;
    private boolean ended;

    ClientSender(HttpServletResponse client, CapturedBody body) {
        this.client = client;
        this.body = body;
    }

    /**
     * Tells the sender that more bytes were collected.
     *
     * @param flush whether to send them before more are collected
     * @throws ClientDisconnectedException when sending to the client has failed
     */
    void more(boolean flush) throws ClientDisconnectedException {
        lock.lock();
        this.flush |= flush;
        changed.signal();
        lock.unlock();
        if (end.isDone()) {
            awaitEnd();
        }
    }

    /** Tells the sender that the body is complete. */
    void end() {
        lock.lock();
        ended = true;
        changed.signal();
        lock.unlock();
    }

    /**
     * Waits until the whole body was sent; call {@link #end} before.
     *
     * @throws ClientDisconnectedException when sending to the client has failed
     */
    void awaitEnd() throws ClientDisconnectedException {
        Throwable failure = end.handle((nothing, thrown) -> thrown).join();
        if (failure != null) {
            throw new ClientDisconnectedException(
                    failure instanceof IOException cause ? cause : new IOException(failure));
        }
    }

    /** How many bytes were written to the container's response. */
    int sent() {
        return sent;
    }

    @Override
    public void run() {
        try {
            send();
            end.complete(null);
        } catch (IOException | RuntimeException | Error e) {
            end.completeExceptionally(e);
        }
    }

    private void send() throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        do {
            for (int count = body.read(sent, piece); count > 0; count = body.read(sent, piece)) {
                client.getOutputStream().write(piece, 0, count);
                sent += count;
            }
            if (takeFlush()) {
                boolean committed = client.isCommitted();
                client.flushBuffer();
                if (!committed) {
                    // The first flush only commits the response on Open Liberty; the second one sends the bytes.
                    client.flushBuffer();
                }
            }
        } while (awaitMore());
    }

    private boolean takeFlush() {
        lock.lock();
        boolean wanted = flush;
        flush = false;
        lock.unlock();
        return wanted;
    }

    private boolean awaitMore() throws IOException {
        lock.lock();
        try {
            while (body.size() == sent && !flush) {
                if (ended) {
                    return false;
                }
                changed.await();
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException();
        } finally {
            lock.unlock();
        }
    }
}
