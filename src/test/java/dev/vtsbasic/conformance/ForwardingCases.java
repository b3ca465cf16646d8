package dev.vtsbasic.conformance;

import static dev.vtsbasic.conformance.Case.must;
import static dev.vtsbasic.conformance.Case.ours;
import static dev.vtsbasic.conformance.Scene.TRUSTED;
import static dev.vtsbasic.conformance.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.Scene.get;

import java.util.List;

/** What the server is told of the client, and who is believed. */
final class ForwardingCases {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String TRACE_FORM = "00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}";

    private ForwardingCases() {}

    static List<Case> all() {
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
                        "X-Forwarded-For of a stranger is not believed",
                        "ours, SCG CVE-2025-41235",
                        scene -> Check.equal(
                                "X-Forwarded-For",
                                List.of(UNTRUSTED),
                                header(scene, UNTRUSTED, "X-Forwarded-For", "X-Forwarded-For: 9.9.9.9"))),
                ours(
                        "X-Forwarded-Proto of a stranger is not believed",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Proto",
                                List.of("http"),
                                header(scene, UNTRUSTED, "X-Forwarded-Proto", "X-Forwarded-Proto: https"))),
                ours(
                        "X-Forwarded-Host of a stranger is not believed",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Host",
                                List.of("site.example"),
                                header(scene, UNTRUSTED, "X-Forwarded-Host", "X-Forwarded-Host: evil.example"))),
                ours(
                        "other X-Forwarded fields of a stranger are dropped",
                        "ours",
                        scene -> Check.equal(
                                "X-Forwarded-Prefix",
                                List.of(),
                                header(scene, UNTRUSTED, "X-Forwarded-Prefix", "X-Forwarded-Prefix: /evil"))),
                ours(
                        "Forwarded of a stranger is not believed",
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
                ours("a stranger's request id is replaced", "ours", scene -> {
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
                    Head head = scene.seen(get("traceparent: " + TRACE, "tracestate: a=1,b=2"))
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
                            Head head = scene.seen(get("traceparent: 00-zz-00f067aa0ba902b7-01", "tracestate: a=1"))
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
                        "a second request on a connection is not told of the first one's client",
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
        return scene.seenFrom(from, get(fields)).head().all(name);
    }
}
