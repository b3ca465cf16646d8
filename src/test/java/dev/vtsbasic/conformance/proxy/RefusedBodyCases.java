package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.request;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;

/** Bodies that exceed the limit. */
public final class RefusedBodyCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    /** In bytes; {@code VTS_MAX_BODY} is one megabyte. */
    static final int OVER_THE_LIMIT = 2 * 1024 * 1024;

    private RefusedBodyCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(ours(
                "a longer Content-Length than allowed is answered 413 before the body is read", "ours", scene -> {
                    Message response = scene.refused(request("POST /", "Content-Length: " + OVER_THE_LIMIT));
                    Check.status(413, response);
                }));
        cases.add(must("a body that was refused is not taken for the next request", "RFC 9112 §9.6", scene -> {
            Wire client = scene.client();
            String hidden = request("GET /hidden");
            client.sendInBackground(Wire.latin1(request("POST /", "Content-Length: " + OVER_THE_LIMIT)
                    + hidden.repeat(OVER_THE_LIMIT / hidden.length() + 1)));
            Check.equal("status", 413, client.head().status());
            scene.assertNotForwardedWithin(millis(300));
        }));
        cases.add(ours("a chunked body that grows over the limit never looks complete to the server", "ours", scene -> {
            Wire client = scene.client();
            client.sendInBackground(Wire.latin1(
                    request("POST /", CHUNKED) + "200000\r\n" + "a".repeat(OVER_THE_LIMIT) + "\r\n0\r\n\r\n"));
            Wire server = scene.serverUnlessAnswered(client);
            if (server != null) {
                Check.that(!server.request().complete(), "the server got all of it");
            }
            Wire.End end = null;
            try {
                Check.equal("status", 413, client.head().status());
            } catch (AssertionError e) {
                end = client.endWithin(PROMPTLY);
                Check.that(server != null && end != null, e.getMessage());
            }
        }));
        return cases;
    }
}
