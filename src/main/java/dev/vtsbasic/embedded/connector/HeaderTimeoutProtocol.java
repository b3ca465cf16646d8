package dev.vtsbasic.embedded.connector;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP/1.1 with a time limit for the request line and header fields together. Tomcat restarts its own timeout with each
 * byte, so a client that sends a byte now and then would keep its connection for ever, and a client that stops within a
 * head would keep it, and the memory for a request, for Tomcat's 60 seconds. This class also reports which
 * responses Tomcat is still sending after it has stopped accepting requests.
 */
public final class HeaderTimeoutProtocol extends Http11NioProtocol {
    private final OffHeapEndpoint endpoint;
    private final Duration headTimeout;
    private final AtomicInteger serving = new AtomicInteger();

    /** @param headTimeout maximum time for a request line and its header fields; zero for no limit */
    public HeaderTimeoutProtocol(OffHeapEndpoint endpoint, Duration headTimeout) {
        super(endpoint);
        this.endpoint = endpoint;
        this.headTimeout = headTimeout;
    }

    @Override
    protected Processor createProcessor() {
        return new HeaderTimeoutProcessor(this);
    }

    public OffHeapEndpoint endpoint() {
        return endpoint;
    }

    /** The number of threads that serve a request, until the end of its response has been sent. */
    public AtomicInteger serving() {
        return serving;
    }

    /**
     * The number of files that Tomcat is sending without a thread. A thread that begins to send a file still counts as
     * {@link #serving}.
     */
    public int filesBeingSent() {
        return (int) getEndpoint().getConnections().stream()
                .filter(HeaderTimeoutProtocol::hasFileToSend)
                .count();
    }

    private static boolean hasFileToSend(SocketWrapperBase<?> socket) {
        return socket instanceof NioSocketWrapper nio && nio.getSendfileData() != null && !nio.isClosed();
    }

    /**
     * Sends GOAWAY on each HTTP/2 connection that has not received it. Tomcat serves the streams that a client opens
     * within the next second.
     */
    void sendGoAway() {
        getEndpoint().getHandler().pause();
    }

    private static final class HeaderTimeoutProcessor extends Http11Processor {
        private final HeaderTimeoutProtocol protocol;
        private final OffHeapEndpoint endpoint;
        private final AtomicInteger serving;
        private final ErrorKeepAlive errorKeepAlive;
        private final long timeoutNanos;
        private SocketWrapperBase<?> incomplete;
        private long incompleteSince;

        HeaderTimeoutProcessor(HeaderTimeoutProtocol protocol) {
            super(protocol, protocol.getAdapter());
            this.protocol = protocol;
            endpoint = protocol.endpoint;
            HeadBuffer head = HeadBuffer.replaceIn(this, response);
            errorKeepAlive = new ErrorKeepAlive(this, super.getAdapter(), request, response, head);
            serving = protocol.serving;
            timeoutNanos = protocol.headTimeout.toNanos();
        }

        @Override
        public Adapter getAdapter() {
            return errorKeepAlive == null ? super.getAdapter() : errorKeepAlive;
        }

        @Override
        public SocketState service(SocketWrapperBase<?> socket) throws IOException {
            serving.incrementAndGet();
            try {
                return serveWithinTimeout(socket);
            } finally {
                serving.decrementAndGet();
            }
        }

        /**
         * Tomcat calls this whenever bytes have arrived. While none arrive, Tomcat's poller checks the connection's read
         * timeout once a second; that timeout is the rest of the limit while a head is incomplete.
         */
        private SocketState serveWithinTimeout(SocketWrapperBase<?> socket) throws IOException {
            long now = System.nanoTime();
            if (incomplete == socket) {
                // The body of the request must not have the timeout of its head.
                socket.setReadTimeout(protocol.getConnectionTimeout());
            }
            SocketState state = super.service(socket);
            if (state == SocketState.CLOSED
                    && hasFileToSend(socket)
                    && !getErrorState().isError()) {
                // When Tomcat accepts no more requests, it closes the connection although the file is still being sent.
                return SocketState.SENDFILE;
            }
            boolean hasWholeHead = state != SocketState.LONG || isAsync();
            if (hasWholeHead) {
                endpoint.hasSentRequest(socket);
            }
            if (timeoutNanos == 0) {
                return state;
            }
            if (hasWholeHead) {
                incomplete = null;
                return state;
            }
            if (incomplete != socket) {
                incomplete = socket;
                incompleteSince = System.nanoTime();
            } else if (now - incompleteSince > timeoutNanos) {
                return SocketState.CLOSED;
            }
            long rest = TimeUnit.NANOSECONDS.toMillis(incompleteSince + timeoutNanos - System.nanoTime());
            socket.setReadTimeout(Math.max(1, Math.min(rest, protocol.getConnectionTimeout())));
            return state;
        }
    }
}
