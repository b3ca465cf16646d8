package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.get;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Header fields on their way to the server. */
public final class RequestHeaderCases {
    private RequestHeaderCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        untouched()
                .forEach((name, value) -> cases.add(should(
                        name + " reaches the server unchanged",
                        "RFC 9110 §7.7",
                        scene -> Check.equal(
                                name,
                                List.of(value),
                                scene.forwarded(get(name + ": " + value)).head().all(name)))));
        dropped()
                .forEach((field, source) -> cases.add(must("\"" + field + "\" is not forwarded", source, scene -> {
                    String name = field.substring(0, field.indexOf(':'));
                    Head head = scene.forwarded(get(field)).head();
                    Check.absent(head, name);
                })));
        cases.add(ours(
                "Proxy-Authorization is not forwarded",
                "ours",
                scene -> Check.absent(
                        scene.forwarded(get("Proxy-Authorization: Basic eDp5")).head(), "Proxy-Authorization")));
        cases.add(must("a client's Connection options are not forwarded", "RFC 9110 §7.6.1", scene -> {
            Head head =
                    scene.forwarded(get("Connection: close, X-Hop", "X-Hop: 1")).head();
            Check.that(
                    !head.joined("Connection").toLowerCase(Locale.ROOT).contains("x-hop"), head.joined("Connection"));
        }));
        cases.add(must("a field that Connection names is not forwarded", "RFC 9110 §7.6.1", scene -> {
            Head head = scene.forwarded(get("Connection: X-Hop , x-other", "X-Hop: 1", "X-Other: 2", "X-End: 3"))
                    .head();
            Check.absent(head, "X-Hop");
            Check.absent(head, "X-Other");
            Check.equal("X-End", "3", head.joined("X-End"));
        }));
        cases.add(must("fields that a second Connection line names are not forwarded", "RFC 9110 §7.6.1", scene -> {
            Head head = scene.forwarded(get("Connection: X-Hop", "Connection: X-Other", "X-Hop: 1", "X-Other: 2"))
                    .head();
            Check.absent(head, "X-Hop");
            Check.absent(head, "X-Other");
        }));
        cases.add(should(
                "Connection cannot take Host away",
                "RFC 9110 §7.6.1",
                scene -> Check.equal(
                        "Host",
                        List.of("site.example"),
                        scene.forwarded(get("Connection: Host")).head().all("Host"))));
        cases.add(should("Connection: keep-alive takes nothing away", "RFC 9110 §7.6.1", scene -> {
            Head head = scene.forwarded(get("Connection: keep-alive", "Cookie: a=1", "Authorization: Bearer x"))
                    .head();
            Check.equal("Cookie", "a=1", head.joined("Cookie"));
            Check.equal("Authorization", "Bearer x", head.joined("Authorization"));
        }));
        cases.add(must("TE is not forwarded, or only as trailers", "RFC 9110 §10.1.4", scene -> {
            Head head = scene.forwarded(get("TE: trailers, deflate;q=0.5", "Connection: TE"))
                    .head();
            Check.that(List.of("", "trailers").contains(head.joined("TE")), "TE: " + head.joined("TE"));
        }));
        cases.add(must("a Transfer-Encoding is not forwarded with a GET that has none", "RFC 9112 §6.1", scene -> {
            Head head = scene.forwarded(get()).head();
            Check.absent(head, "Transfer-Encoding");
            Check.absent(head, "Content-Length");
        }));
        cases.add(must(
                "exactly one Host is sent",
                "RFC 9112 §3.2",
                scene -> Check.equal(
                        "Host",
                        List.of("site.example"),
                        scene.forwarded(get()).head().all("Host"))));
        cases.add(should(
                "the port in Host is kept",
                "RFC 9110 §7.2, kit #6589",
                scene -> Check.equal(
                        "Host",
                        List.of("site.example:8443"),
                        scene.forwarded("GET / HTTP/1.1\r\nHost: site.example:8443\r\n\r\n")
                                .head()
                                .all("Host"))));
        for (String host : List.of("my_app", "my_app:3000", "_a._b.example", "1_a", "WIN_PC_1")) {
            cases.add(should(
                    "the Host " + host + " is kept",
                    "RFC 3986 §3.2.2, docker compose",
                    scene -> Check.equal(
                            "Host",
                            List.of(host),
                            scene.forwarded("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                                    .head()
                                    .all("Host"))));
        }
        for (String host : List.of("my_app:8_0", "[::_1]", "my_app/a", "u_@my_app")) {
            cases.add(should(
                    "the Host " + host + " is refused",
                    "RFC 9112 §3.2",
                    scene -> Check.status(400, scene.refused("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n"))));
        }
        cases.add(should(
                "a Host with an IPv6 address is kept",
                "RFC 9110 §7.2",
                scene -> Check.equal(
                        "Host",
                        List.of("[::1]:80"),
                        scene.forwarded("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")
                                .head()
                                .all("Host"))));
        cases.add(must(
                "lines of one field keep their order",
                "RFC 9110 §5.3",
                scene -> Check.equal(
                        "X-Item",
                        "1, 2, 3",
                        scene.forwarded(get("X-Item: 1", "X-Else: 0", "X-Item: 2", "X-Item: 3"))
                                .head()
                                .joined("X-Item"))));
        cases.add(should("several Cookie lines all arrive", "RFC 6265 §5.4", scene -> {
            String cookies = scene.forwarded(get("Cookie: a=1; b=2", "Cookie: c=3"))
                    .head()
                    .joined("Cookie");
            Check.equal("Cookie", "a=1; b=2; c=3", cookies.replace(", ", "; "));
        }));
        cases.add(should(
                "an empty value stays an empty value",
                "RFC 9110 §5.5",
                scene -> Check.equal(
                        "X-Empty",
                        List.of(""),
                        scene.forwarded(get("X-Empty:")).head().all("X-Empty"))));
        cases.add(must(
                "white space around a value is not part of it",
                "RFC 9112 §5.1",
                scene -> Check.equal(
                        "X-Space",
                        List.of("a b"),
                        scene.forwarded(get("X-Space: \t a b \t ")).head().all("X-Space"))));
        cases.add(should(
                "a tab and double spaces within a value stay",
                "RFC 9110 §5.5",
                scene -> Check.equal(
                        "X-Tab",
                        List.of("a\tb  c"),
                        scene.forwarded(get("X-Tab: a\tb  c")).head().all("X-Tab"))));
        cases.add(should(
                "octets above 127 in a value stay",
                "RFC 9110 §5.5",
                scene -> Check.equal(
                        "X-Name",
                        List.of("caf\u00c3\u00a9 \u00e9"),
                        scene.forwarded(get("X-Name: caf\u00c3\u00a9 \u00e9"))
                                .head()
                                .all("X-Name"))));
        cases.add(should(
                "a name with an underscore is forwarded",
                "RFC 9110 §5.1",
                scene -> Check.equal(
                        "x_item",
                        List.of("1"),
                        scene.forwarded(get("x_item: 1")).head().all("x_item"))));
        cases.add(should("a value of 7 kB is forwarded", "RFC 9110 §5.4", scene -> {
            String value = "v".repeat(7_000);
            Check.equal(
                    "X-Long",
                    List.of(value),
                    scene.forwarded(get("X-Long: " + value)).head().all("X-Long"));
        }));
        cases.add(should("ninety fields are forwarded", "RFC 9110 §5.4", scene -> {
            String[] fields = new String[90];
            for (int i = 0; i < fields.length; i++) {
                fields[i] = "X-F" + i + ": " + i;
            }
            Head head = scene.forwarded(get(fields)).head();
            for (int i = 0; i < fields.length; i++) {
                Check.equal("X-F" + i, Integer.toString(i), head.joined("X-F" + i));
            }
        }));
        cases.add(must("a head too large to take is refused with 431 or 400", "RFC 6585 §5", scene -> {
            Wire client = scene.client();
            client.sendInBackground(Wire.latin1(get("X-Huge: " + "v".repeat(200_000))));
            int status = client.head().status();
            Check.that(status == 431 || status == 400, "answered " + status);
            scene.assertNotForwardedWithin(Scene.millis(50));
        }));
        cases.add(should("no field of the client's preferences is added", "ours: unchanged", scene -> {
            Head head = scene.forwarded(get()).head();
            for (String name :
                    List.of("User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Cookie", "Content-Type")) {
                Check.absent(head, name);
            }
        }));
        cases.add(must(
                "a Via field names the proxy to the server",
                "RFC 9110 §7.6.3",
                scene -> Check.that(scene.forwarded(get()).head().joined("Via").startsWith("1.1 "), "no Via")));
        cases.add(must(
                "a request without Host is refused",
                "RFC 9112 §3.2",
                scene -> Check.status(400, scene.refused("GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"))));
        cases.add(must(
                "a request with two Host lines is refused",
                "RFC 9112 §3.2",
                scene -> Check.status(400, scene.refused(get("Host: other.example")))));
        cases.add(must(
                "white space before a field's colon is refused",
                "RFC 9112 §5.1",
                scene -> Check.status(400, scene.refused(get("X-Space : 1")))));
        cases.add(must("a folded line is refused or unfolded", "RFC 9112 §5.2", scene -> {
            Wire client = scene.client(Scene.UNTRUSTED, get("X-Fold: a\r\n b"));
            Wire server = scene.serverUnlessAnswered(client);
            if (server == null) {
                Check.status(400, client.response());
            } else {
                Check.that(server.request().head().joined("X-Fold").matches("a +b"), "not unfolded");
                server.send(Scene.OK);
                Check.status(200, client.response());
            }
        }));
        return cases;
    }

