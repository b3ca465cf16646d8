package dev.vtsbasic.page;

import dev.vtsbasic.traffic.FieldLines;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletRequest;

/**
 * What a page has to know of the request that it answers.
 *
 * @param method as the client sent it
 * @param accept value of the Accept field; empty for none
 * @param destination what a browser wants it for: value of the Sec-Fetch-Dest field; empty for none
 * @param fromThisMachine whether a person on this machine asks, and for nobody else
 * @param id names the request in the log
 * @param record is told what becomes of it
 */
public record PageRequest(
        String method, String accept, String destination, boolean fromThisMachine, String id, RequestRecord record) {
    /** The form that a client takes. */
    enum Form {
        HTML,
        JSON,
        TEXT
    }

    /** Only on the container's thread, and before the request is made asynchronous. */
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

    /** JSON for who names it and not HTML, plain text for who takes neither. */
    Form form() {
        if (accept.contains("text/html") || accept.isBlank()) {
            return Form.HTML;
        }
        if (accept.contains("json")) {
            return Form.JSON;
        }
        return accept.contains("*/*") ? Form.HTML : Form.TEXT;
    }

    /** Whether a browser shows the answer in a window of its own, as a page that a person went to. */
    boolean isNavigation() {
        return method.equals("GET")
                && accept.contains("text/html")
                && (destination.isEmpty() || destination.equals("document"));
    }
}
