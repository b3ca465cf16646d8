package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.HopByHopHeaders;
import dev.vtsbasic.proxy.message.ResponseSyntax;
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

/** Passes a worker's answer on to the client: the same, save what RFC 9110 §7.6 tells a proxy to change. */
public final class ResponseRelay {
    private static final int BUFFER = 16 * 1024;

    private static final int UPGRADE_REQUIRED = 426;

    /** Fields that say how to read the message, or who it is for, come before its body (RFC 9110 §6.5.1). */
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

    private final boolean ofHttp1;
    private final HttpServletResponse response;
    private final Watchdog.Watched watched;
    private final RequestRecord record;

    /**
     * @param protocol of the client's request
     * @param record is told what the client gets
     */
    public ResponseRelay(
            String protocol, HttpServletResponse response, Watchdog.Watched watched, RequestRecord record) {
        this.record = record;
        this.ofHttp1 = protocol.startsWith("HTTP/1");
        this.response = response;
        this.watched = watched;
    }

    /** Whether more of an answer has come. */
    @FunctionalInterface
    interface More {
        boolean hasCome() throws IOException;
    }

    /**
     * Passes the body on, and with it the head; returns when the client was given all of it.
     *
     * @param more whether more of it has come than what was read so far
     *
     * @throws ClientDisconnectedException when the client takes no more
     * @throws IOException when the worker breaks off
     * @throws HttpException when its trailers are malformed
     */
    void relayBody(ClassicHttpResponse answer, More more) throws IOException, HttpException {
        HttpEntity entity = answer.getEntity();
        if (entity == null) {
            return;
        }
        InputStream body = entity.getContent();
        if (body instanceof ChunkedInputStream chunked && answer.containsHeader("Trailer")) {
            response.setTrailerFields(() -> trailersOf(chunked));
        }
        if (body.available() == 0 && !more.hasCome()) {
            // The head is an answer too: an event stream may have nothing else to say for hours.
            flush();
        }
        byte[] buffer = new byte[EventStreamRegistry.isOne(response) ? EventStreamRegistry.BUFFER : BUFFER];
        copyBody(body, entity.getContentLength(), buffer, more);
        if (body instanceof ChunkedInputStream chunked && chunked.getFooters() != null) {
            ResponseSyntax.check(chunked.getFooters());
        }
    }

    /** The status and the fields that are not about this one connection. */
    public void copyHead(ClassicHttpResponse answer) {
        record.firstByte();
        record.answeredByApp();
        response.setStatus(answer.getCode());
        HopByHopHeaders hopByHop = HopByHopHeaders.of(answer);
        boolean chunked = answer.containsHeader("Transfer-Encoding");
        String upgrade = HopByHopHeaders.joined(answer, "Upgrade");
        if (answer.getCode() == UPGRADE_REQUIRED && !upgrade.isEmpty() && ofHttp1) {
            // RFC 9110 §15.5.22: it says what the client should ask for, which is the only use of this answer. HTTP/2
            // has neither field.
            response.setHeader("Upgrade", upgrade);
            response.setHeader("Connection", "Upgrade");
        }
        for (Header header : answer.getHeaders()) {
            String name = header.getName().toLowerCase(Locale.ROOT);
            // RFC 9112 §6.1: where both stand, the length is not to be believed.
            boolean overridden = chunked && name.equals("content-length");
            if (!overridden && !hopByHop.includes(name)) {
                response.addHeader(header.getName(), header.getValue());
            }
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

    /** Passes each piece on when nothing more has come yet; the last one leaves with the end of the answer. */
    private void copyBody(InputStream in, long length, byte[] buffer, More more) throws IOException {
        for (long total = 0; total != length; ) {
            watched.waiting();
            int count = in.read(buffer);
            watched.heard();
            if (count < 0) {
                return;
            }
            try {
                response.getOutputStream().write(buffer, 0, count);
            } catch (IOException e) {
                throw new ClientDisconnectedException(e);
            }
            total += count;
            record.sent(count);
            if (total != length && in.available() == 0 && !more.hasCome()) {
                flush();
            }
        }
    }

    private void flush() throws ClientDisconnectedException {
        try {
            boolean committed = response.isCommitted();
            response.flushBuffer();
            if (!committed) {
                // Open Liberty only commits the answer the first time.
                response.flushBuffer();
            }
        } catch (IOException e) {
            throw new ClientDisconnectedException(e);
        }
    }
}
