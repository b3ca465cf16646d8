package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.request;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;

/** Clients that wait for {@code 100 Continue} before they send their body. */
public final class ExpectContinueCases {
    private ExpectContinueCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(must(
                "a client that waits for 100 gets it from the proxy or the server", "RFC 9110 §10.1.1", scene -> {
                    Wire client =
                            scene.client(UNTRUSTED, request("POST /", "Content-Length: 5", "Expect: 100-continue"));
                    Wire server = null;
                    if (client.isSilentFor(millis(500))) {
                        server = scene.server();
                        Check.that(server.head().has("Expect"), "neither answered nor forwarded");
                        server.send("HTTP/1.1 100 Continue\r\n\r\n");
                    }
                    Check.equal("status", 100, client.head().status());
                    client.send("hello");
                    if (server == null) {
                        server = scene.server();
                        server.head();
                    }
                    server.expect("hello");
                    server.send(Scene.OK);
                    Check.status(200, client.response());
                }));
        cases.add(ours("Expect is answered by the proxy, not forwarded", "ours, jetty #277", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: 5", "Expect: 100-continue"));
            Check.equal("status", 100, client.head().status());
            client.send("hello");
            Check.absent(scene.server().head(), "Expect");
        }));
        cases.add(should("no 100 is sent while there is no server to take the body", "ours", scene -> {
            scene.stopListening();
            Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: 5", "Expect: 100-continue"));
            int status = client.head().status();
            Check.that(status == 502 || status == 503, "answered " + status);
        }));
        cases.add(should("a body that follows Expect at once is taken", "RFC 9110 §10.1.1", scene -> {
            Wire client =
                    scene.client(UNTRUSTED, request("POST /", "Content-Length: 5", "Expect: 100-continue") + "hello");
            Wire server = scene.server();
            Head head = server.head();
            if (head.has("Expect")) {
                server.send("HTTP/1.1 100 Continue\r\n\r\n");
            }
            server.expect("hello");
            server.send(Scene.OK);
            Message response = client.response();
            Check.status(200, response.status() == 100 ? client.response() : response);
        }));
        cases.add(must("no 100 is sent to a client of HTTP/1.0", "RFC 9110 §10.1.1", scene -> {
            Wire client = scene.client(
                    UNTRUSTED,
                    "POST / HTTP/1.0\r\nHost: site.example\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
            Wire server = scene.server();
            server.head();
            server.expect("hello");
            server.send(Scene.OK);
            Check.status(200, client.response());
        }));
        cases.add(should("a refusal comes before the body that waits for 100", "RFC 9110 §10.1.1", scene -> {
            Wire client = scene.client(
                    UNTRUSTED,
                    request("POST /", "Content-Length: " + RefusedBodyCases.OVER_THE_LIMIT, "Expect: 100-continue"));
            Check.equal("status", 413, client.head().status());
        }));
        return cases;
    }
}
