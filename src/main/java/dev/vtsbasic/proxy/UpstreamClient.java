package dev.vtsbasic.proxy;

import dev.vtsbasic.bun.Worker;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.HttpRequestExecutor;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.pool.PoolReusePolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;

/**
 * Sends requests to workers over pooled connections.
 *
 * <p>It uses HttpClient's connection pool and HTTP/1.1 implementation but none of what a client for people adds:
 * cookies, redirects, content decoding, credentials, retries. What is put in goes out. Safe for any number of threads.
 */
final class UpstreamClient implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    /** Bun takes no longer line than this; see docs/troubleshooting.md on 431. */
    private static final int LONGEST_RESPONSE_LINE = 64 * 1024;

    private static final TimeValue KEEP_ALIVE = TimeValue.ofSeconds(60);

    private final ReadWatchdog watchdog = new ReadWatchdog();
    private final PoolingHttpClientConnectionManager connections;
    private final HttpRequestExecutor executor = new HttpRequestExecutor();
    private final Timeout connectTimeout;
    private final Timeout responseTimeout;

    UpstreamClient(Settings settings) {
        connectTimeout = Timeout.of(settings.connectTimeout());
        responseTimeout = Timeout.of(settings.responseTimeout());
        connections = new PoolingHttpClientConnectionManager(
                new WorkerConnector(watchdog),
                PoolConcurrencyPolicy.LAX,
                PoolReusePolicy.LIFO,
                TimeValue.NEG_ONE_MILLISECOND,
                ManagedHttpClientConnectionFactory.builder()
                        .http1Config(Http1Config.custom()
                                .setBufferSize(BUFFER)
                                .setMaxLineLength(LONGEST_RESPONSE_LINE)
                                .build())
                        // Header values are octets; this charset keeps each of them as it is.
                        .charCodingConfig(CharCodingConfig.custom()
                                .setCharset(StandardCharsets.ISO_8859_1)
                                .build())
                        .build());
        connections.setMaxTotal(Integer.MAX_VALUE);
        connections.setDefaultMaxPerRoute(Integer.MAX_VALUE);
        connections.setDefaultConnectionConfig(ConnectionConfig.custom()
                .setConnectTimeout(connectTimeout)
                // A check before each use would cost a system call and prove nothing about the moment after it.
                .setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
                .build());
    }

    /**
     * Sends a request and returns when the head of the answer has come.
     *
     * @throws ConnectFailedException when no connection could be made, so that nothing was sent
     * @throws java.net.SocketTimeoutException when the worker is silent for longer than the response time-out
     * @throws IOException when the connection breaks before the answer
     * @throws HttpException when the answer is not HTTP
     */
    UpstreamResponse send(Worker worker, ClassicHttpRequest request) throws IOException, HttpException {
        HttpContext context = HttpCoreContext.create();
        ConnectionEndpoint endpoint = connect(worker, context);
        try {
            endpoint.setSocketTimeout(responseTimeout);
            return new UpstreamResponse(
                    connections, endpoint, request, endpoint.execute("", request, executor::execute, context), context);
        } catch (IOException | HttpException | RuntimeException e) {
            discard(connections, endpoint);
            throw e;
        }
    }

    private ConnectionEndpoint connect(Worker worker, HttpContext context) throws ConnectFailedException {
        try {
            ConnectionEndpoint endpoint = connections
                    .lease("", WorkerConnector.routeTo(worker.address()), null)
                    .get(connectTimeout);
            if (!endpoint.isConnected()) {
                try {
                    connections.connect(endpoint, connectTimeout, context);
                } catch (IOException e) {
                    discard(connections, endpoint);
                    throw new ConnectFailedException(e);
                }
            }
            return endpoint;
        } catch (ExecutionException | TimeoutException e) {
            throw new ConnectFailedException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectFailedException(e);
        }
    }

    /** Closes all connections that are not in use, so that the next request gets a new one. */
    void closeIdle() {
        connections.closeIdle(TimeValue.ZERO_MILLISECONDS);
    }

    static void discard(PoolingHttpClientConnectionManager connections, ConnectionEndpoint endpoint) {
        endpoint.close(CloseMode.IMMEDIATE);
        connections.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
    }

    static void keep(PoolingHttpClientConnectionManager connections, ConnectionEndpoint endpoint) {
        connections.release(endpoint, null, KEEP_ALIVE);
    }

    @Override
    public void close() {
        connections.close(CloseMode.IMMEDIATE);
        watchdog.close();
    }

    /** No connection to the worker could be made; nothing was sent, so the request may go elsewhere. */
    static final class ConnectFailedException extends IOException {
        private static final long serialVersionUID = 1L;

        ConnectFailedException(Exception cause) {
            super(cause);
        }
    }
}
