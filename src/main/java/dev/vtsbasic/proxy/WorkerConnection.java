package dev.vtsbasic.proxy;

import dev.vtsbasic.bun.WorkerLease;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.Arrays;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolEntry;

/**
 * One request and its answer on a connection to a worker. Closing it gives the connection back to the pool, or cuts it
 * when something of either is left. One thread may send while another receives; any may {@link #abort}.
 */
final class WorkerConnection implements AutoCloseable {
    private final WorkerConnections connections;
    private final WorkerLease worker;
    private final PoolEntry<SocketAddress, WorkerHttpConnection> entry;
    private final WorkerHttpConnection connection;
    private final boolean reused;
    private volatile boolean sent;
    private volatile boolean received;
    private volatile boolean keepAlive;
    private boolean chunked;
    private boolean handedOver;

    WorkerConnection(
            WorkerConnections connections,
            WorkerLease worker,
            PoolEntry<SocketAddress, WorkerHttpConnection> entry,
            boolean reused) {
        this.connections = connections;
        this.worker = worker;
        this.entry = entry;
        this.connection = entry.getConnection();
        this.reused = reused;
    }

    /** Whether the next part of the answer's body has come. */
    boolean hasMore() throws IOException {
        return connection.hasMore();
    }

    /** Whether it served a request before, so that the worker may have closed it meanwhile. */
    boolean reused() {
        return reused;
    }

    void sendHead(ClassicHttpRequest request) throws IOException, HttpException {
        connection.sendRequestHeader(request);
        if (request.getEntity() == null) {
            connection.flush();
            sent = true;
        }
    }

    void flush() throws IOException {
        connection.flush();
    }

    /** Returns when the whole body was sent. */
    void sendBody(ClassicHttpRequest request) throws IOException, HttpException {
        connection.sendRequestEntity(request);
        connection.flush();
        sent = true;
    }

    /** Whether all of the request was sent. */
    boolean isSent() {
        return sent;
    }

    /**
     * Waits for the head of the answer; interim ones (1xx) are dropped, since servlets cannot pass them on.
     *
     * @throws HttpException when what comes is not HTTP
     */
    ClassicHttpResponse receiveHead(ClassicHttpRequest request) throws IOException, HttpException {
        while (true) {
            ClassicHttpResponse response = connection.receiveResponseHeader();
            int status = response.getCode();
            if (status == 101) {
                throw new ProtocolException("Switched protocols without being asked to");
            }
            if (status >= 200) {
                FieldSyntax.check(response);
                dropRepeatedLength(response);
                keepAlive = DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(
                        request, response, HttpCoreContext.create());
                if (!request.getMethod().equals("HEAD") && status != 204 && status != 304) {
                    chunked = response.containsHeader("Transfer-Encoding");
                    connection.receiveResponseEntity(response);
                } else {
                    received = true;
                }
                return response;
            }
        }
    }

    /** RFC 9110 §8.6 allows a repeated length when all its values are the same; Bun was seen to send it. */
    private static void dropRepeatedLength(ClassicHttpResponse response) {
        Header[] lengths = response.getHeaders("Content-Length");
        if (lengths.length > 1
                && Arrays.stream(lengths).map(Header::getValue).distinct().count() == 1) {
            response.setHeader(lengths[0]);
        }
    }

    /**
     * Says that the body of the answer was read to its end.
     *
     * @throws IOException when that end is only the connection's: HttpCore takes a chunked body for complete when its last
     *     chunk has begun
     */
    void received() throws IOException {
        if (chunked && connection.endedWithinFields()) {
            throw new ConnectionClosedException("The last chunk is incomplete");
        }
        received = true;
    }

    /** From now on only {@link #end} closes it: the answer goes on when the request is over. */
    void handOver() {
        handedOver = true;
    }

    /** Cuts the connection, and never gives it to another request. To be called once. */
    void end() {
        connections.release(entry, false);
        worker.close();
    }

    /**
     * Says that the answer has no end of its own.
     *
     * @param end called when the worker is to go
     */
    void endless(Runnable end) {
        worker.endless(end);
    }

    /** Cuts the connection; whatever another thread does on it fails. */
    void abort() {
        connection.close(CloseMode.IMMEDIATE);
    }

    @Override
    public void close() {
        if (!handedOver) {
            connections.release(entry, sent && received && keepAlive && connection.isOpen());
            worker.close();
        }
    }
}
