package dev.vtsbasic.embedded.http2;

import dev.vtsbasic.embedded.connector.DelegatingAdapter;
import dev.vtsbasic.embedded.connector.HeapAdmission;
import dev.vtsbasic.limit.HeapBudget;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.coyote.ActionCode;
import org.apache.coyote.Adapter;
import org.apache.coyote.Request;
import org.apache.coyote.Response;
import org.apache.coyote.http11.Constants;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * HTTP/2 over TLS or by prior knowledge, but not by an upgrade of a plain request, because RFC 9113 §3.1 deprecates
 * that and because later requests would bypass the rules of a proxy in front of this server, which sees only the first
 * request.
 */
public final class LimitedHttp2Protocol extends Http2Protocol {
    /**
     * Tomcat ends a connection whose overhead exceeds 100. It adds this weight when a reset arrives and again when the
     * stream is closed, and subtracts 20 for each request. With Tomcat's default of 50, a page that cancels two
     * requests would lose all others; with 11, a client may cancel fifty more requests than it lets finish.
     */
    private static final int RESET_OVERHEAD = 11;

    /**
     * Tomcat adds this overhead for a WINDOW_UPDATE of one byte, and less for a larger one. It subtracts 20 for each
     * DATA frame of a response, which a client may acknowledge twice, for the stream and for the connection. So a
     * client that acknowledges all frames, however small, keeps its connection, and a client that sends such updates
     * without cause loses it.
     */
    private static final int SMALL_WINDOW_UPDATE_OVERHEAD = 10;

    /** Tomcat adds this overhead for a CONTINUATION without content, as for a PING or a setting. */
    private static final int EMPTY_CONTINUATION_OVERHEAD = 10;

    private final HeapAdmission admission;
    private final AtomicInteger serving;
    private final Duration headTimeout;

    /**
     * @param serving counts the threads that serve a request
     * @param headTimeout maximum time for a head, from its first frame to its last; zero for no limit
     */
    public LimitedHttp2Protocol(HeapAdmission admission, AtomicInteger serving, Duration headTimeout) {
        this.admission = admission;
        this.serving = serving;
        this.headTimeout = headTimeout;
        // A stream keeps its thread until it ends, and event streams do not end: with Tomcat's default of 20 streams
        // that run at once, further ones would wait.
        setMaxConcurrentStreamExecution((int) getMaxConcurrentStreams());
        setOverheadResetFactor(RESET_OVERHEAD);
        // A stop does not see files that Tomcat sends by sendfile on HTTP/2, and Tomcat copies them into frames anyway.
        setUseSendfile(false);
        setOverheadWindowUpdateThreshold(SMALL_WINDOW_UPDATE_OVERHEAD);
        setOverheadContinuationThreshold(EMPTY_CONTINUATION_OVERHEAD);
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
        AdmittingAdapter admittingAdapter = new AdmittingAdapter(
                admission, adapter, serving, socket, getHttp11Protocol().isSSLEnabled());
        admittingAdapter.connection = new Http2Connection(this, admittingAdapter, request, socket, headTimeout);
        return admittingAdapter.connection;
    }

    /**
     * Responds to CONNECT with 501, to a scheme that is neither http nor https with 400, and to a request for which
     * there is no room with 503. The request does not wait for room, because it already takes most of its memory,
     * mainly for a part of its body.
     */
    private static final class AdmittingAdapter extends DelegatingAdapter {
        private final HeapAdmission admission;
        private final AtomicInteger serving;
        private final SocketWrapperBase<?> socket;
        private final boolean tls;
        private Http2Connection connection;

        AdmittingAdapter(
                HeapAdmission admission,
                Adapter adapter,
                AtomicInteger serving,
                SocketWrapperBase<?> socket,
                boolean tls) {
            super(adapter);
            this.admission = admission;
            this.serving = serving;
            this.socket = socket;
            this.tls = tls;
        }

        /**
         * An asynchronous request continues after this method has released its memory. Exchanges are asynchronous only
         * if Java has no virtual threads, and then the number of threads bounds the number of requests.
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
            AtomicBoolean bodyFullyRead = new AtomicBoolean();
            request.action(ActionCode.REQUEST_BODY_FULLY_READ, bodyFullyRead);
            int weight = bodyFullyRead.get() ? HeapBudget.REQUEST : HeapBudget.REQUEST_WITH_WINDOW;
            if (!admission.tryAcquire(weight)) {
                response.getMimeHeaders().setValue("Retry-After").setString(HeapAdmission.RETRY_AFTER_SECONDS);
                refuse(response, HttpServletResponse.SC_SERVICE_UNAVAILABLE);
                return;
            }
            // The client may send any :scheme, so the scheme of its connection replaces it.
            request.scheme().setString(tls ? "https" : "http");
            Http2Window.outputOf(response).addFilter(new FrameFilter(connection, Http2Window.of(connection, request)));
            serving.incrementAndGet();
            admission.hasSentRequest(socket);
            try {
                super.service(request, response);
            } finally {
                serving.decrementAndGet();
                admission.release(weight);
            }
        }

        private static void refuse(Response response, int status) {
            response.setStatus(status);
            response.setContentLength(0);
            response.action(ActionCode.CLOSE, null);
        }
    }
}
