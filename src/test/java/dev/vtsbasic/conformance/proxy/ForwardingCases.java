package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Scene.TRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The header fields that tell the server about the client, and the proxies that are trusted to send them. */
public final class ForwardingCases {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String TRACE_FORM = "00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}";

    private ForwardingCases() {}

    public static List<Case> all() {
        return Stream.of(basics(), hosts(), schemes(), clients())
                .flatMap(List::stream)
                .toList();
    }

    private static List<Case> hosts() {
        List<Case> cases = new ArrayList<>();
        for (String host : List.of(
                "shop.example/admin?",
                "shop.example?",
                "user@evil.example",
                "a\\b",
                "a#b",
                "a:99999",
                "a:x",
                "a:",
                "[::1",
                "[zz]",
                "1.2.3.999",
                "0x7f.1",
                "a b",
                "a%2fb")) {
            cases.add(ours(
                    "X-Forwarded-Host \"" + host + "\" of a trusted proxy counts as if it were absent",
                    "ours",
                    scene -> {
                        Head head = scene.forwardedFrom(TRUSTED, get("X-Forwarded-Host: " + host))
                                .head();
                        Check.equal("X-Forwarded-Host", List.of("site.example"), head.all("X-Forwarded-Host"));
                        Check.that(!head.joined("Forwarded").contains(host), head.joined("Forwarded"));
                    }));
        }
        cases.add(told("X-Forwarded-Host", "my_app:81", "X-Forwarded-Host: my_app:81"));
        cases.add(told("X-Forwarded-Host", "[2001:db8::1]", "X-Forwarded-Host: [2001:db8::1]"));
        cases.add(told("X-Forwarded-Host", "a.example", "X-Forwarded-Host: a.example, b.example"));
        cases.add(told(
                "X-Forwarded-Host",
                "b.example",
                "X-Forwarded-For: 9.9.9.9, 192.0.2.7",
                "X-Forwarded-Host: a.example, b.example"));
        cases.add(told("X-Forwarded-Host", "a.example:81", "Forwarded: for=192.0.2.7;host=\"a.example:81\""));
        return cases;
    }

    private static List<Case> schemes() {
        return List.of(
                told("X-Forwarded-Proto", "https", "X-Forwarded-Proto: HTTPS"),
                told("X-Forwarded-Proto", "https", "X-Forwarded-Proto: wss"),
                told("X-Forwarded-Proto", "http", "X-Forwarded-Proto: ws"),
                told("X-Forwarded-Proto", "http", "X-Forwarded-Proto: gopher"),
                told("X-Forwarded-Proto", "https", "X-Forwarded-Proto: https,http"),
                told("X-Forwarded-Proto", "https", "X-Forwarded-Proto: https", "X-Forwarded-Proto: http"),
                told("X-Forwarded-Proto", "https", "X-Forwarded-Proto: https, https"),
                told(
                        "X-Forwarded-Proto",
                        "https",
                        "X-Forwarded-For: 9.9.9.9, 192.0.2.7",
                        "X-Forwarded-Proto: http, https"),
                told("X-Forwarded-Proto", "https", "Forwarded: for=_hidden;proto=HTTPS"),
                told("X-Forwarded-Proto", "http", "X-Forwarded-For: 192.0.2.7", "Forwarded: proto=https"),
                told("X-Forwarded-Port", "443", "X-Forwarded-Proto: https"),
                told("X-Forwarded-Port", "443", "X-Forwarded-Proto: https", "X-Forwarded-Port: 99999"),
                told("X-Forwarded-Port", "8443", "X-Forwarded-Proto: https", "X-Forwarded-Host: a.example:8443"),
                told("X-Forwarded-Port", "444", "X-Forwarded-Port: 444, 80"));
    }

    private static List<Case> clients() {
        return List.of(
                told("X-Real-IP", TRUSTED, "X-Real-IP: 9.9.9.9"),
                told("X-Real-IP", "192.0.2.7", "X-Real-IP: 9.9.9.9", "X-Forwarded-For: 9.9.9.9, 192.0.2.7"),
                told("X-Real-IP", "2001:db8::7", "X-Forwarded-For: [2001:DB8:0:0:0:0:0:7]:4711"),
                told("X-Real-IP", "2001:db8::7", "Forwarded: for=\"[2001:db8::7]:4711\""),
                told("X-Real-IP", TRUSTED, "Forwarded: for=\"[2001:db8::7]"),
                told("X-Forwarded-For", "192.0.2.7, " + TRUSTED, "Forwarded: for=9.9.9.9, for=192.0.2.7"),
                ours("Forwarded is written anew where X-Forwarded-For counts", "RFC 7239 §7.4", scene -> {
                    List<String> values = header(
                            scene,
                            TRUSTED,
                            "Forwarded",
                            "X-Forwarded-For: 9.9.9.9, ::1",
                            "X-Forwarded-Proto: https",
                            "Forwarded: for=6.6.6.6");
                    Check.equal(
                            "Forwarded",
                            List.of("for=\"[::1]\";host=site.example;proto=https, for=" + TRUSTED
                                    + ";host=site.example;proto=http"),
                            values);
                }),
                ours(
                        "X-Real-IP of an untrusted client is replaced by the client's address",
                        "ours",
                        scene -> Check.equal(
                                "X-Real-IP",
                                List.of(UNTRUSTED),
                                header(scene, UNTRUSTED, "X-Real-IP", "X-Real-IP: 9.9.9.9", "X-Real-IP: 8.8.8.8"))));
    }

