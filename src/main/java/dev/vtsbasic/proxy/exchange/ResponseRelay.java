package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.ResponseSyntax;
import dev.vtsbasic.proxy.upstream.LeasedConnection;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.io.ChunkedInputStream;

/** Passes the body of a worker's response on to the client as it arrives. */
final class ResponseRelay {
    private static final int BUFFER = 16 * 1024;

    /** Fields that must come before the body, such as those for framing and routing (RFC 9110 §6.5.1). */
    private static final Set<String> NOT_AS_TRAILER = Set.of(
            "transfer-encoding",
            "content-length",
            "host",
            "cache-control",
            "authorization",
            "set-cookie",
            "content-encoding",
            "content-type",
            "content-range",
            "trailer");

    private final HttpServletResponse response;
    private final Watchdog.Watched watched;
    private final RequestRecord record;

    /** @param record counts the bytes that the client gets */
    ResponseRelay(HttpServletResponse response, Watchdog.Watched watched, RequestRecord record) {
        this.record = record;
        this.response = response;
        this.watched = watched;
    }

    /**
     * Passes the body on, and the head with its first piece; returns when all of it was written.
     *
     * @param connection that the body arrives on
     * @throws ClientDisconnectedException when the client takes no more
     * @throws IOException when the worker breaks off
     * @throws HttpException when its trailers are malformed
     */
    void relayBody(ClassicHttpResponse upstreamResponse, LeasedConnection connection)
            throws IOException, HttpException {
        HttpEntity entity = upstreamResponse.getEntity();
        if (entity == null) {
            return;
        }
        InputStream body = entity.getContent();
        if (body instanceof ChunkedInputStream chunked && upstreamResponse.containsHeader("Trailer")) {
            response.setTrailerFields(() -> trailersOf(chunked));
        }
        if (body.available() == 0 && !connection.hasMore()) {
            // The client needs the head now, because an event stream may send nothing more for hours.
            flush();
        }
        byte[] buffer = new byte[EventStreamRegistry.isEventStream(response) ? EventStreamRegistry.BUFFER : BUFFER];
        copyBody(body, entity.getContentLength(), buffer, connection);
        if (body instanceof ChunkedInputStream chunked && chunked.getFooters() != null) {
            ResponseSyntax.check(chunked.getFooters());
        }
    }

    private static Map<String, String> trailersOf(ChunkedInputStream body) {
        Header[] trailers = body.getFooters();
        return trailers == null
                ? Map.of()
                : Arrays.stream(trailers)
                        .filter(trailer ->
                                !NOT_AS_TRAILER.contains(trailer.getName().toLowerCase(Locale.ROOT)))
                        .collect(Collectors.toMap(Header::getName, Header::getValue, (first, second) -> second));
    }

    /** Flushes each piece unless more has arrived already; the container sends the last one with the response's end. */
    private void copyBody(InputStream in, long length, byte[] buffer, LeasedConnection connection) throws IOException {
        for (long total = 0; total != length; ) {
            watched.beginWait();
            int count = in.read(buffer);
            watched.endWait();
            if (count < 0) {
                return;
            }
            try {
                response.getOutputStream().write(buffer, 0, count);
            } catch (IOException e) {
                throw new ClientDisconnectedException(e);
            }
            total += count;
            record.addSent(count);
            if (total != length && in.available() == 0 && !connection.hasMore()) {
                flush();
            }
        }
    }

    private void flush() throws ClientDisconnectedException {
        try {
            boolean committed = response.isCommitted();
            response.flushBuffer();
            if (!committed) {
                // Open Liberty only commits the response at the first call.
                response.flushBuffer();
            }
        } catch (IOException e) {
            throw new ClientDisconnectedException(e);
        }
    }
}
