package dev.vtsbasic.proxy;

import dev.vtsbasic.bun.Worker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
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
final class WorkerConnections implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int MOST_HEADERS = 1000;

    /** Below the time after which any server of note closes an idle connection; the launcher never does. */
    private static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(4);

    private final ManagedHttpClientConnectionFactory factory = ManagedHttpClientConnectionFactory.builder()
            .http1Config(Http1Config.custom()
                    .setBufferSize(BUFFER)
                    .setMaxLineLength(LONGEST_LINE)
                    .setMaxHeaderCount(MOST_HEADERS)
                    .build())
            // Header values are octets; this charset keeps each of them as it is.
            .charCodingConfig(CharCodingConfig.custom()
                    .setCharset(StandardCharsets.ISO_8859_1)
                    .build())
            .build();
    private final LaxConnPool<SocketAddress, ManagedHttpClientConnection> pool =
            new LaxConnPool<>(Integer.MAX_VALUE, TimeValue.NEG_ONE_MILLISECOND, PoolReusePolicy.LIFO, null, null);
    private final int connectTimeoutMillis;

    WorkerConnections(Duration connectTimeout) {
        this.connectTimeoutMillis = Math.toIntExact(connectTimeout.toMillis());
    }

    /**
     * A connection to {@code worker}: one that is open and idle, else a new one.
     *
     * @throws ConnectFailedException when none could be made, so that nothing was sent
     */
    WorkerConnection lease(Worker worker) throws ConnectFailedException {
        try {
            PoolEntry<SocketAddress, ManagedHttpClientConnection> entry =
                    pool.lease(worker.address(), null).get();
            boolean reused = entry.hasConnection();
            if (!reused) {
                try {
                    entry.assignConnection(factory.createConnection(connect(worker.address())));
                } catch (IOException e) {
                    pool.release(entry, false);
                    throw new ConnectFailedException(e);
                }
            }
            return new WorkerConnection(this, entry, reused);
        } catch (ExecutionException e) {
            throw new ConnectFailedException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectFailedException(e);
        }
    }

    /** A connection of its own, which never gets into the pool. */
    Socket connect(SocketAddress address) throws IOException {
        if (address instanceof UnixDomainSocketAddress unix) {
            return UnixSocket.connect(unix);
        }
        InetSocketAddress tcp = (InetSocketAddress) address;
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            // A name is looked up at each connection: it may have moved.
            socket.connect(new InetSocketAddress(tcp.getHostString(), tcp.getPort()), connectTimeoutMillis);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    ManagedHttpClientConnection wrap(Socket socket) throws IOException {
        return factory.createConnection(socket);
    }

    /** Closes all connections that are not in use, so that the next request gets a new one. */
    void closeIdle() {
        pool.closeIdle(TimeValue.ZERO_MILLISECONDS);
    }

    void release(PoolEntry<SocketAddress, ManagedHttpClientConnection> entry, boolean reusable) {
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
    static final class ConnectFailedException extends IOException {
        private static final long serialVersionUID = 1L;

        ConnectFailedException(Exception cause) {
            super(cause);
        }
    }
}
