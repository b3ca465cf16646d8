package dev.vtsbasic.conformance.failure;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.OK;
import static dev.vtsbasic.conformance.harness.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;
import static dev.vtsbasic.conformance.harness.Scene.post;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Servers that refuse a connection, or close or reset it before or within a response. */
public final class CutResponseCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private CutResponseCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("a response with a length", response("200 OK", "Content-Length: 10") + "hello");
        parts.put("a chunked response, within a chunk,", response("200 OK", CHUNKED) + "a\r\nhello");
        parts.put("a chunked response, between chunks,", response("200 OK", CHUNKED) + "5\r\nhello\r\n");
        parts.put("a chunked response, within its last chunk,", response("200 OK", CHUNKED) + "5\r\nhello\r\n0\r\n");
        parts.put("a response with a length, before its first byte,", response("200 OK", "Content-Length: 10"));
        parts.put("a chunked response, before its first chunk,", response("200 OK", CHUNKED));
        parts.forEach((what, part) -> {
            cases.add(must(what + " that the server closes never looks complete", "RFC 9112 §8", scene -> {
                Wire client = scene.client(UNTRUSTED, get());
                Wire server = scene.server();
                server.request();
                server.send(part);
                server.close();
                Check.neverComplete(client.responseOrNull());
            }));
            cases.add(must(what + " that the server resets never looks complete", "RFC 9112 §8", scene -> {
                Wire client = scene.client(UNTRUSTED, get());
                Wire server = scene.server();
                server.request();
                server.send(part);
                Thread.sleep(50);
                server.reset();
                Check.neverComplete(client.responseOrNull());
            }));
        });
        cases.add(must(
                "a response that ends with the connection and is reset never looks complete", "RFC 9112 §8", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK") + "hello");
                    boolean chunked = client.head().has("Transfer-Encoding");
                    Check.equal("piece", "hello", chunked ? client.chunk() : client.text(5));
                    server.reset();
                    if (chunked) {
                        String rest = client.rest();
                        Check.that(!rest.endsWith("0\r\n\r\n"), "the response was ended: " + Text.quote(rest));
                    } else {
                        Check.equal("end", Wire.End.RESET, client.endWithin(PROMPTLY));
                    }
                }));
        cases.add(must("a large response that the server cuts never looks complete", "RFC 9112 §8", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", CHUNKED) + "186a0\r\n" + "a".repeat(100_000) + "\r\n");
            server.close();
            Check.neverComplete(client.responseOrNull());
        }));
        cases.add(ours("a cut response to HTTP/1.0 never looks complete", "ours: EOF-framed", scene -> {
            Wire client = scene.client(UNTRUSTED, "GET / HTTP/1.0\r\nHost: site.example\r\n\r\n");
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", CHUNKED) + "5\r\nhello\r\n");
            Thread.sleep(50);
            server.close();
            Check.neverComplete(client.responseOrNull());
        }));
        cases.add(should("a server that closes without a response is answered 502", "RFC 9110 §15.6.3", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            server.close();
            Check.status(502, client.response());
        }));
        cases.add(should("a server that resets without a response is answered 502", "RFC 9110 §15.6.3", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            server.reset();
            Check.status(502, client.response());
        }));
        cases.add(should(
                "a server that closes within the head of its response is answered 502", "RFC 9110 §15.6.3", scene -> {
                    Wire client = scene.client(UNTRUSTED, post("hello"));
                    Wire server = scene.server();
                    server.request();
                    server.send("HTTP/1.1 200 OK\r\nContent-Le");
                    server.close();
                    Check.status(502, client.response());
                }));
        cases.add(should(
                "a server that closes after an interim response is answered 502", "RFC 9110 §15.6.3", scene -> {
                    Wire client = scene.client(UNTRUSTED, post("hello"));
                    Wire server = scene.server();
                    server.request();
                    server.send(response("100 Continue"));
                    server.close();
                    Message got = client.response();
                    Check.status(502, got.status() == 100 ? client.response() : got);
                }));
        cases.add(should(
                "a server that refuses connections is answered 502 or 503 at once", "RFC 9110 §15.6", scene -> {
                    scene.stopListening();
                    long start = System.nanoTime();
                    int status = scene.client(UNTRUSTED, get()).response().status();
                    Check.that(status == 502 || status == 503, "answered " + status);
                    Check.that(System.nanoTime() - start < PROMPTLY.toNanos(), "too late");
                }));
        cases.add(should("after a failure the client's connection serves on", "RFC 9112 §9.3", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            server.close();
            Check.status(502, client.response());
            client.send(get());
            Wire second = scene.server();
            second.request();
            second.send(OK);
            Check.equal("body", "ok", client.response().body());
        }));
        return cases;
    }
}
