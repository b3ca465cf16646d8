package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.OK;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Status lines and header fields of responses on their way to the client. */
public final class ResponseHeaderCases {
    private static final String EMPTY = "Content-Length: 0";

    private ResponseHeaderCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (int status : List.of(
                200, 201, 202, 203, 207, 299, 301, 302, 303, 307, 308, 400, 401, 403, 404, 409, 418, 422, 429, 451, 500,
                501, 503, 599)) {
            cases.add(should("status " + status + " and its body pass", "RFC 9110 §7.7", scene -> {
                Message got = scene.relayed(response(status + " Status", "Content-Length: 4") + "body");
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
                                scene.relayed(response("200 Quite Fine", EMPTY))
                                        .head()
                                        .startLine()))
                .limitedBy("a servlet cannot set one; the standard one is sent"));
        cases.add(must(
                "a response without a reason phrase is understood",
                "RFC 9112 §4",
                scene -> Check.status(200, scene.relayed("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n"))));
        untouched().forEach((name, value) -> {
            Case c = should(name + " reaches the client unchanged", "RFC 9110 §7.7", scene -> {
                Head head = scene.relayed(response("200 OK", name + ": " + value, EMPTY))
                        .head();
                Check.equal(name, List.of(value), head.all(name));
            });
            cases.add(c);
        });
        headers(cases);
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
                        scene.relayed(response(
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
                        scene.relayed(response("200 OK", "Link: </a>; rel=preload", "Link: </b>", EMPTY, "Link: </c>"))
                                .head()
                                .joined("Link"))));
        cases.add(should(
                "an empty value in a response stays",
                "RFC 9110 §5.5",
                scene -> Check.equal(
                        "X-Empty",
                        List.of(""),
                        scene.relayed(response("200 OK", "X-Empty:", EMPTY))
                                .head()
                                .all("X-Empty"))));
        cases.add(should(
                "octets above 127 in a response's value stay",
                "RFC 9110 §5.5",
                scene -> Check.equal(
                        "X-Name",
                        List.of("caf\u00c3\u00a9 \u00e9"),
                        scene.relayed(response("200 OK", "X-Name: caf\u00c3\u00a9 \u00e9", EMPTY))
                                .head()
                                .all("X-Name"))));
        cases.add(should(
                "a name with unusual letters in a response stays",
                "RFC 9110 §5.1",
                scene -> Check.equal(
                        "x_a.b~c",
                        List.of("1"),
                        scene.relayed(response("200 OK", "x_a.b~c: 1", EMPTY))
                                .head()
                                .all("x_a.b~c"))));
        cases.add(must(
                "a response's Connection options and the fields that they name are not forwarded",
                "RFC 9110 §7.6.1",
                scene -> {
                    Head head = scene.relayed(response("200 OK", "Connection: X-Hop", "X-Hop: 1", "X-End: 2", EMPTY))
                            .head();
                    Check.absent(head, "X-Hop");
                    Check.that(
                            !head.joined("Connection").contains("X-Hop"), "Connection: " + head.joined("Connection"));
                    Check.equal("X-End", "2", head.joined("X-End"));
                }));
        cases.add(must("a response's Keep-Alive is not forwarded", "RFC 9110 §7.6.1", scene -> {
            Head head = scene.relayed(response("200 OK", "Keep-Alive: timeout=77", EMPTY))
                    .head();
            Check.that(!head.joined("Keep-Alive").contains("77"), "Keep-Alive: " + head.joined("Keep-Alive"));
        }));
        cases.add(should(
                "a response without Content-Type gets none",
                "RFC 9110 §8.3",
                scene -> Check.absent(scene.relayed(OK).head(), "Content-Type")));
        cases.add(should("a response's head of 7 kB passes", "RFC 9110 §5.4", scene -> {
            String value = "v".repeat(7_000);
            Check.equal(
                    "X-Long",
                    List.of(value),
                    scene.relayed(response("200 OK", "X-Long: " + value, EMPTY))
                            .head()
                            .all("X-Long"));
        }));
        cases.add(must("a folded line of a response is unfolded, or answered 502", "RFC 9112 §5.2", scene -> {
            Message got = scene.relayed(response("200 OK", "X-Fold: a\r\n b", EMPTY));
            Check.that(got.status() == 502 || got.head().joined("X-Fold").matches("a +b"), "got " + got.head());
        }));
        for (String control : List.of("\u0000", "\r")) {
            String name = control.equals("\r") ? "a bare CR" : "a NUL";
            cases.add(must(
                    name + " in a value of a response becomes a space, or is answered 502", "RFC 9110 §5.5", scene -> {
                        // relayed() reads the head strictly.
                        Message got =
                                scene.relayed(response("200 OK", "X-Control: a" + control + "Set-Cookie: b", EMPTY));
                        Check.that(
                                got.status() == 502
                                        || got.head().joined("X-Control").equals("a Set-Cookie: b"),
                                "got " + got.head());
                    }));
        }
        cases.add(must(
                "white space before a colon in a response is removed, or answered 502", "RFC 9112 §5.1", scene -> {
                    Message got = scene.relayed(response("200 OK", "X-Space : 1", EMPTY));
                    Check.that(
                            got.status() == 502 || got.head().joined("X-Space").equals("1"), "got " + got.head());
                }));
        cases.add(should(
                "a response's Date is not doubled, and a missing one may be added",
                "RFC 9110 §6.6.1",
                scene -> Check.that(scene.relayed(OK).head().all("Date").size() <= 1, "several Dates")));
    }
}
