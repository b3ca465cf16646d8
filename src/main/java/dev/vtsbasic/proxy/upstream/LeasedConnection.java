package dev.vtsbasic.proxy.upstream;

import dev.vtsbasic.pool.WorkerLease;
import java.io.IOException;
import java.net.SocketAddress;
import org.apache.hc.client5.http.impl.DefaultClientConnectionReuseStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolEntry;

/**
 * A connection to a worker for one request and its response. {@link #close} returns the connection to the pool, or
 * closes it when the request or the response is incomplete. One thread may send while another receives; any thread may
 * {@link #abort}.
 */
public final class LeasedConnection implements AutoCloseable {
    private final WorkerConnectionPool connections;
    private final WorkerLease worker;
    private final PoolEntry<SocketAddress, Http1Connection> entry;
    private final Http1Connection connection;
    private final boolean reused;
    private volatile boolean sent;
    private ClassicHttpResponse response;
    private boolean received;
    private volatile boolean keepAlive;
    private boolean detached;

    LeasedConnection(
            WorkerConnectionPool connections,
            WorkerLease worker,
            PoolEntry<SocketAddress, Http1Connection> entry,
            boolean reused) {
        this.connections = connections;
        this.worker = worker;
        this.entry = entry;
        this.connection = entry.getConnection();
        this.reused = reused;
    }

    /** Whether the next part of the response's body, or its end, has arrived. */
    public boolean hasMore() throws IOException {
        return connection.hasMore();
    }

    /** Whether the connection carried a request before, so that the worker may have closed it meanwhile. */
    public boolean reused() {
        return reused;
    }

    /** The lease of the worker, which can be asked about the worker even after this is closed. */
    public WorkerLease lease() {
        return worker;
    }

    /** Sends the head of the request; with a body to follow, it may still be in the buffer until {@link #flush}. */
    public void sendHead(ClassicHttpRequest request) throws IOException, HttpException {
        worker.begin();
        connection.sendRequestHeader(request);
        if (request.getEntity() == null) {
            connection.flush();
            sent = true;
        }
    }

    public void flush() throws IOException {
        connection.flush();
    }

    /** Sends the body of the request; returns when all of it has been sent. */
    public void sendBody(ClassicHttpRequest request) throws IOException, HttpException {
        connection.sendRequestEntity(request);
        connection.flush();
        sent = true;
    }

    /** Whether the whole request has been sent. */
    public boolean isSent() {
        return sent;
    }

    /**
     * Waits for the head of the response. Interim responses (1xx) are dropped, except 103 and a 101 that the request
     * asked for; the body of the 101 is everything that follows on the connection.
     *
     * @param hints receives each 103
     * @throws HttpException when the worker sends no valid HTTP, a head that is too large, or a 101 that the request
     *     did not ask for
     */
    public ClassicHttpResponse receiveHead(ClassicHttpRequest request, Http1Connection.Interim hints)
            throws IOException, HttpException {
        response = connection.receiveHead(hints);
        if (response.getCode() == HttpStatus.SC_SWITCHING_PROTOCOLS && !request.containsHeader("Upgrade")) {
            throw new ProtocolException("Switched protocols, which the request did not ask for");
        }
        keepAlive =
                DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(request, response, HttpCoreContext.create());
        if (Http1Connection.hasBody(request.getMethod(), response)) {
            connection.receiveResponseEntity(response);
        } else {
            received = true;
        }
        return response;
    }

    /**
     * Records that the body of the response was read to its end.
     *
     * @throws IOException when the connection ended before the body was complete
     */
    public void endResponse() throws IOException {
        if (!received) {
            connection.checkEnd(response);
        }
        received = true;
    }

    /** Whether the head of a response has arrived. */
    public boolean hasResponse() {
        return response != null;
    }

    /**
     * Removes the connection from the pool after a 101, because a tunnel uses it from now on. Closing the socket also
     * closes the lease.
     */
    public ChannelSocket leavePool() {
        detached = true;
        ChannelSocket socket = connection.leaveHttp();
        socket.whenClosed(worker::close);
        // No action, because a worker closes its WebSockets itself when it is drained.
        worker.markEndless(() -> {});
        connections.release(entry, false);
        return socket;
    }

    /**
     * Makes {@link #close} do nothing, because the response continues after the request; {@link #closeDetached} closes
     * instead.
     */
    public void detach() {
        detached = true;
    }

    /** Closes the connection and the lease after {@link #detach}; the connection is not reused. Call it once. */
    public void closeDetached() {
        connections.release(entry, false);
        worker.close();
    }

    /**
     * Records that the response does not end by itself, so that a worker that is drained does not wait for it.
     *
     * @param end called when the worker is to stop, perhaps on another thread
     */
    public void markEndless(Runnable end) {
        worker.markEndless(end);
    }

    /**
     * Ends the sending side of an incomplete request, so that the worker sees that it is incomplete. Its response can
     * still be read.
     */
    public void endRequest() {
        connection.endOutput();
    }

    /** Closes the connection at once, so that reads and writes of other threads fail. */
    public void abort() {
        connection.close(CloseMode.IMMEDIATE);
    }

    @Override
    public void close() {
        if (!detached) {
            if (received) {
                worker.markAnswered();
            }
            connections.release(entry, sent && received && keepAlive && connection.isOpen());
            worker.close();
        }
    }
}
