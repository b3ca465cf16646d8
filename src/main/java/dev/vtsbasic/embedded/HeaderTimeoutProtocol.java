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
 * HTTP/1.1 that waits for a request line and its fields for so long and no longer. Tomcat alone begins to wait anew with
 * each octet, so that a client that sends one now and then keeps its connection for ever. It also knows what it is still
 * sending when it takes no more requests.
 */
final class HeaderTimeoutProtocol extends Http11NioProtocol {
    private final OffHeapEndpoint endpoint;
    private final Duration headTimeout;
    private final AtomicInteger serving = new AtomicInteger();

    /** @param headTimeout zero for ever */
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

    /** How many threads are busy with a request, the end of its answer included. */
    AtomicInteger serving() {
        return serving;
    }

    /** How many files are being sent without a thread, which begins while a thread is still {@link #serving}. */
    int filesBeingSent() {
        return (int) getEndpoint().getConnections().stream()
                .filter(HeaderTimeoutProtocol::hasFileToSend)
                .count();
    }

    private static boolean hasFileToSend(SocketWrapperBase<?> socket) {
        return socket instanceof NioSocketWrapper nio && nio.getSendfileData() != null && !nio.isClosed();
    }

    /** Says GOAWAY on each connection of HTTP/2 that has not been told so yet; what it brings within a second is served. */
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

        /** Is called whenever something has come; while nothing comes, Tomcat's own time-out runs. */
        private SocketState serveInTime(SocketWrapperBase<?> socket) throws IOException {
            long now = System.nanoTime();
            SocketState state = super.service(socket);
            if (state == SocketState.CLOSED
                    && hasFileToSend(socket)
                    && !getErrorState().isError()) {
                // Tomcat forgets, once it takes no more requests, that the file is still being sent.
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
                since = now;
            } else if (now - since > timeoutNanos) {
                return SocketState.CLOSED;
            }
            return state;
        }
    }
}
