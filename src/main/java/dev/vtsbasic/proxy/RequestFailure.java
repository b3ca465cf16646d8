package dev.vtsbasic.proxy;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.SocketTimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends a request whose exchange failed, so that the client does not take a cut response for a whole one. */
final class RequestFailure {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServlet.class);

    private RequestFailure() {}

    /**
     * Notes how an exchange failed, and makes the container reset the connection where a regular close would look like
     * the end of the response. Logs and throws a failure that is a defect.
     *
     * @return the exception for the container
     */
    static IOException record(Throwable failure, ClientRequest call) {
        InboundRequest request = call.request();
        ClientConnection client = call.guard().client();
        if (failure instanceof ClientDisconnectedException) {
            LOG.debug(
                    "{} {} ({}): the client left",
                    request.method(),
                    request.path(),
                    call.forwarded().requestId());
            request.record().markClientDisconnected();
            resetIfEndLooksComplete(request, client);
            // The container recognizes its own exception, and does not log it as a failure.
            return failure.getCause() instanceof IOException cause ? cause : (IOException) failure;
        }
        if (failure instanceof IOException broken) {
            resetIfEndLooksComplete(request, client);
            return broken;
        }
        if (client.isStream() && client.isGone()) {
            // Tomcat takes the response away from a thread other than its own when the client resets the stream.
            request.record().markClientDisconnected();
            return new IOException(failure);
        }
        resetIfEndLooksComplete(request, client);
        Event.REQUEST_FAILED.log(
                LOG,
                "{method} {path} ({request_id}, trace {trace_id})",
                request.method(),
                request.path(),
                call.forwarded().requestId(),
                call.forwarded().traceId(),
                failure);
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        throw (Error) failure;
    }

    /** Resets a connection of HTTP/1.0 or a stream, because its regular end would make a cut response look complete. */
    private static void resetIfEndLooksComplete(InboundRequest request, ClientConnection client) {
        if (request.protocol().equals("HTTP/1.0") || client.isStream()) {
            client.resetWhenClosed();
        }
    }

    /** Ends the record of a failed request. */
    static void endRecord(RequestRecord record, HttpServletResponse response) {
        try {
            record.end(response, true);
        } catch (RuntimeException e) {
            // Tomcat has taken the response away, because the client has left.
            record.markClientDisconnected();
            record.end();
        }
    }

    /**
     * Cuts a response that has begun, and sends an empty one otherwise, because the client may have closed only its
     * sending side, and some containers respond to an exception with a page that shows its stack trace. Call it on the
     * container's thread only.
     *
     * @throws IOException the failure, if only an exception makes the container cut the response
     */
    static void cut(ClientConnection client, HttpServletResponse response, IOException failure) throws IOException {
        if (client.cut()) {
            return;
        }
        if (response.isCommitted()) {
            throw failure;
        }
        response.reset();
        response.setHeader("Connection", "close");
        response.setContentLength(0);
        response.setStatus(
                failure instanceof SocketTimeoutException
                        ? HttpServletResponse.SC_REQUEST_TIMEOUT
                        : HttpServletResponse.SC_SERVICE_UNAVAILABLE);
        response.flushBuffer();
    }
}
