package dev.vtsbasic.conformance.failure;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Scene.OK;
import static dev.vtsbasic.conformance.harness.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.post;
import static dev.vtsbasic.conformance.harness.Scene.request;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;

/** Clients that close or reset the connection before they have received the whole response. */
public final class ClientDisconnectCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private ClientDisconnectCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(ours(
                "a client that closes before the response ends the upstream request at once",
                "ours, mitre #181",
                scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    client.close();
                    server.endWithin(PROMPTLY);
                }));
        cases.add(ours(
                "a client that resets before the response ends the upstream request at once",
                "ours, mitre #181",
                scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    client.reset();
                    server.endWithin(PROMPTLY);
                }));
        cases.add(ours("a client that closes after its body ends the upstream request at once", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            client.close();
            server.endWithin(PROMPTLY);
        }));
        cases.add(ours(
                "a client that closes during a silent response ends the upstream request at once", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", CHUNKED) + "5\r\nhello\r\n");
                    client.head();
                    client.chunk();
                    client.close();
                    server.endWithin(PROMPTLY);
                }));
        cases.add(ours(
                "a client that closes during a busy response ends the upstream request at once", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", CHUNKED) + "5\r\nhello\r\n");
                    client.head();
                    client.chunk();
                    client.close();
                    long deadline = System.nanoTime() + 1_000_000_000L;
                    try {
                        while (System.nanoTime() < deadline) {
                            server.send("5\r\nhello\r\n");
                            Thread.sleep(20);
                        }
                    } catch (java.io.IOException e) {
                        return;
                    }
                    server.endWithin(millis(100));
                }));
        cases.add(must(
                "a client that sends its next request early does not count as one that closed",
                "RFC 9112 §9.3.2",
                scene -> {
                    Wire client = scene.client(UNTRUSTED, get() + request("GET /2"));
                    Wire server = scene.server();
                    server.request();
                    Check.that(server.isSilentFor(millis(700)), "given up");
                    server.send(OK);
                    Check.equal("body", "ok", client.response().body());
                }));
        return cases;
    }
}