    private static Map<String, String> untouched() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Cookie", "a=1; b=\"2, 3\"; c=%20");
        fields.put("Authorization", "Basic dXNlcjpwYXNz");
        fields.put("Accept-Encoding", "gzip, br;q=0.9, zstd");
        fields.put("Accept", "text/html;q=0.9 , */*");
        fields.put("Range", "bytes=0-1,-5");
        fields.put("If-None-Match", "W/\"a\", \"b\"");
        fields.put("If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT");
        fields.put("Cache-Control", "no-cache");
        fields.put("Origin", "https://site.example");
        fields.put("Referer", "https://site.example/a?b#c");
        fields.put("Sec-Fetch-Site", "same-origin");
        fields.put("User-Agent", "Mozilla/5.0 (X11; Linux) Test/1.0");
        return fields;
    }

    private static Map<String, String> dropped() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("Keep-Alive: timeout=5", "RFC 9110 §7.6.1");
        fields.put("Proxy-Connection: keep-alive", "RFC 9110 §7.6.1");
        fields.put("TE: gzip", "RFC 9110 §10.1.4");
        fields.put("Upgrade: h2c", "RFC 9110 §7.8");
        fields.put("HTTP2-Settings: AAMAAABkAAQAAP__", "RFC 7540 §3.2.1");
        return fields;
    }
}
