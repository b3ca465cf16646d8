package dev.vtsbasic.page;

import dev.vtsbasic.traffic.FieldLines;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletRequest;

/**
 * The parts of a request that decide how a {@link Page} is sent.
 *
 * @param method as the client sent it
 * @param accept value of the Accept field, all lines joined; empty for none
 * @param destination value of the Sec-Fetch-Dest field, in which a browser names its use of the response; empty for
 *     none
 * @param fromThisMachine whether a browser on this machine sent the request, and no proxy forwarded it
 * @param id identifier of the request, as in the log
 * @param record the record of the request, which notes the response
 */
// More than five components, because each is copied from a request that cannot be read later.
public record PageRequest(
        String method, String accept, String destination, boolean fromThisMachine, String id, RequestRecord record) {
    /** The format of the response. */
    enum Form {
        HTML,
        JSON,
        TEXT
    }

    /**
     * Reads a request and sets {@code fromThisMachine} to false. Must be called on the container's thread, before the
     * request is made asynchronous.
     */
    public static PageRequest of(HttpServletRequest request) {
        RequestRecord record = RequestRecord.of(request);
        String id = record.caller(request).requestId();
        return new PageRequest(
                request.getMethod(),
                FieldLines.of(request, "Accept").joined(),
                FieldLines.of(request, "Sec-Fetch-Dest").single(),
                false,
                id,
                record);
    }

    /** JSON if the client accepts JSON and does not name HTML, plain text if it accepts neither, otherwise HTML. */
    Form form() {
        if (accept.contains("text/html") || accept.isBlank()) {
            return Form.HTML;
        }
        if (accept.contains("json")) {
            return Form.JSON;
        }
        return accept.contains("*/*") ? Form.HTML : Form.TEXT;
    }

    /** Whether a browser shows the response as a page that a person navigated to. */
    boolean isNavigation() {
        return method.equals("GET")
                && accept.contains("text/html")
                && (destination.isEmpty() || destination.equals("document"));
    }
}
