package dev.vtsbasic.embedded;

import dev.vtsbasic.limit.HeapBudget;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Constants;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP/2 by TLS or by prior knowledge, but not by an upgrade of a plain request, because RFC 9113 §3.1 deprecates that
 * and because the later requests would bypass the rules of a proxy in front, which sees only the first one.
 */
final class LimitedHttp2Protocol extends Http2Protocol {
    /**
     * Tomcat ends a connection whose overhead exceeds 100. It adds this weight when a reset arrives and again when the
     * stream is closed, and subtracts 20 for each request. With Tomcat's default of 50, a page that cancels two
     * requests would lose all others; with 11, a client may cancel fifty more requests than it lets finish.
     */
    private static final int WEIGHT_OF_RESET = 11;

    /**
     * Tomcat adds this overhead for a WINDOW_UPDATE of one byte, and less for a larger one. It subtracts 20 for each
     * DATA frame of a response, which a client may acknowledge twice, for the stream and for the connection. So a
     * client that acknowledges all frames, however small, keeps its connection, and a client that sends such updates
     * without cause loses it.
     */
    private static final int WEIGHT_OF_SMALL_UPDATE = 10;

    /** Tomcat adds this overhead for a CONTINUATION without content, as for a PING or a setting. */
    private static final int WEIGHT_OF_EMPTY_CONTINUATION = 10;

    private final HeapAdmission admission;
    private final AtomicInteger serving;

    /** @param serving counts the threads that serve a request */
    LimitedHttp2Protocol(HeapAdmission admission, AtomicInteger serving) {
        this.admission = admission;
        this.serving = serving;
        // A stream keeps its thread until it ends, and event streams do not end: with Tomcat's default of 20 streams
        // that run at once, further ones would wait.
        setMaxConcurrentStreamExecution((int) getMaxConcurrentStreams());
        setOverheadResetFactor(WEIGHT_OF_RESET);
        // A stop does not see files that Tomcat sends by sendfile on HTTP/2, and Tomcat copies them into frames anyway.
        setUseSendfile(false);
        setOverheadWindowUpdateThreshold(WEIGHT_OF_SMALL_UPDATE);
        setOverheadContinuationThreshold(WEIGHT_OF_EMPTY_CONTINUATION);
        // A proxy that terminates TLS may send the browser's scheme (RFC 9113 §8.3.1) and not that of its own
        // connection.
        setAllowSchemeMismatch(true);
        // An upload may consist of small pieces, each of which is worth forwarding.
        setOverheadDataThreshold(0);
        // The same timeout as HTTP/1.1 has for a client that neither sends nor receives anything.
        setStreamReadTimeout(Constants.DEFAULT_CONNECTION_TIMEOUT);
        setStreamWriteTimeout(Constants.DEFAULT_CONNECTION_TIMEOUT);
    }

    @Override
    public boolean accept(Request request) {
        return false;
    }

    @Override
    public InternalHttpUpgradeHandler getInternalUpgradeHandler(
            SocketWrapperBase<?> socket, Adapter adapter, Request request) {
        Admitting admitting = new Admitting(
                admission, adapter, serving, socket, getHttp11Protocol().isSSLEnabled());
        admitting.connection = new Http2Connection(this, admitting, request, socket);
        return admitting.connection;
    }

    /**
     * Responds to CONNECT with 501, to a scheme that is neither http nor https with 400, and to a request for which
     * there is no room with 503. The request does not wait for room, because most of its memory is taken by then, above
     * all by a part of its body.
     */
    private static final class Admitting implements Adapter {
        private final HeapAdmission admission;
        private final Adapter adapter;
        private final AtomicInteger serving;
        private final SocketWrapperBase<?> socket;
        private final boolean tls;
        private Http2Connection connection;

        Admitting(
                HeapAdmission admission,
                Adapter adapter,
                AtomicInteger serving,
                SocketWrapperBase<?> socket,
                boolean tls) {
            this.admission = admission;
            this.adapter = adapter;
            this.serving = serving;
            this.socket = socket;
            this.tls = tls;
        }

        /**
         * An asynchronous request continues after this method has given its room back. A bounded number of threads then
         * bounds the requests, because exchanges are asynchronous only where Java has no virtual threads.
         */
        @Override
        public void service(Request request, Response response) throws Exception {
            if (request.getMethod().equals("CONNECT")) {
                // CONNECT has neither scheme nor path (RFC 9113 §8.5).
                refuse(response, HttpServletResponse.SC_NOT_IMPLEMENTED);
                return;
            }
            String scheme = request.scheme().toString();
            if (!scheme.equals("http") && !scheme.equals("https")) {
                refuse(response, HttpServletResponse.SC_BAD_REQUEST);
                return;
            }
            AtomicBoolean whole = new AtomicBoolean();
            request.action(ActionCode.REQUEST_BODY_FULLY_READ, whole);
            int weight = whole.get() ? HeapBudget.REQUEST : HeapBudget.REQUEST_WITH_WINDOW;
            if (!admission.enter(weight)) {
                response.getMimeHeaders().setValue("Retry-After").setString(HeapAdmission.RETRY_AFTER);
                refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE);
                return;
            }
            // The client may send any :scheme, so the scheme of its connection replaces it.
            request.scheme().setString(tls ? "https" : "http");
            Http2Window.outputOf(response).addFilter(new FrameFilter(connection, Http2Window.of(connection, request)));
            serving.incrementAndGet();
            admission.hasSentRequest(socket);
            try {
                adapter.service(request, response);
            } finally {
                serving.decrementAndGet();
                admission.leave(weight);
            }
        }

        private static void refuse(Response response, int status) {
            response.setStatus(status);
            response.setContentLength(0);
            response.action(ActionCode.CLOSE, null);
        }

        @Override
        public boolean prepare(Request request, Response response) throws Exception {
            return adapter.prepare(request, response);
        }

        @Override
        public boolean asyncDispatch(Request request, Response response, SocketEvent event) throws Exception {
            return adapter.asyncDispatch(request, response, event);
        }

        @Override
        public void log(Request request, Response response, long time) {
            adapter.log(request, response, time);
        }

        @Override
        public void checkRecycled(Request request, Response response) {
            adapter.checkRecycled(request, response);
        }

        @Override
        public String getDomain() {
            return adapter.getDomain();
        }
    }
}