    /** A case in which a trusted proxy sends these fields, and the server must get a field with this value. */
    private static Case told(String name, String value, String... fields) {
        return ours(
                name + " is " + value + " after a trusted proxy's \"" + String.join("\", \"", fields) + "\"",
                "ours",
                scene -> Check.equal(name, List.of(value), header(scene, TRUSTED, name, fields)));
    }

    private static List<Case> basics() {
        return List.of(
                ours(
                        "X-Forwarded-For tells the client's address",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-For", List.of(UNTRUSTED), header(scene, UNTRUSTED, "X-Forwarded-For"))),
                ours(
                        "X-Forwarded-Proto tells the scheme",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Proto", List.of("http"), header(scene, UNTRUSTED, "X-Forwarded-Proto"))),
                ours(
                        "X-Forwarded-Host tells the Host",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Host",
                                List.of("site.example"),
                                header(scene, UNTRUSTED, "X-Forwarded-Host"))),
                ours("X-Forwarded-Port tells a port", "ours", scene -> {
                    List<String> ports = header(scene, UNTRUSTED, "X-Forwarded-Port");
                    Check.that(ports.size() == 1 && ports.get(0).matches("\\d+"), "X-Forwarded-Port: " + ports);
                }),
                ours("Forwarded tells address, scheme and Host", "RFC 7239", scene -> {
                    List<String> values = header(scene, UNTRUSTED, "Forwarded");
                    Check.equal("lines of Forwarded", 1, values.size());
                    Check.that(values.get(0).matches("(?i).*for=\"?127\\.0\\.0\\.1(:\\d+)?\"?.*"), values.get(0));
                    Check.that(values.get(0).matches("(?i).*proto=\"?http\"?.*"), values.get(0));
                    Check.that(values.get(0).matches("(?i).*host=\"?site\\.example\"?.*"), values.get(0));
                }),
                ours(
                        "X-Forwarded-For of an untrusted client is ignored",
                        "ours, SCG CVE-2025-41235",
                        scene -> Check.equal(
                                "X-Forwarded-For",
                                List.of(UNTRUSTED),
                                header(scene, UNTRUSTED, "X-Forwarded-For", "X-Forwarded-For: 9.9.9.9"))),
                ours(
                        "X-Forwarded-Proto of an untrusted client is ignored",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Proto",
                                List.of("http"),
                                header(scene, UNTRUSTED, "X-Forwarded-Proto", "X-Forwarded-Proto: https"))),
                ours(
                        "X-Forwarded-Host of an untrusted client is ignored",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Host",
                                List.of("site.example"),
                                header(scene, UNTRUSTED, "X-Forwarded-Host", "X-Forwarded-Host: evil.example"))),
                ours(
                        "other X-Forwarded fields of an untrusted client are dropped",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Prefix",
                                List.of(),
                                header(scene, UNTRUSTED, "X-Forwarded-Prefix", "X-Forwarded-Prefix: /evil"))),
                ours(
                        "Forwarded of an untrusted client is ignored",
                        "ours, RFC 7239 §8.1",
                        scene -> Check.that(
                                !header(scene, UNTRUSTED, "Forwarded", "Forwarded: for=9.9.9.9;proto=https")
                                        .toString()
                                        .contains("9.9.9.9"),
                                "it is forwarded")),
                ours(
                        "X-Forwarded-For of a trusted proxy is kept and extended",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-For",
                                "9.9.9.9, " + TRUSTED,
                                String.join(
                                        ", ", header(scene, TRUSTED, "X-Forwarded-For", "X-Forwarded-For: 9.9.9.9")))),
                ours(
                        "X-Forwarded-Proto of a trusted proxy is kept",
                        "ours, kit #6589",
                        scene -> Check.equal(
                                "X-Forwarded-Proto",
                                List.of("https"),
                                header(scene, TRUSTED, "X-Forwarded-Proto", "X-Forwarded-Proto: https"))),
                ours(
                        "X-Forwarded-Host of a trusted proxy is kept",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Host",
                                List.of("public.example"),
                                header(scene, TRUSTED, "X-Forwarded-Host", "X-Forwarded-Host: public.example"))),
                ours(
                        "X-Forwarded-Port of a trusted proxy is kept",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Port",
                                List.of("8443"),
                                header(scene, TRUSTED, "X-Forwarded-Port", "X-Forwarded-Port: 8443"))),
                ours("Forwarded of a trusted proxy is kept and extended", "RFC 7239 §4", scene -> {
                    String value = String.join(
                            ", ", header(scene, TRUSTED, "Forwarded", "Forwarded: for=9.9.9.9;proto=https"));
                    Check.that(value.startsWith("for=9.9.9.9;proto=https,"), "Forwarded: " + value);
                    Check.that(value.matches("(?i).*,.*for=\"?127\\.0\\.0\\.2(:\\d+)?\"?.*"), "Forwarded: " + value);
                }),
                ours(
                        "Connection cannot take the X-Forwarded fields away",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-For",
                                List.of(UNTRUSTED),
                                header(scene, UNTRUSTED, "X-Forwarded-For", "Connection: X-Forwarded-For, Forwarded"))),
                ours("a request gets an id", "ours", scene -> {
                    List<String> ids = header(scene, UNTRUSTED, "X-Request-Id");
                    Check.that(ids.size() == 1 && ids.get(0).length() >= 8, "X-Request-Id: " + ids);
                }),
                ours(
                        "two requests get different ids",
                        "ours",
                        scene -> Check.that(
                                !header(scene, UNTRUSTED, "X-Request-Id")
                                        .equals(header(scene, UNTRUSTED, "X-Request-Id", "X-Second: 1")),
                                "the same, or none")),
                ours("an untrusted client's request id is replaced", "ours", scene -> {
                    List<String> ids = header(scene, UNTRUSTED, "X-Request-Id", "X-Request-Id: forged-by-client");
                    Check.that(ids.size() == 1 && !ids.get(0).contains("forged"), "X-Request-Id: " + ids);
                }),
                ours(
                        "a trusted proxy's request id is kept",
                        "ours",
                        scene -> Check.equal(
                                "X-Request-Id",
                                List.of("from-the-edge-1234"),
                                header(scene, TRUSTED, "X-Request-Id", "X-Request-Id: from-the-edge-1234"))),
                ours("a traceparent is created", "W3C Trace Context §4", scene -> {
                    List<String> values = header(scene, UNTRUSTED, "traceparent");
                    Check.that(values.size() == 1 && values.get(0).matches(TRACE_FORM), "traceparent: " + values);
                }),
                ours("a traceparent is continued, with its tracestate", "W3C Trace Context §4.3", scene -> {
                    Head head = scene.forwarded(get("traceparent: " + TRACE, "tracestate: a=1,b=2"))
                            .head();
                    String value = head.joined("traceparent");
                    Check.that(value.matches(TRACE_FORM), "traceparent: " + value);
                    Check.equal("trace id", TRACE.substring(3, 35), value.substring(3, 35));
                    Check.equal("tracestate", "a=1,b=2", head.joined("tracestate"));
                }),
                ours(
                        "a malformed traceparent is replaced, and its tracestate dropped",
                        "W3C Trace Context §4.3",
                        scene -> {
                            Head head = scene.forwarded(
                                            get("traceparent: 00-zz-00f067aa0ba902b7-01", "tracestate: a=1"))
                                    .head();
                            Check.that(head.joined("traceparent").matches(TRACE_FORM), head.joined("traceparent"));
                            Check.absent(head, "tracestate");
                        }),
                ours("a traceparent of zeros is replaced", "W3C Trace Context §3.2.2.3", scene -> {
                    String value = String.join(
                            ", ",
                            header(
                                    scene,
                                    UNTRUSTED,
                                    "traceparent",
                                    "traceparent: 00-" + "0".repeat(32) + "-00f067aa0ba902b7-01"));
                    Check.that(value.matches(TRACE_FORM) && !value.contains("0".repeat(32)), "traceparent: " + value);
                }),
                must(
                        "a second request on a connection does not get the first one's client address",
                        "RFC 9110 §7.6",
                        scene -> {
                            Wire client = scene.client(TRUSTED, get("X-Forwarded-For: 9.9.9.9"));
                            Wire server = scene.server();
                            server.request();
                            server.send(Scene.OK);
                            client.response();
                            client.send(get());
                            Check.that(
                                    !server.request()
                                            .head()
                                            .joined("X-Forwarded-For")
                                            .contains("9.9.9.9"),
                                    "the first one's address is told again");
                        }));
    }

    private static List<String> header(Scene scene, String from, String name, String... fields) throws Exception {
        return scene.forwardedFrom(from, get(fields)).head().all(name);
    }
}
