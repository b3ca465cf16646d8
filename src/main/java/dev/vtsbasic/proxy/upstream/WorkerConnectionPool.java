package dev.vtsbasic.proxy.upstream;

import dev.vtsbasic.pool.WorkerLease;
import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.LaxConnPool;
import org.apache.hc.core5.pool.PoolEntry;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;

/**
 * The connections to the workers, kept open between requests.
 *
 * <p>It uses HttpClient's pool and its HTTP/1.1 connections but none of what a client for people adds: cookies,
 * redirects, content decoding, credentials, retries. What is put in goes out. Safe for any number of threads.
 */
public final class WorkerConnectionPool implements AutoCloseable {
    /** Below the time after which any server of note closes an idle connection; the launcher never does. */
    private static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(4);

    private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LaxConnPool<SocketAddress, Http1Connection> pool = new LaxConnPool<>(
            Integer.MAX_VALUE,
            TimeValue.NEG_ONE_MILLISECOND,
            PoolReusePolicy.LIFO,
            Http1Connection::disposeOf,
            null);
    private final AtomicLong lastLook = new AtomicLong(System.nanoTime());
    private final Duration connectTimeout;

    public WorkerConnectionPool(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    /**
     * A connection to a worker: one that is open and idle, else a new one. Its end is that of the lease.
     *
     * @throws ConnectFailedException when none could be made, so that nothing was sent
     */
    public LeasedConnection take(WorkerLease worker) throws ConnectFailedException {
        closeExpired();
        boolean taken = false;
        try {
            while (true) {
                PoolEntry<SocketAddress, Http1Connection> entry =
                        lease(worker.worker().address());
                boolean reused = entry.hasConnection();
                if (!reused) {
                    open(entry);
                }
                if (!reused || entry.getConnection().isIdle()) {
                    taken = true;
                    return new LeasedConnection(this, worker, entry, reused);
                }
                release(entry, false);
            }
        } finally {
            if (!taken) {
                worker.close();
            }
        }
    }

    private PoolEntry<SocketAddress, Http1Connection> lease(SocketAddress address) throws ConnectFailedException {
        try {
            return pool.lease(address, null).get();
        } catch (ExecutionException e) {
            throw new ConnectFailedException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectFailedException(e);
        }
    }

    private void open(PoolEntry<SocketAddress, Http1Connection> entry) throws ConnectFailedException {
        try {
            entry.assignConnection(new Http1Connection(ChannelSocket.to(entry.getRoute(), connectTimeout)));
        } catch (IOException e) {
            pool.release(entry, false);
            throw new ConnectFailedException(e);
        }
    }

    /** Nobody will ask for those to a worker that was replaced, nor look whether they have expired. */
    private void closeExpired() {
        long now = System.nanoTime();
        long last = lastLook.get();
        if (now - last > LOOK_EVERY_NANOS && lastLook.compareAndSet(last, now)) {
            pool.closeExpired();
        }
    }

    /** Closes all connections that are not in use, so that the next request gets a new one. */
    public void closeIdle() {
        pool.closeIdle(TimeValue.ZERO_MILLISECONDS);
    }

    void release(PoolEntry<SocketAddress, Http1Connection> entry, boolean reusable) {
        if (reusable) {
            entry.updateExpiry(KEEP_ALIVE);
        } else {
            entry.discardConnection(CloseMode.IMMEDIATE);
        }
        pool.release(entry, reusable);
    }

    @Override
    public void close() {
        pool.close(CloseMode.IMMEDIATE);
    }

    /** No connection to the worker could be made; nothing was sent, so the request may go elsewhere. */
    public static final class ConnectFailedException extends IOException {
        private static final long serialVersionUID = 1L;

        ConnectFailedException(Exception cause) {
            super(cause);
        }
    }
}
