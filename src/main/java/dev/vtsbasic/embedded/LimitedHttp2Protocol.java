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
 * HTTP/2 by TLS or by prior knowledge. Not by an upgrade of a plain request, which is deprecated (RFC 9113 §3.1) and would
 * get requests past the rules of a proxy in front of us that sees only the first.
 */
final class LimitedHttp2Protocol extends Http2Protocol {
    /**
     * Tomcat ends a connection on which this adds up to more than 100; it counts a reset when it comes and again when the
     * stream is closed, and takes off 20 for each request. With its own 50 a page that takes back two requests would lose
     * all others; this allows for fifty more that are taken back than are answered.
     */
    private static final int WEIGHT_OF_RESET = 11;

    /**
     * What Tomcat adds for a WINDOW_UPDATE of one octet, and less for larger ones. It takes off 20 for each frame of an answer,
     * which a client may acknowledge twice, for the stream and for the connection: so who acknowledges all frames, however
     * small, is never cut, and who sends such updates for nothing is.
     */
    private static final int WEIGHT_OF_SMALL_UPDATE = 10;

    /** What Tomcat adds for a CONTINUATION without content, as for a PING or a setting. */
    private static final int WEIGHT_OF_EMPTY_CONTINUATION = 10;

    private final HeapAdmission admission;
    private final AtomicInteger serving;

    /** @param serving counts the threads that are busy with a request */
    LimitedHttp2Protocol(HeapAdmission admission, AtomicInteger serving) {
        this.admission = admission;
        this.serving = serving;
        // A stream keeps its thread until it ends, and event streams do not: with Tomcat's 20 the next one would wait.
        setMaxConcurrentStreamExecution((int) getMaxConcurrentStreams());
        setOverheadResetFactor(WEIGHT_OF_RESET);
        // It goes on where a stop does not see it, and copies the file all the same, into frames.
        setUseSendfile(false);
        setOverheadWindowUpdateThreshold(WEIGHT_OF_SMALL_UPDATE);
        setOverheadContinuationThreshold(WEIGHT_OF_EMPTY_CONTINUATION);
        // A proxy that ends TLS says what the browser used (RFC 9113 §8.3.1), and not only what it uses itself.
        setAllowSchemeMismatch(true);
        // An upload may well consist of small pieces, each of which is worth passing on.
        setOverheadDataThreshold(0);
        // As long as HTTP/1.1 waits for a client that neither sends nor takes anything.
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
     * Answers a CONNECT with 501, and a request with 503 when there is no room for it. It is not to wait: what it has by
     * then, a part of its body above all, is most of what it takes.
     */
    private static final class Admitting implements Adapter {
        private final HeapAdmission admission;
        private final Adapter adapter;
        private final AtomicInteger serving;
        private final SocketWrapperBase<?> socket;
        private final boolean tls;
        private Http2Connection connection;

        Admitting(
                HeapAdmission admission, Adapter adapter, AtomicInteger serving, SocketWrapperBase<?> socket, boolean tls) {
            this.admission = admission;
            this.adapter = adapter;
            this.serving = serving;
            this.socket = socket;
            this.tls = tls;
        }

        /** An asynchronous request goes on afterwards; where it is one, it needs one of a bounded number of threads. */
        @Override
        public void service(Request request, Response response) throws Exception {
            if (request.getMethod().equals("CONNECT")) {
                // It has neither scheme nor path (RFC 9113 §8.5).
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
            // What the client says of it (:scheme) is no more than a word.
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
