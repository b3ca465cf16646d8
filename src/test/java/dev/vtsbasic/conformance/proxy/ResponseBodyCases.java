package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.OK;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.request;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;

/** Response bodies on their way to the client, and their ends. */
public final class ResponseBodyCases {
    private static final String EMPTY = "Content-Length: 0";

    private ResponseBodyCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(must("HEAD is answered without a body", "RFC 9110 §9.3.2", scene -> {
            Wire client = scene.client(UNTRUSTED, request("HEAD /"));
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", "Content-Length: 5"));
            Message got = client.response("HEAD");
            Check.equal("Content-Length", List.of("5"), got.head().all("Content-Length"));
            Check.that(client.isSilentFor(millis(100)), "something follows");
        }));
        cases.add(must("HEAD without a length gets no invented one", "RFC 9110 §8.6", scene -> {
            Head head = scene.relayed(request("HEAD /"), response("200 OK", "ETag: \"a\""))
                    .head();
            Check.absent(head, "Content-Length");
        }));
        cases.add(must("HEAD of a chunked page has no body and no length", "RFC 9112 §6.1", scene -> {
            Wire client = scene.client(UNTRUSTED, request("HEAD /"));
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", "Transfer-Encoding: chunked"));
            Check.absent(client.response("HEAD").head(), "Content-Length");
            Check.that(client.isSilentFor(millis(100)), "something follows");
        }));
        cases.add(should("the response to HEAD lets both connections serve on", "RFC 9110 §9.3.2", scene -> {
            Wire client = scene.client(UNTRUSTED, request("HEAD /"));
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", "Content-Length: 500"));
            client.response("HEAD");
            client.send(get());
            server.request();
            server.send(OK);
            Check.equal("body", "ok", client.response().body());
        }));
        cases.add(must("204 has no body and no length", "RFC 9110 §15.3.5", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("204 No Content", "X-End: 1"));
            Head head = client.response().head();
            Check.equal("status", 204, head.status());
            Check.absent(head, "Content-Length");
            Check.absent(head, "Transfer-Encoding");
            Check.that(client.isSilentFor(millis(100)), "something follows");
        }));
        cases.add(must(
                "a server's Content-Length on 204 does not reach the client", "RFC 9110 §8.6, bun #15355", scene -> {
                    Head head = scene.relayed(response("204 No Content", EMPTY)).head();
                    Check.equal("status", 204, head.status());
                    Check.absent(head, "Content-Length");
                }));
        cases.add(must("304 has no body, and its validators pass", "RFC 9110 §15.4.5", scene -> {
            Wire client = scene.client(UNTRUSTED, get("If-None-Match: \"a\""));
            Wire server = scene.server();
            server.request();
            server.send(response("304 Not Modified", "ETag: \"a\"", "Cache-Control: no-cache", "Vary: Cookie"));
            Head head = client.response().head();
            Check.equal("status", 304, head.status());
            Check.equal("ETag", "\"a\"", head.joined("ETag"));
            Check.equal("Vary", "Cookie", head.joined("Vary"));
            Check.absent(head, "Content-Length");
            Check.absent(head, "Transfer-Encoding");
            Check.that(client.isSilentFor(millis(100)), "something follows");
        }));
        cases.add(must("a 304 with the length of the page is not waited on", "RFC 9110 §8.6, jetty #4208", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("304 Not Modified", "Content-Length: 500"));
            Check.status(304, client.response());
            client.send(get());
            server.request();
            server.send(OK);
            Check.equal("body", "ok", client.response().body());
        }));
        cases.add(should("Content-Length is kept in a response", "RFC 9110 §8.6", scene -> {
            Message got = scene.relayed(OK);
            Check.equal("framing", Message.Framing.LENGTH, got.framing());
            Check.equal("body", "ok", got.body());
        }));
        cases.add(should(
                "a Content-Length of 0 is kept in a response",
                "RFC 9110 §8.6",
                scene -> Check.equal(
                        "Content-Length",
                        List.of("0"),
                        scene.relayed(response("200 OK", EMPTY)).head().all("Content-Length"))));
        cases.add(must("a chunked response arrives whole", "RFC 9112 §7.1", scene -> {
            Message got = scene.relayed(
                    response("200 OK", "Transfer-Encoding: chunked") + "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
            Check.equal("body", "hello world", got.body());
            Check.that(got.complete(), "not complete");
        }));
        cases.add(must("a chunked response is not sent chunked to HTTP/1.0", "RFC 9112 §6.1", scene -> {
            Message got = scene.relayed(
                    "GET / HTTP/1.0\r\nHost: site.example\r\n\r\n",
                    response("200 OK", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n");
            Check.absent(got.head(), "Transfer-Encoding");
            Check.equal("body", "hello", got.body());
        }));
        cases.add(must("a response that ends with the connection arrives whole", "RFC 9112 §6.3", scene -> {
            Message got = scene.relayedBeforeClose(get(), response("200 OK") + "hello");
            Check.equal("body", "hello", got.body());
            Check.that(got.complete(), "not complete");
        }));
        cases.add(must("a response of HTTP/1.0 arrives whole, as HTTP/1.1", "RFC 9110 §2.5", scene -> {
            Message got = scene.relayedBeforeClose(get(), "HTTP/1.0 200 OK\r\n\r\nhello");
            Check.that(
                    got.head().startLine().startsWith("HTTP/1.1 "), got.head().startLine());
            Check.equal("body", "hello", got.body());
        }));
        cases.add(must(
                "Content-Length beside Transfer-Encoding in a response is removed, or answered 502",
                "RFC 9112 §6.3",
                scene -> {
                    Message got = scene.relayed(response("200 OK", "Content-Length: 3", "Transfer-Encoding: chunked")
                            + "5\r\nhello\r\n0\r\n\r\n");
                    Check.that(got.status() == 502 || got.body().equals("hello"), "got " + got);
                }));
        cases.add(must(
                "equal Content-Lengths of a response are sent once, or answered 502",
                "RFC 9110 §8.6, bun #29714",
                scene -> {
                    // relayed() reads the message strictly.
                    Message got = scene.relayed(response("200 OK", "Content-Length: 2", "Content-Length: 2") + "ok");
                    Check.that(got.status() == 502 || got.body().equals("ok"), "got " + got);
                }));
        cases.add(should("an encoded response is not decoded", "mitre PR 183", scene -> {
            Message got = scene.relayed(
                    response("200 OK", "Content-Encoding: gzip", "Content-Length: 4") + "\u001f\u008b\b\u0000");
            Check.equal("body", "\u001f\u008b\b\u0000", got.body());
            Check.equal("Content-Encoding", "gzip", got.head().joined("Content-Encoding"));
        }));
        cases.add(should("a response is not encoded on the way", "RFC 9110 §7.7", scene -> {
            Message got = scene.relayed(
                    get("Accept-Encoding: gzip, br"),
                    response("200 OK", "Content-Type: text/html", "Content-Length: 4000") + "a".repeat(4000));
            Check.equal("body", "a".repeat(4000), got.body());
            Check.absent(got.head(), "Content-Encoding");
        }));
        cases.add(should("a part of a file passes", "RFC 9110 §15.3.7", scene -> {
            Message got = scene.relayed(
                    get("Range: bytes=1-2"),
                    response("206 Partial Content", "Content-Range: bytes 1-2/5", "Content-Length: 2") + "el");
            Check.status(206, got);
            Check.equal("Content-Range", "bytes 1-2/5", got.head().joined("Content-Range"));
        }));
        cases.add(should("every octet of a response goes through", "RFC 9110 §6.4", scene -> {
            StringBuilder octets = new StringBuilder();
            for (char c = 0; c < 256; c++) {
                octets.append(c);
            }
            Message got = scene.relayed(response("200 OK", "Content-Length: 256") + octets);
            Check.equal("body", octets.toString(), got.body());
        }));
        cases.add(should("a response of 4 MB goes through", "RFC 9110 §6.4", scene -> {
            int length = 4 * 1024 * 1024;
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", "Content-Length: " + length));
            server.sendInBackground(Wire.filled(length));
            Message got = client.response();
            Check.equal("length", length, got.body().length());
        }));
        cases.add(ours("trailers reach a client that says it takes them", "ours, RFC 9110 §6.5", scene -> {
            Message got = scene.relayed(
                    get("TE: trailers", "Connection: TE"),
                    response("200 OK", "Transfer-Encoding: chunked", "Trailer: X-Sum")
                            + "5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
            Check.equal("body", "hello", got.body());
            Check.equal("X-Sum", "42", got.trailer("X-Sum"));
        }));
        cases.add(must(
                "trailers of a response do not become header fields and do no harm", "RFC 9110 §6.5.1", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", "Transfer-Encoding: chunked")
                            + "5\r\nhello\r\n0\r\nX-Sum: 42\r\nContent-Length: 9\r\n\r\n");
                    Message got = client.response();
                    Check.absent(got.head(), "X-Sum");
                    Check.equal("Content-Length in the trailers", "", got.trailer("Content-Length"));
                    client.send(get());
                    server.request();
                    server.send(OK);
                    Check.equal("body", "ok", client.response().body());
                }));
        return cases;
    }
}
