package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
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
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Connections on both sides: kept open, closed, shared. */
public final class ConnectionCases {
    private ConnectionCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(should("a client's connection serves several requests", "RFC 9112 §9.3", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            for (int i = 0; i < 3; i++) {
                server.request();
                server.send(OK);
                Check.equal("body", "ok", client.response().body());
                client.send(get());
            }
        }));
        cases.add(should("a connection to the server serves several clients' requests", "ours: pooled", scene -> {
            Wire server = null;
            boolean reused = false;
            // A client may have its response a little before the connection is free for the next one.
            for (int i = 0; i < 20 && !reused; i++) {
                Wire client = scene.client(UNTRUSTED, get());
                Wire next = server == null ? scene.server() : scene.serverAfter(server);
                reused = next == server;
                server = next;
                server.request();
                server.send(OK);
                Check.equal("body", "ok", client.response().body());
            }
            Check.that(reused, "a new connection for each request");
        }));
        cases.add(must("pipelined requests are answered in their order", "RFC 9112 §9.3.2", scene -> {
            Wire client = scene.client(UNTRUSTED, request("GET /1") + request("GET /2") + request("GET /3"));
            Wire server = scene.server();
            for (int i = 1; i <= 3; i++) {
                server = i == 1 ? server : scene.serverAfter(server);
                String target = server.request().head().target();
                server.send(response("200 OK", "Content-Length: 2") + target);
            }
            for (int i = 1; i <= 3; i++) {
                Check.equal("body", "/" + i, client.response().body());
            }
        }));
        cases.add(must("a request behind a body is understood", "RFC 9112 §9.3.2", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello") + request("GET /2"));
            Wire server = scene.server();
            Check.equal("body", "hello", server.request().body());
            server.send(OK);
            client.response();
            Check.equal("target", "/2", server.request().head().target());
            server.send(OK);
            Check.equal("body", "ok", client.response().body());
        }));
        cases.add(must("Connection: close of a client closes after the response", "RFC 9112 §9.6", scene -> {
            Wire client = scene.client(UNTRUSTED, get("Connection: close"));
            Wire server = scene.server();
            server.request();
            server.send(OK);
            Message got = client.response();
            Check.equal("Connection", "close", got.head().joined("Connection").toLowerCase(Locale.ROOT));
            Check.equal("end", Wire.End.CLOSED, client.endWithin(PROMPTLY));
        }));
        cases.add(must("a client of HTTP/1.0 sees its connection closed after the response", "RFC 9112 §9.3", scene -> {
            Wire client = scene.client(UNTRUSTED, "GET / HTTP/1.0\r\nHost: site.example\r\n\r\n");
            Wire server = scene.server();
            server.request();
            server.send(OK);
            client.response();
            Check.equal("end", Wire.End.CLOSED, client.endWithin(PROMPTLY));
        }));
        cases.add(should(
                "Connection: close of the server leaves the client's connection open", "RFC 9110 §7.6.1", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", "Connection: close", "Content-Length: 2") + "ok");
                    server.close();
                    Message got = client.response();
                    Check.that(!got.head().joined("Connection").contains("close"), "Connection: close is passed on");
                    client.send(get());
                    Wire second = scene.server();
                    second.request();
                    second.send(OK);
                    Check.equal("body", "ok", client.response().body());
                }));
        cases.add(must("Connection: close of a client does not end another's", "RFC 9110 §7.6.1", scene -> {
            Wire first = scene.client(UNTRUSTED, get("Connection: close"));
            Wire server = scene.server();
            server.request();
            server.send(OK);
            first.response();
            Wire second = scene.client(UNTRUSTED, get());
            server = scene.serverAfter(server);
            server.request();
            server.send(OK);
            Check.equal("body", "ok", second.response().body());
        }));
        cases.add(must(
                "bytes after the end of a response never reach the next request", "RFC 9112 §9.3, §6.3", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(OK + response("200 OK", "Content-Length: 6") + "stolen");
                    Check.equal("body", "ok", client.response().body());
                    client.send(get());
                    Wire second = scene.serverAfter(server);
                    second.request();
                    second.send(OK);
                    String body = client.response().body();
                    Check.that(!body.contains("stolen"), "the next client got the leftover response");
                }));
        cases.add(must("bytes that arrive after a response never reach the next request", "RFC 9112 §9.3", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(OK);
            Check.equal("body", "ok", client.response().body());
            server.send(response("200 OK", "Content-Length: 6") + "stolen");
            Check.that(client.isSilentFor(millis(100)), "a response without a request");
            client.send(get());
            Wire second = scene.serverAfter(server);
            second.request();
            second.send(OK);
            String body = client.response().body();
            Check.that(!body.contains("stolen"), "the next client got the leftover response");
        }));
        cases.add(must("a connection whose response was cut is not used again", "RFC 9112 §9.6", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", "Content-Length: 1000") + "part");
            client.head();
            client.close();
            Wire next = scene.client(UNTRUSTED, get());
            Wire second = scene.server();
            second.request();
            second.send(OK);
            Check.equal("body", "ok", next.response().body());
        }));
        cases.add(should(
                "a response that comes before the whole body was sent reaches the client", "RFC 9112 §9.6", scene -> {
                    Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: 500000"));
                    client.sendInBackground(Wire.filled(100_000));
                    Wire server = scene.server();
                    server.head();
                    server.send(response("401 Unauthorized", "Content-Length: 2", "Connection: close") + "no");
                    Check.status(401, client.response());
                }));
        cases.add(should(
                "a response to a body that the server will not read reaches the client", "ours, jetty #7117", scene -> {
                    Wire client = scene.client();
                    client.sendInBackground(
                            Wire.latin1(request("POST /", "Content-Length: 1000000") + "a".repeat(1_000_000)));
                    Wire server = scene.server();
                    server.head();
                    server.send(response("413 Content Too Large", "Content-Length: 2", "Connection: close") + "no");
                    server.finish();
                    Check.status(413, client.response());
                }));
        cases.add(must("the rest of an unread body is not taken for a request", "RFC 9112 §9.6", scene -> {
            // The body looks like requests, but the proxy must forward none of them as a request.
            byte[] body = Wire.latin1(request("GET /hidden").repeat(1000));
            Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: " + body.length));
            Wire server = scene.server();
            server.head();
            server.send(response("401 Unauthorized", "Content-Length: 2", "Connection: close") + "no");
            server.close();
            Check.status(401, client.response());
            client.sendInBackground(body);
            scene.assertNotForwardedWithin(millis(300));
        }));
        cases.add(should("a request that comes byte by byte is understood", "RFC 9112 §2.2", scene -> {
            Wire client = scene.client();
            for (byte b : Wire.latin1(post("hello"))) {
                client.send(new byte[] {b});
            }
            Wire server = scene.server();
            Check.equal("body", "hello", server.request().body());
            server.send(OK);
            Check.status(200, client.response());
        }));
        cases.add(should("a response that comes byte by byte is understood", "RFC 9112 §2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            for (byte b : Wire.latin1(response("200 OK", "Transfer-Encoding: chunked") + "2\r\nok\r\n0\r\n\r\n")) {
                server.send(new byte[] {b});
            }
            Check.equal("body", "ok", client.response().body());
        }));
        cases.add(should("fifty requests at once are all forwarded", "ours", scene -> {
            List<Wire> clients = new ArrayList<>();
            List<Wire> servers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                clients.add(scene.client(UNTRUSTED, get()));
                servers.add(scene.server());
            }
            for (Wire server : servers) {
                server.request();
                server.send(OK);
            }
            for (Wire client : clients) {
                Check.equal("body", "ok", client.response().body());
            }
        }));
        cases.add(should(
                        "a client that closes its half after the request is still answered", "RFC 9112 §9.6", scene -> {
                            Wire client = scene.client(UNTRUSTED, get("Connection: close"));
                            client.finish();
                            Wire server = scene.server();
                            server.request();
                            server.send(OK);
                            Check.equal("body", "ok", client.response().body());
                        })
                .limitedBy(
                        "it cannot be told from a client that left, whose request is to be given up within a second"));
        cases.add(should("HTTP/2 by prior knowledge is refused or spoken, not forwarded", "RFC 9113 §3.4", scene -> {
            scene.client(UNTRUSTED, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            scene.assertNotForwardedWithin(millis(200));
        }));
        cases.add(ours("a head that does not end is given up after some seconds, not forwarded", "slowloris", scene -> {
            scene.client(UNTRUSTED, "GET / HTTP/1.1\r\nHost: site.example\r\n");
            scene.assertNotForwardedWithin(millis(300));
        }));
        return cases;
    }
}
