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
 * One request and its answer on a connection to a worker. Closing it gives the connection back to the pool, or cuts it
 * when something of either is left. One thread may send while another receives; any may {@link #abort}.
 */
public final class LeasedConnection implements AutoCloseable {
    private final WorkerConnectionPool connections;
    private final WorkerLease worker;
    private final PoolEntry<SocketAddress, Http1Connection> entry;
    private final Http1Connection connection;
    private final boolean reused;
    private volatile boolean sent;
    private ClassicHttpResponse answer;
    private boolean received;
    private volatile boolean keepAlive;
    private boolean handedOver;

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

    /** Whether the next part of the answer's body has come. */
    public boolean hasMore() throws IOException {
        return connection.hasMore();
    }

    /** Whether it served a request before, so that the worker may have closed it meanwhile. */
    public boolean reused() {
        return reused;
    }

    /** The claim on the worker, of which it can be asked even when this is closed. */
    public WorkerLease lease() {
        return worker;
    }

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

    /** Returns when the whole body was sent. */
    public void sendBody(ClassicHttpRequest request) throws IOException, HttpException {
        connection.sendRequestEntity(request);
        connection.flush();
        sent = true;
    }

    /** Whether all of the request was sent. */
    public boolean isSent() {
        return sent;
    }

    /**
     * Waits for the head of the answer; interim ones (1xx) are dropped, but for 103 and a 101 that was asked for, whose body stands
     * for all that follows.
     *
     * @param hints is given each 103
     * @throws HttpException when what comes is not HTTP
     */
    public ClassicHttpResponse receiveHead(ClassicHttpRequest request, Http1Connection.Interim hints)
            throws IOException, HttpException {
        answer = connection.receiveHead(hints);
        if (answer.getCode() == HttpStatus.SC_SWITCHING_PROTOCOLS && !request.containsHeader("Upgrade")) {
            throw new ProtocolException("Switched protocols without being asked to");
        }
        keepAlive = DefaultClientConnectionReuseStrategy.INSTANCE.keepAlive(request, answer, HttpCoreContext.create());
        if (Http1Connection.hasBody(request.getMethod(), answer)) {
            connection.receiveResponseEntity(answer);
        } else {
            received = true;
        }
        return answer;
    }

    /**
     * Says that the body of the answer was read to its end.
     *
     * @throws IOException when that end is only the connection's
     */
    public void received() throws IOException {
        if (!received) {
            connection.checkEnd(answer);
        }
        received = true;
    }

    /** Whether the head of an answer has come. */
    public boolean isAnswered() {
        return answer != null;
    }

    /** After a 101: the connection below, which is a tunnel from now on. The end of the lease is that of the connection. */
    public ChannelSocket leavePool() {
        handedOver = true;
        ChannelSocket socket = connection.leaveHttp();
        socket.whenClosed(worker::close);
        // The worker closes its WebSockets itself when it is to go.
        worker.endless(() -> {});
        connections.release(entry, false);
        return socket;
    }

    /** From now on only {@link #end} closes it: the answer goes on when the request is over. */
    public void handOver() {
        handedOver = true;
    }

    /** Cuts the connection, and never gives it to another request. To be called once. */
    public void end() {
        connections.release(entry, false);
        worker.close();
    }

    /**
     * Says that the answer has no end of its own.
     *
     * @param end called when the worker is to go
     */
    public void endless(Runnable end) {
        worker.endless(end);
    }

    /** Sends no more of a request that is not whole: the worker sees its end, and what it has answered can still be read. */
    public void endRequest() {
        connection.endOutput();
    }

    /** Cuts the connection; whatever another thread does on it fails. */
    public void abort() {
        connection.close(CloseMode.IMMEDIATE);
    }

    @Override
    public void close() {
        if (!handedOver) {
            if (received) {
                worker.answered();
            }
            connections.release(entry, sent && received && keepAlive && connection.isOpen());
            worker.close();
        }
    }
}
