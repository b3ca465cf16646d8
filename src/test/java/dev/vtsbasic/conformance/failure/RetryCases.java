package dev.vtsbasic.conformance.failure;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.OK;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.post;
import static dev.vtsbasic.conformance.harness.Scene.request;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;

/** Which requests the proxy retries when the server closes the connection before it responds. */
public final class RetryCases {
    private RetryCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (String method : List.of("GET", "HEAD", "OPTIONS", "DELETE")) {
            cases.add(ours(
                    method + " that met a dead pooled connection is sent again, once", "ours, caddy #4245", scene -> {
                        Wire client = scene.client(UNTRUSTED, get());
                        Wire dead = scene.server();
                        dead.request();
                        dead.send(OK);
                        client.response();
                        client.send(request(method + " /again"));
                        dead.request();
                        dead.close();
                        Wire live = scene.server();
                        Check.equal("target", "/again", live.request().head().target());
                        live.send(OK);
                        Check.status(200, client.response(method));
                        scene.assertNotForwardedWithin(millis(50));
                    }));
        }
        cases.add(should("a GET whose pooled connection was closed meanwhile is answered", "bun #12446", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire dead = scene.server();
            dead.request();
            dead.send(OK);
            client.response();
            dead.close();
            Thread.sleep(100);
            client.send(get());
            Wire live = scene.server();
            live.request();
            live.send(OK);
            Check.status(200, client.response());
        }));
        cases.add(should("a POST whose pooled connection was closed meanwhile is answered", "bun #12446", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire dead = scene.server();
            dead.request();
            dead.send(OK);
            client.response();
            dead.close();
            Thread.sleep(100);
            client.send(post("hello"));
            Wire live = scene.server();
            Check.equal("body", "hello", live.request().body());
            live.send(OK);
            Check.status(200, client.response());
        }));
        cases.add(must("a POST that the server may have seen is not sent again", "RFC 9110 §9.2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire dead = scene.server();
            dead.request();
            dead.send(OK);
            client.response();
            client.send(post("hello"));
            dead.request();
            dead.close();
            scene.assertNotForwardedWithin(millis(300));
            Message got = client.responseOrNull();
            Check.that(got == null || got.status() == 502, "neither 502 nor cut");
        }));
        cases.add(must(
                "a POST without a body that the server may have seen is not sent again", "RFC 9110 §9.2.2", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire dead = scene.server();
                    dead.request();
                    dead.send(OK);
                    client.response();
                    client.send(post(""));
                    dead.request();
                    dead.close();
                    scene.assertNotForwardedWithin(millis(300));
                    Message got = client.responseOrNull();
                    Check.that(got == null || got.status() == 502, "neither 502 nor cut");
                }));
        cases.add(ours("a GET that fails twice is answered 502", "ours: once", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire dead = scene.server();
            dead.request();
            dead.send(OK);
            client.response();
            client.send(get());
            dead.request();
            dead.close();
            Wire second = scene.server();
            second.request();
            second.close();
            Check.status(502, client.response());
            scene.assertNotForwardedWithin(millis(100));
        }));
        cases.add(must("a GET whose response had begun is not sent again", "RFC 9110 §9.2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(OK);
            client.response();
            client.send(get());
            server.request();
            server.send(response("200 OK", "Content-Length: 10") + "hello");
            server.close();
            Check.neverComplete(client.responseOrNull());
            scene.assertNotForwardedWithin(millis(100));
        }));
        return cases;
    }
}
