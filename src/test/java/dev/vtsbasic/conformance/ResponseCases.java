package dev.vtsbasic.conformance;

import static dev.vtsbasic.conformance.Case.must;
import static dev.vtsbasic.conformance.Case.ours;
import static dev.vtsbasic.conformance.Case.should;
import static dev.vtsbasic.conformance.Scene.OK;
import static dev.vtsbasic.conformance.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.Scene.answer;
import static dev.vtsbasic.conformance.Scene.get;
import static dev.vtsbasic.conformance.Scene.millis;
import static dev.vtsbasic.conformance.Scene.request;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Answers on their way to the client. */
final class ResponseCases {
    private static final String EMPTY = "Content-Length: 0";

    private ResponseCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int status : List.of(
                200, 201, 202, 203, 207, 299, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 418, 422, 429, 451, 500,
                501, 503, 599)) {
            cases.add(should("status " + status + " and its body pass", "RFC 9110 §7.7", scene -> {
                Message got = scene.got(answer(status + " Status", "Content-Length: 4") + "body");
                Check.status(status, got);
                Check.equal("body", "body", got.body());
            }));
        }
        cases.add(should(
                        "the reason phrase passes",
                        "RFC 9112 §4",
                        scene -> Check.equal(
                                "status line",
                                "HTTP/1.1 200 Quite Fine",
                                scene.got(answer("200 Quite Fine", EMPTY))
                                        .head()
                                        .startLine()))
                .limitedBy("a servlet cannot set one; the standard one is sent"));
        cases.add(must(
                "an answer without a reason phrase is understood",
                "RFC 9112 §4",
                scene -> Check.status(200, scene.got("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"))));
        untouched().forEach((name, value) -> {
            Case c = should(name + " reaches the client as it is", "RFC 9110 §7.7", scene -> {
                Head head =
                        scene.got(answer("200 OK", name + ": " + value, EMPTY)).head();
                Check.equal(name, List.of(value), head.all(name));
            });
            cases.add(c);
        });
        headers(cases);
        framing(cases);
        interim(cases);
        return cases;
    }

    private static Map<String, String> untouched() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Location", "http://127.0.0.1:8081/a%2Fb?c=d#e");
        fields.put("Set-Cookie", "a=1; Path=/x; Domain=site.example; SameSite=Lax; HttpOnly");
        fields.put("ETag", "W/\"a b\"");
        fields.put("Cache-Control", "private, max-age=0, stale-while-revalidate=5");
        fields.put("Vary", "Accept-Encoding, Cookie");
        fields.put("Date", "Sun, 06 Nov 1994 08:49:37 GMT");
        fields.put("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT");
        fields.put("Server", "app/1.0");
        fields.put("Content-Type", "text/html; charset=utf-8");
        fields.put("Content-Language", "en-GB, fr");
        fields.put("Content-Disposition", "attachment; filename=\"a b.txt\"");
        fields.put("Content-Security-Policy", "default-src 'self'; img-src *");
        fields.put("Access-Control-Allow-Origin", "*");
        fields.put("WWW-Authenticate", "Basic realm=\"a, b\", Digest realm=\"c\"");
        fields.put("X-Powered-By", "app");
        fields.put("Accept-Ranges", "bytes");
        return fields;
    }

    private static void headers(List<Case> cases) {
        cases.add(must(
                "several Set-Cookie lines stay apart and in order",
                "RFC 9110 §5.3",
                scene -> Check.equal(
                        "Set-Cookie",
                        List.of("a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "b=2", "c=3"),
                        scene.got(answer(
                                        "200 OK",
                                        "Set-Cookie: a=1; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                                        "Set-Cookie: b=2",
                                        EMPTY,
                                        "Set-Cookie: c=3"))
                                .head()
                                .all("Set-Cookie"))));
        cases.add(must(
                "lines of one field stay in order",
                "RFC 9110 §5.3",
                scene -> Check.equal(
                        "Link",
                        "</a>; rel=preload, </b>, </c>",
                        scene.got(answer("200 OK", "Link: </a>; rel=preload", "Link: </b>", EMPTY, "Link: </c>"))
                                .head()
                                .joined("Link"))));
        cases.add(should(
                "an empty value in an answer stays",
                "RFC 9110 §5.5",
                scene -> Check.equal(
                        "X-Empty",
                        List.of(""),
                        scene.got(answer("200 OK", "X-Empty:", EMPTY)).head().all("X-Empty"))));
        cases.add(should(
                "octets above 127 in an answer's value stay",
                "RFC 9110 §5.5",
                scene -> Check.equal(
                        "X-Name",
                        List.of("caf\u00c3\u00a9 \u00e9"),
                        scene.got(answer("200 OK", "X-Name: caf\u00c3\u00a9 \u00e9", EMPTY))
                                .head()
                                .all("X-Name"))));
        cases.add(should(
                "a name with unusual letters in an answer stays",
                "RFC 9110 §5.1",
                scene -> Check.equal(
                        "x_a.b~c",
                        List.of("1"),
                        scene.got(answer("200 OK", "x_a.b~c: 1", EMPTY)).head().all("x_a.b~c"))));
        cases.add(must("an answer's Connection options and what they name go no further", "RFC 9110 §7.6.1", scene -> {
            Head head = scene.got(answer("200 OK", "Connection: X-Hop", "X-Hop: 1", "X-End: 2", EMPTY))
                    .head();
            Check.absent(head, "X-Hop");
            Check.that(!head.joined("Connection").contains("X-Hop"), "Connection: " + head.joined("Connection"));
            Check.equal("X-End", "2", head.joined("X-End"));
        }));
        cases.add(must("an answer's Keep-Alive goes no further", "RFC 9110 §7.6.1", scene -> {
            Head head =
                    scene.got(answer("200 OK", "Keep-Alive: timeout=77", EMPTY)).head();
            Check.that(!head.joined("Keep-Alive").contains("77"), "Keep-Alive: " + head.joined("Keep-Alive"));
        }));
        cases.add(should(
                "an answer without Content-Type gets none",
                "RFC 9110 §8.3",
                scene -> Check.absent(scene.got(OK).head(), "Content-Type")));
        cases.add(should("an answer's head of 7 kB passes", "RFC 9110 §5.4", scene -> {
            String value = "v".repeat(7_000);
            Check.equal(
                    "X-Long",
                    List.of(value),
                    scene.got(answer("200 OK", "X-Long: " + value, EMPTY))
                            .head()
                            .all("X-Long"));
        }));
        cases.add(must("a folded line of an answer is unfolded, or answered 502", "RFC 9112 §5.2", scene -> {
            Message got = scene.got(answer("200 OK", "X-Fold: a\r\n b", EMPTY));
            Check.that(got.status() == 502 || got.head().joined("X-Fold").matches("a +b"), "got " + got.head());
        }));
        for (String control : List.of("\u0000", "\r")) {
            String name = control.equals("\r") ? "a bare CR" : "a NUL";
            cases.add(must(
                    name + " in a value of an answer becomes a space, or is answered 502", "RFC 9110 §5.5", scene -> {
                        // Reads the head strictly.
                        Message got = scene.got(answer("200 OK", "X-Control: a" + control + "Set-Cookie: b", EMPTY));
                        Check.that(
                                got.status() == 502
                                        || got.head().joined("X-Control").equals("a Set-Cookie: b"),
                                "got " + got.head());
                    }));
        }
        cases.add(must(
                "white space before a colon in an answer is removed, or answered 502", "RFC 9112 §5.1", scene -> {
                    Message got = scene.got(answer("200 OK", "X-Space : 1", EMPTY));
                    Check.that(
                            got.status() == 502 || got.head().joined("X-Space").equals("1"), "got " + got.head());
                }));
        cases.add(should(
                "an answer's Date is not doubled, and a missing one may be added",
                "RFC 9110 §6.6.1",
                scene -> Check.that(scene.got(OK).head().all("Date").size() <= 1, "several Dates")));
    }

    private static void framing(List<Case> cases) {
        cases.add(must("HEAD is answered without a body", "RFC 9110 §9.3.2", scene -> {
            Wire client = scene.client(UNTRUSTED, request("HEAD /"));
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", "Content-Length: 5"));
            Message got = client.response("HEAD");
            Check.equal("Content-Length", List.of("5"), got.head().all("Content-Length"));
            Check.that(client.isSilentFor(millis(100)), "something follows");
        }));
        cases.add(must("HEAD without a length gets no invented one", "RFC 9110 §8.6", scene -> {
            Head head = scene.got(request("HEAD /"), answer("200 OK", "ETag: \"a\""))
                    .head();
            Check.absent(head, "Content-Length");
        }));
        cases.add(must("HEAD of a chunked page has no body and no length", "RFC 9112 §6.1", scene -> {
            Wire client = scene.client(UNTRUSTED, request("HEAD /"));
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", "Transfer-Encoding: chunked"));
            Check.absent(client.response("HEAD").head(), "Content-Length");
            Check.that(client.isSilentFor(millis(100)), "something follows");
        }));
        cases.add(should("the answer to HEAD lets both connections serve on", "RFC 9110 §9.3.2", scene -> {
            Wire client = scene.client(UNTRUSTED, request("HEAD /"));
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", "Content-Length: 500"));
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
            server.send(answer("204 No Content", "X-End: 1"));
            Head head = client.response().head();
            Check.equal("status", 204, head.status());
            Check.absent(head, "Content-Length");
            Check.absent(head, "Transfer-Encoding");
            Check.that(client.isSilentFor(millis(100)), "something follows");
        }));
        cases.add(must(
                "a server's Content-Length on 204 does not reach the client", "RFC 9110 §8.6, bun #15355", scene -> {
                    Head head = scene.got(answer("204 No Content", EMPTY)).head();
                    Check.equal("status", 204, head.status());
                    Check.absent(head, "Content-Length");
                }));
        cases.add(must("304 has no body, and its validators pass", "RFC 9110 §15.4.5", scene -> {
            Wire client = scene.client(UNTRUSTED, get("If-None-Match: \"a\""));
            Wire server = scene.server();
            server.request();
            server.send(answer("304 Not Modified", "ETag: \"a\"", "Cache-Control: no-cache", "Vary: Cookie"));
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
            server.send(answer("304 Not Modified", "Content-Length: 500"));
            Check.status(304, client.response());
            client.send(get());
            server.request();
            server.send(OK);
            Check.equal("body", "ok", client.response().body());
        }));
        cases.add(should("Content-Length is kept in an answer", "RFC 9110 §8.6", scene -> {
            Message got = scene.got(OK);
            Check.equal("framing", Message.Framing.LENGTH, got.framing());
            Check.equal("body", "ok", got.body());
        }));
        cases.add(should(
                "a Content-Length of 0 is kept in an answer",
                "RFC 9110 §8.6",
                scene -> Check.equal(
                        "Content-Length",
                        List.of("0"),
                        scene.got(answer("200 OK", EMPTY)).head().all("Content-Length"))));
        cases.add(must("a chunked answer arrives whole", "RFC 9112 §7.1", scene -> {
            Message got = scene.got(
                    answer("200 OK", "Transfer-Encoding: chunked") + "5;x=y\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
            Check.equal("body", "hello world", got.body());
            Check.that(got.complete(), "not complete");
        }));
        cases.add(must("a chunked answer is not sent chunked to HTTP/1.0", "RFC 9112 §6.1", scene -> {
            Message got = scene.got(
                    "GET / HTTP/1.0\r\nHost: site.example\r\n\r\n",
                    answer("200 OK", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n");
            Check.absent(got.head(), "Transfer-Encoding");
            Check.equal("body", "hello", got.body());
        }));
        cases.add(must("an answer that ends with the connection arrives whole", "RFC 9112 §6.3", scene -> {
            Message got = scene.gotThenClosed(get(), answer("200 OK") + "hello");
            Check.equal("body", "hello", got.body());
            Check.that(got.complete(), "not complete");
        }));
        cases.add(must("an answer of HTTP/1.0 arrives whole, as HTTP/1.1", "RFC 9110 §2.5", scene -> {
            Message got = scene.gotThenClosed(get(), "HTTP/1.0 200 OK\r\n\r\nhello");
            Check.that(
                    got.head().startLine().startsWith("HTTP/1.1 "), got.head().startLine());
            Check.equal("body", "hello", got.body());
        }));
        cases.add(must(
                "Content-Length beside Transfer-Encoding in an answer is removed, or answered 502",
                "RFC 9112 §6.3",
                scene -> {
                    Message got = scene.got(answer("200 OK", "Content-Length: 3", "Transfer-Encoding: chunked")
                            + "5\r\nhello\r\n0\r\n\r\n");
                    Check.that(got.status() == 502 || got.body().equals("hello"), "got " + got);
                }));
        cases.add(must(
                "equal Content-Lengths of an answer are sent once, or answered 502",
                "RFC 9110 §8.6, bun #29714",
                scene -> {
                    // Reads a message strictly.
                    Message got = scene.got(answer("200 OK", "Content-Length: 2", "Content-Length: 2") + "ok");
                    Check.that(got.status() == 502 || got.body().equals("ok"), "got " + got);
                }));
        cases.add(should("an encoded answer is not decoded", "mitre PR 183", scene -> {
            Message got =
                    scene.got(answer("200 OK", "Content-Encoding: gzip", "Content-Length: 4") + "\u001f\u008b\b\u0000");
            Check.equal("body", "\u001f\u008b\b\u0000", got.body());
            Check.equal("Content-Encoding", "gzip", got.head().joined("Content-Encoding"));
        }));
        cases.add(should("an answer is not encoded on the way", "RFC 9110 §7.7", scene -> {
            Message got = scene.got(
                    get("Accept-Encoding: gzip, br"),
                    answer("200 OK", "Content-Type: text/html", "Content-Length: 4000") + "a".repeat(4000));
            Check.equal("body", "a".repeat(4000), got.body());
            Check.absent(got.head(), "Content-Encoding");
        }));
        cases.add(should("a part of a file passes", "RFC 9110 §15.3.7", scene -> {
            Message got = scene.got(
                    get("Range: bytes=1-2"),
                    answer("206 Partial Content", "Content-Range: bytes 1-2/5", "Content-Length: 2") + "el");
            Check.status(206, got);
            Check.equal("Content-Range", "bytes 1-2/5", got.head().joined("Content-Range"));
        }));
        cases.add(should("every octet of an answer goes through", "RFC 9110 §6.4", scene -> {
            StringBuilder octets = new StringBuilder();
            for (char c = 0; c < 256; c++) {
                octets.append(c);
            }
            Message got = scene.got(answer("200 OK", "Content-Length: 256") + octets);
            Check.equal("body", octets.toString(), got.body());
        }));
        cases.add(should("an answer of 4 MB goes through", "RFC 9110 §6.4", scene -> {
            int length = 4 * 1024 * 1024;
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", "Content-Length: " + length));
            server.sendInBackground(Wire.filled(length));
            Message got = client.response();
            Check.equal("length", length, got.body().length());
        }));
        cases.add(ours("trailers reach a client that says it takes them", "ours, RFC 9110 §6.5", scene -> {
            Message got = scene.got(
                    get("TE: trailers", "Connection: TE"),
                    answer("200 OK", "Transfer-Encoding: chunked", "Trailer: X-Sum")
                            + "5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
            Check.equal("body", "hello", got.body());
            Check.equal("X-Sum", "42", got.trailer("X-Sum"));
        }));
        cases.add(must("trailers of an answer do not become header fields and do no harm", "RFC 9110 §6.5.1", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", "Transfer-Encoding: chunked")
                    + "5\r\nhello\r\n0\r\nX-Sum: 42\r\nContent-Length: 9\r\n\r\n");
            Message got = client.response();
            Check.absent(got.head(), "X-Sum");
            Check.equal("Content-Length in the trailers", "", got.trailer("Content-Length"));
            client.send(get());
            server.request();
            server.send(OK);
            Check.equal("body", "ok", client.response().body());
        }));
    }

    private static void interim(List<Case> cases) {
        cases.add(must("103 Early Hints is passed on or dropped, and the answer follows", "RFC 9110 §15.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("103 Early Hints", "Link: </a.css>; rel=preload") + OK);
            Message got = client.response();
            Message last = got.status() == 103 ? client.response() : got;
            Check.status(200, last);
            Check.equal("body", "ok", last.body());
            Check.absent(last.head(), "Link");
        }));
        cases.add(ours("103 Early Hints reaches the client before the answer", "RFC 8297, caddy #6041", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("103 Early Hints", "Link: </a.css>; rel=preload"));
            Message hints = client.response();
            Check.status(103, hints);
            Check.equal("Link", "</a.css>; rel=preload", hints.head().joined("Link"));
            server.send(OK);
            Check.status(200, client.response());
        }));
        cases.add(must("several interim answers do not confuse the proxy", "RFC 9110 §15.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("102 Processing")
                    + answer("103 Early Hints", "Link: </a>")
                    + answer("100 Continue")
                    + answer("199 Odd")
                    + OK);
            Message got = client.response();
            for (int i = 0; i < 4 && got.status() < 200; i++) {
                got = client.response();
            }
            Check.equal("body", "ok", got.body());
        }));
        cases.add(must(
                "no interim answer is sent to a client of HTTP/1.0",
                "RFC 9110 §15.2",
                scene -> Check.status(
                        200,
                        scene.got("GET / HTTP/1.0\r\nHost: site.example\r\n\r\n", answer("103 Early Hints") + OK))));
    }
}
