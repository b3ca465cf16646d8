package dev.vtsbasic.proxy;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;

/** Passes a worker's answer on to the client: the same, save what RFC 9110 §7.6 tells a proxy to change. */
final class ResponseRelay {
    private static final int BUFFER = 16 * 1024;

    private final HttpServletResponse response;
    private final Watchdog.Watched watched;
    private final Runnable endless;

    /** @param endless called when the answer turns out to be an event stream, which has no end of its own */
    ResponseRelay(HttpServletResponse response, Watchdog.Watched watched, Runnable endless) {
        this.response = response;
        this.watched = watched;
        this.endless = endless;
    }

    /**
     * Returns when the client was given all of it.
     *
     * @throws ClientGoneException when the client takes no more
     * @throws IOException when the worker breaks off
     */
    void relay(ClassicHttpResponse answer) throws IOException {
        copyHead(answer);
        String type = response.getContentType();
        if (type != null && type.startsWith("text/event-stream")) {
            watched.endless();
            endless.run();
        }
        HttpEntity entity = answer.getEntity();
        if (entity != null) {
            if (answer.containsHeader("Trailer")) {
                response.setTrailerFields(() -> trailersOf(entity));
            }
            copyBody(entity.getContent());
        }
    }

    /** The status and the fields that are not about this one connection. */
    void copyHead(ClassicHttpResponse answer) {
        response.setStatus(answer.getCode());
        String nominated = Arrays.stream(answer.getHeaders("Connection"))
                .map(Header::getValue)
                .collect(Collectors.joining(","));
        HopByHop hopByHop = HopByHop.nominatedBy(nominated);
        boolean chunked = answer.containsHeader("Transfer-Encoding");
        for (Header header : answer.getHeaders()) {
            String name = header.getName().toLowerCase(Locale.ROOT);
            // RFC 9112 §6.1: where both stand, the length is not to be believed.
            boolean overridden = chunked && name.equals("content-length");
            if (!overridden && !hopByHop.includes(name)) {
                response.addHeader(header.getName(), header.getValue());
            }
        }
    }

    private static Map<String, String> trailersOf(HttpEntity entity) {
        return entity.getTrailers() == null
                ? Map.of()
                : entity.getTrailers().get().stream()
                        .collect(Collectors.toMap(Header::getName, Header::getValue, (first, second) -> second));
    }

    /** Passes each piece on when nothing more has come yet; the last one leaves with the end of the answer. */
    private void copyBody(InputStream in) throws IOException {
        byte[] buffer = new byte[BUFFER];
        OutputStream out = null;
        while (true) {
            watched.waiting();
            int count = in.read(buffer);
            watched.heard();
            if (count < 0) {
                return;
            }
            try {
                if (out == null) {
                    out = response.getOutputStream();
                }
                out.write(buffer, 0, count);
                if (in.available() == 0) {
                    out.flush();
                }
            } catch (IOException e) {
                throw new ClientGoneException(e);
            }
        }
    }
}
