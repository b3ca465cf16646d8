package dev.vtsbasic.conformance.failure;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.OK;
import static dev.vtsbasic.conformance.harness.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.request;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;

/** Servers that stop sending. */
public final class TimeoutCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private TimeoutCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(should("silence longer than the time-out is answered 504", "RFC 9110 §15.6.5", scene -> {
            long start = System.nanoTime();
            Wire client = scene.client(UNTRUSTED, get());
            scene.server().request();
            Check.status(504, client.response());
            long millis = (System.nanoTime() - start) / 1_000_000;
            Check.that(millis > 4500 && millis < 20_000, "after " + millis + " ms");
        }));
        cases.add(should("after a time-out the connection to the server is closed", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            Check.status(504, client.response());
            server.endWithin(PROMPTLY);
        }));
        cases.add(must("silence within a response cuts it, and it never looks complete", "RFC 9112 §8", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", CHUNKED) + "5\r\nhello\r\n");
            Check.neverComplete(client.responseOrNull());
        }));
        cases.add(ours("a time-out is not retried", "RFC 9110 §9.2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            scene.server().request();
            Check.status(504, client.response());
            scene.assertNotForwardedWithin(millis(100));
        }));
        cases.add(should("a slow upload does not count as silence of the server", "thruster #111", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED));
            for (int i = 0; i < 4; i++) {
                Check.that(client.isSilentFor(millis(1500)), "answered while the upload went on");
                client.send("1\r\nx\r\n");
            }
            client.send("0\r\n\r\n");
            Wire server = scene.server();
            Check.equal("body", "xxxx", server.request().body());
            server.send(OK);
            Check.status(200, client.response());
        }));
        return cases;
    }
}
