package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Scene.OK;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;

/** Interim responses (1xx) and the final response after them. */
public final class InterimResponseCases {
    private InterimResponseCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(must("103 Early Hints is passed on or dropped, and the response follows", "RFC 9110 §15.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("103 Early Hints", "Link: </a.css>; rel=preload") + OK);
            Message got = client.response();
            Message last = got.status() == 103 ? client.response() : got;
            Check.status(200, last);
            Check.equal("body", "ok", last.body());
            Check.absent(last.head(), "Link");
        }));
        cases.add(ours("103 Early Hints reaches the client before the response", "RFC 8297, caddy #6041", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("103 Early Hints", "Link: </a.css>; rel=preload"));
            Message hints = client.response();
            Check.status(103, hints);
            Check.equal("Link", "</a.css>; rel=preload", hints.head().joined("Link"));
            server.send(OK);
            Check.status(200, client.response());
        }));
        cases.add(must("several interim responses do not confuse the proxy", "RFC 9110 §15.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("102 Processing")
                    + response("103 Early Hints", "Link: </a>")
                    + response("100 Continue")
                    + response("199 Odd")
                    + OK);
            Message got = client.response();
            for (int i = 0; i < 4 && got.status() < 200; i++) {
                got = client.response();
            }
            Check.equal("body", "ok", got.body());
        }));
        cases.add(must(
                "no interim response is sent to a client of HTTP/1.0",
                "RFC 9110 §15.2",
                scene -> Check.status(
                        200,
                        scene.relayed(
                                "GET / HTTP/1.0\r\nHost: site.example\r\n\r\n", response("103 Early Hints") + OK))));
        return cases;
    }
}
