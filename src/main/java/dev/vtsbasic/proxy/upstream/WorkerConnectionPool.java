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
 * <p>It uses HttpClient's pool and HTTP/1.1 connections without the features of a user agent: cookies, redirects,
 * content decoding, credentials, retries. So requests and responses pass unchanged. Safe for any number of threads.
 */
public final class WorkerConnectionPool implements AutoCloseable {
    /**
     * How long an idle connection is kept. Shorter than the idle timeout of common servers, because an app may run its
     * own server; the launcher never closes an idle connection.
     */
    private static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(4);

    private static final long EXPIRY_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final LaxConnPool<SocketAddress, Http1Connection> pool = new LaxConnPool<>(
            Integer.MAX_VALUE, TimeValue.NEG_ONE_MILLISECOND, PoolReusePolicy.LIFO, Http1Connection::disposeOf, null);
    private final AtomicLong lastLook = new AtomicLong(System.nanoTime());
    private final Duration connectTimeout;

    /** @param connectTimeout for each new connection */
    public WorkerConnectionPool(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
    }

    /**
     * Takes an open, idle connection to a worker from the pool, or opens a new one. The connection closes the lease
     * when it is closed; on failure the lease is closed here.
     *
     * @throws ConnectFailedException when no connection could be opened; nothing has been sent then
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

    /**
     * Closes expired connections, at most once a second, because the pool itself checks expiry only when it leases a
     * connection to the same worker, which never happens again for a worker that was replaced.
     */
    private void closeExpired() {
        long now = System.nanoTime();
        long last = lastLook.get();
        if (now - last > EXPIRY_CHECK_NANOS && lastLook.compareAndSet(last, now)) {
            pool.closeExpired();
        }
    }

    /** Closes all connections that are not in use, so that the next request opens a new one. */
    public void closeIdle() {
        pool.closeIdle(TimeValue.ZERO_MILLISECONDS);
    }

    /** Returns a connection to the pool; one that is not reusable is closed, unless a tunnel uses its socket. */
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

    /** No connection to the worker could be opened. Nothing was sent, so that the request may go to another worker. */
    public static final class ConnectFailedException extends IOException {
        private static final long serialVersionUID = 1L;

        ConnectFailedException(Exception cause) {
            super(cause);
        }
    }
}
