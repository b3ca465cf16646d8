package dev.vtsbasic.conformance.smuggling;

import static dev.vtsbasic.conformance.smuggling.MalformedRequest.Verdict.REFUSE;
import static dev.vtsbasic.conformance.smuggling.MalformedRequest.Verdict.REFUSE_OR_CLEAN;

import java.util.ArrayList;
import java.util.List;

/**
 * Malformed requests of one kind, and the parts from which they are built.
 *
 * <p>{@link #TARGET} is the target of the malformed request. {@link #HIDDEN} is the target of a request inside it,
 * which a reader sees only if it misjudges the end of the malformed request; no server may ever get it.
 */
final class MalformedRequestList {
    static final String TARGET = "/malformed";

    static final String HIDDEN = "/hidden";

    static final String HIDDEN_REQUEST = "GET " + HIDDEN + " HTTP/1.1\r\nHost: site.example\r\n\r\n";

    static final String HOST = "Host: site.example\r\n";

    static final String POST = "POST " + TARGET + " HTTP/1.1\r\n" + HOST;

    static final String GET = "GET " + TARGET + " HTTP/1.1\r\n" + HOST;

    static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    static final String LAST_CHUNK = "0\r\n\r\n";

    private final List<MalformedRequest> requests = new ArrayList<>();

    void any(String family, String text) {
        requests.add(new MalformedRequest(family, text, REFUSE_OR_CLEAN));
    }

    void refuse(String family, String text) {
        requests.add(new MalformedRequest(family, text, REFUSE));
    }

    List<MalformedRequest> all() {
        return requests;
    }

    static String chunk(String data) {
        return Integer.toHexString(data.length()) + "\r\n" + data + "\r\n";
    }
}
