package dev.vtsbasic.embedded;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.coyote.Adapter;
import org.apache.coyote.Processor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http11.Http11Processor;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP/1.1 with a time limit for a whole request line and its fields. Tomcat alone restarts its timeout with each byte,
 * so that a client that sends a byte now and then keeps its connection for ever. This class also knows which responses
 * Tomcat is still sending when it takes no more requests.
 */
final class HeaderTimeoutProtocol extends Http11NioProtocol {
    private final OffHeapEndpoint endpoint;
    private final Duration headTimeout;
    private final AtomicInteger serving = new AtomicInteger();

    /** @param headTimeout maximum time for a request line and its fields; zero for no limit */
    HeaderTimeoutProtocol(OffHeapEndpoint endpoint, Duration headTimeout) {
        super(endpoint);
        this.endpoint = endpoint;
        this.headTimeout = headTimeout;
    }

    @Override
    protected Processor createProcessor() {
        return new PatientProcessor(this);
    }

    OffHeapEndpoint endpoint() {
        return endpoint;
    }

    /** The number of threads that serve a request, until the end of its response has been sent. */
    AtomicInteger serving() {
        return serving;
    }

    /**
     * The number of files that Tomcat is sending without a thread. A thread that begins to send a file still counts as
     * {@link #serving}.
     */
    int filesBeingSent() {
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
    void endMultiplexing() {
        getEndpoint().getHandler().pause();
    }

    private static final class PatientProcessor extends Http11Processor {
        private final OffHeapEndpoint endpoint;
        private final AtomicInteger serving;
        private final ErrorKeepAlive errors;
        private final long timeoutNanos;
        private SocketWrapperBase<?> waitsFor;
        private long since;

        PatientProcessor(HeaderTimeoutProtocol protocol) {
            super(protocol, protocol.getAdapter());
            endpoint = protocol.endpoint;
            HeadBuffer head = HeadBuffer.replaceIn(this, response);
            errors = new ErrorKeepAlive(this, super.getAdapter(), request, response, head);
            serving = protocol.serving;
            timeoutNanos = protocol.headTimeout.toNanos();
        }

        @Override
        public Adapter getAdapter() {
            return errors == null ? super.getAdapter() : errors;
        }

        @Override
        public SocketState service(SocketWrapperBase<?> socket) throws IOException {
            serving.incrementAndGet();
            try {
                return serveInTime(socket);
            } finally {
                serving.decrementAndGet();
            }
        }

        /** Tomcat calls this whenever bytes have arrived; while none arrive, Tomcat's own timeout applies. */
        private SocketState serveInTime(SocketWrapperBase<?> socket) throws IOException {
            long now = System.nanoTime();
            SocketState state = super.service(socket);
            if (state == SocketState.CLOSED
                    && hasFileToSend(socket)
                    && !getErrorState().isError()) {
                // Once Tomcat takes no more requests, it closes the connection although the file is still being sent.
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
                waitsFor = null;
            } else if (waitsFor != socket) {
                waitsFor = socket;
                since = System.nanoTime();
            } else if (now - since > timeoutNanos) {
                return SocketState.CLOSED;
            }
            return state;
        }
    }
}
