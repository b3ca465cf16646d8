package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.post;
import static dev.vtsbasic.conformance.harness.Scene.request;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;

/** Whole request bodies on their way to the server. */
public final class RequestBodyCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private RequestBodyCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(should("Content-Length is kept", "RFC 9110 §8.6", scene -> {
            Message seen = scene.forwarded(post("hello"));
            Check.equal("Content-Length", List.of("5"), seen.head().all("Content-Length"));
            Check.equal("body", "hello", seen.body());
        }));
        cases.add(should(
                "a Content-Length of 0 is kept",
                "RFC 9110 §8.6",
                scene -> Check.equal(
                        "Content-Length",
                        List.of("0"),
                        scene.forwarded(post("")).head().all("Content-Length"))));
        cases.add(must(
                "a chunked body arrives whole",
                "RFC 9112 §7.1",
                scene -> Check.equal(
                        "body",
                        "hello world",
                        scene.forwarded(request("POST /", CHUNKED) + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")
                                .body())));
        cases.add(should("a chunked body of no bytes arrives as such", "RFC 9112 §7.1", scene -> {
            Message seen = scene.forwarded(request("POST /", CHUNKED) + "0\r\n\r\n");
            Check.equal("body", "", seen.body());
            Check.that(seen.framing() != Message.Framing.NONE, "no framing: a POST without a body");
        }));
        cases.add(must(
                "chunk extensions are understood and dropped",
                "RFC 9112 §7.1.1",
                scene -> Check.equal(
                        "body",
                        "hello",
                        scene.forwarded(request("POST /", CHUNKED) + "5;a=b;c=\"d\"\r\nhello\r\n0;e\r\n\r\n")
                                .body())));
        cases.add(must("trailers after a body do not become header fields", "RFC 9110 §6.5.1", scene -> {
            Message seen = scene.forwarded(request("POST /", CHUNKED, "Trailer: X-Sum")
                    + "5\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Role: admin\r\n\r\n");
            Check.equal("body", "hello", seen.body());
            Check.absent(seen.head(), "X-Sum");
            Check.absent(seen.head(), "X-Role");
        }));
        cases.add(should("each chunk is passed on when it arrives", "ours: as it arrives", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED) + "5\r\nfirst\r\n");
            Wire server = scene.server();
            server.head();
            Check.equal("chunk", "first", server.chunk());
            client.send("6\r\nsecond\r\n");
            Check.equal("chunk", "second", server.chunk());
            client.send("0\r\n\r\n");
            Check.equal("chunk", "", server.chunk());
            server.send(Scene.OK);
            Check.status(200, client.response());
        }));
        cases.add(should("the pieces of a long body with a length are passed on when they arrive", "ours", scene -> {
            String half = "h".repeat(20_000);
            Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: 40000") + half);
            Wire server = scene.server();
            server.head();
            server.expect(half);
            client.send(half);
            server.expect(half);
            server.send(Scene.OK);
            Check.status(200, client.response());
        }));
        cases.add(should("a form stays unchanged", "mitre #83, SCG #3094", scene -> {
            Message seen = scene.forwarded(post("a=1&b=%20+&c", "Content-Type: application/x-www-form-urlencoded"));
            Check.equal("body", "a=1&b=%20+&c", seen.body());
            Check.equal(
                    "Content-Type",
                    "application/x-www-form-urlencoded",
                    seen.head().joined("Content-Type"));
        }));
        cases.add(should("a multipart body and its boundary stay unchanged", "SCG #3220", scene -> {
            String type = "multipart/form-data;  boundary=\"a b\"";
            String body = "--a b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n1\r\n--a b--\r\n";
            Message seen = scene.forwarded(post(body, "Content-Type: " + type));
            Check.equal("body", body, seen.body());
            Check.equal("Content-Type", type, seen.head().joined("Content-Type"));
        }));
        cases.add(should("an encoded body is not decoded", "RFC 9110 §8.4", scene -> {
            Message seen = scene.forwarded(post("\u001f\u008b\b\u0000", "Content-Encoding: gzip"));
            Check.equal("body", "\u001f\u008b\b\u0000", seen.body());
            Check.equal("Content-Encoding", "gzip", seen.head().joined("Content-Encoding"));
        }));
        cases.add(should("every octet goes through", "RFC 9110 §6.4", scene -> {
            StringBuilder octets = new StringBuilder();
            for (char c = 0; c < 256; c++) {
                octets.append(c);
            }
            Check.equal(
                    "body",
                    octets.toString(),
                    scene.forwarded(post(octets.toString())).body());
        }));
        cases.add(should("a body of a megabyte less one byte goes through", "thruster #111", scene -> {
            String body = new String(Wire.filled(1024 * 1024 - 1), java.nio.charset.StandardCharsets.ISO_8859_1);
            Wire client = scene.client();
            client.sendInBackground(Wire.latin1(post(body)));
            Wire server = scene.server();
            Message seen = server.request();
            server.send(Scene.OK);
            Check.equal("length", body.length(), seen.body().length());
            Check.status(200, client.response());
        }));
        for (String method : List.of("GET", "DELETE", "OPTIONS", "PATCH", "PUT")) {
            cases.add(should(
                    "a body of " + method + " is forwarded",
                    "RFC 9110 §9.3.1",
                    scene -> Check.equal(
                            "body",
                            "hello",
                            scene.forwarded(request(method + " /", "Content-Length: 5") + "hello")
                                    .body())));
        }
        cases.add(must("a repeated equal Content-Length is refused or sent once", "RFC 9110 §8.6", scene -> {
            Wire client =
                    scene.client(UNTRUSTED, request("POST /", "Content-Length: 5", "Content-Length: 5") + "hello");
            Wire server = scene.serverUnlessAnswered(client);
            if (server == null) {
                Check.status(400, client.response());
            } else {
                // request() reads the message strictly.
                Check.equal("body", "hello", server.request().body());
                server.send(Scene.OK);
                Check.status(200, client.response());
            }
        }));
        cases.add(must(
                "differing Content-Lengths are refused",
                "RFC 9112 §6.3",
                scene -> Check.status(
                        400, scene.refused(request("POST /", "Content-Length: 5", "Content-Length: 6") + "hello!"))));
        cases.add(must(
                "Content-Length with Transfer-Encoding is refused or sent with one of them", "RFC 9112 §6.1", scene -> {
                    Wire client = scene.client(
                            UNTRUSTED, request("POST /", "Content-Length: 3", CHUNKED) + "5\r\nhello\r\n0\r\n\r\n");
                    Wire server = scene.serverUnlessAnswered(client);
                    if (server == null) {
                        Check.status(400, client.response());
                    } else {
                        Check.equal("body", "hello", server.request().body());
                        server.send(Scene.OK);
                        Check.status(200, client.response());
                        client.endWithin(PROMPTLY);
                    }
                }));
        cases.add(should("an unknown transfer coding is refused with 501 or 400", "RFC 9112 §6.1", scene -> {
            int status = scene.refused(request("POST /", "Transfer-Encoding: zip, chunked") + "0\r\n\r\n")
                    .status();
            Check.that(status == 501 || status == 400, "answered " + status);
        }));
        cases.add(must("a transfer coding that does not end with chunked is refused", "RFC 9112 §6.3", scene -> {
            int status = scene.refused(request("POST /", "Transfer-Encoding: chunked, gzip") + "0\r\n\r\n")
                    .status();
            Check.that(status == 501 || status == 400, "answered " + status);
        }));
        return cases;
    }
}
