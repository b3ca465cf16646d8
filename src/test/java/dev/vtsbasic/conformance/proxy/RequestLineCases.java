package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.request;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Methods, targets and versions. */
public final class RequestLineCases {
    private RequestLineCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        targets()
                .forEach((what, target) -> cases.add(should(
                        what + " in the target stays unchanged",
                        "RFC 9110 §7.7",
                        scene -> Check.equal(
                                "target",
                                target,
                                scene.forwarded(request("GET " + target)).head().target()))));
        relaxedTargets()
                .forEach((what, target) -> cases.add(ours(
                        what + " in the target stays unchanged",
                        "ours: byte for byte",
                        scene -> Check.equal(
                                "target",
                                target,
                                scene.forwarded(request("GET " + target)).head().target()))));
        for (String method : List.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")) {
            cases.add(must("the method " + method + " is forwarded", "RFC 9110 §9.1", forwards(method)));
        }
        for (String method : List.of("PROPFIND", "M-SEARCH", "QUERY", "FROBNICATE")) {
            cases.add(should("the method " + method + " is forwarded", "RFC 9110 §9.1, mitre #88", forwards(method)));
        }
        cases.add(must("a method in lower case is forwarded as it is, or refused", "RFC 9110 §9.1", scene -> {
            Wire client = scene.client(Scene.UNTRUSTED, request("get /"));
            Wire server = scene.serverUnlessAnswered(client);
            if (server == null) {
                int status = client.response().status();
                Check.that(status >= 400, "answered " + status);
            } else {
                Check.equal("method", "get", server.request().head().method());
                server.send(Scene.OK);
                Check.status(200, client.response());
            }
        }));
        cases.add(should("OPTIONS * is answered", "RFC 9110 §9.3.7", scene -> {
            Wire client = scene.client(Scene.UNTRUSTED, request("OPTIONS *"));
            Wire server = scene.serverUnlessAnswered(client);
            if (server != null) {
                Check.equal("target", "*", server.request().head().target());
                server.send(Scene.OK);
            }
            int status = client.response().status();
            Check.that(status == 200 || status == 204, "answered " + status);
        }));
        cases.add(ours("CONNECT is refused", "ours", scene -> {
            int status = scene.refused("CONNECT site.example:443 HTTP/1.1\r\nHost: site.example:443\r\n\r\n")
                    .status();
            Check.that(status >= 400, "answered " + status);
        }));
        cases.add(ours("TRACE is refused", "ours, RFC 9110 §9.3.8", scene -> {
            Message response = scene.refused(request("TRACE /", "Cookie: secret=1"));
            Check.that(response.status() >= 400, "answered " + response.status());
            Check.that(!response.body().contains("secret"), "it gives the cookie away");
        }));
        cases.add(must("an absolute-form target becomes a path", "RFC 9112 §3.2.1", scene -> {
            Head head = scene.forwarded("GET http://site.example/a%2Fb?c=d HTTP/1.1\r\nHost: site.example\r\n\r\n")
                    .head();
            Check.equal("target", "/a%2Fb?c=d", head.target());
            Check.equal("Host", List.of("site.example"), head.all("Host"));
        }));
        cases.add(must(
                "the authority of an absolute-form target wins over Host, or is refused", "RFC 9112 §3.2.2", scene -> {
                    Wire client = scene.client(
                            Scene.UNTRUSTED, "GET http://other.example/a HTTP/1.1\r\nHost: site.example\r\n\r\n");
                    Wire server = scene.serverUnlessAnswered(client);
                    if (server == null) {
                        Check.status(400, client.response());
                    } else {
                        Check.equal(
                                "Host",
                                List.of("other.example"),
                                server.request().head().all("Host"));
                        server.send(Scene.OK);
                        Check.status(200, client.response());
                    }
                }));
        cases.add(must("an absolute-form target without a path becomes /", "RFC 9112 §3.2.1", scene -> {
            Head head = scene.forwarded("GET http://site.example HTTP/1.1\r\nHost: site.example\r\n\r\n")
                    .head();
            Check.equal("target", "/", head.target());
        }));
        cases.add(must("a target that does not start with / is refused", "RFC 9112 §3.2", scene -> {
            int status = scene.refused(request("GET page")).status();
            Check.equal("status", 400, status);
        }));
        cases.add(should(
                "a target of 16 kB is refused with 414 or 431 or forwarded whole", "RFC 9110 §15.5.15", scene -> {
                    String target = "/?" + "q".repeat(16_000);
                    Wire client = scene.client(Scene.UNTRUSTED, request("GET " + target));
                    Wire server = scene.serverUnlessAnswered(client);
                    if (server != null) {
                        Check.equal("target", target, server.request().head().target());
                        server.send(Scene.OK);
                        Check.status(200, client.response());
                    } else {
                        int status = client.response().status();
                        Check.that(status == 414 || status == 431, "answered " + status);
                    }
                }));
        cases.add(must("a request of HTTP/1.0 goes on as HTTP/1.1 or 1.0 and is answered", "RFC 9110 §2.5", scene -> {
            Wire client = scene.client(Scene.UNTRUSTED, "GET /old HTTP/1.0\r\nHost: site.example\r\n\r\n");
            Wire server = scene.server();
            Check.equal("target", "/old", server.request().head().target());
            server.send(Scene.OK);
            Message response = client.response();
            Check.equal("body", "ok", response.body());
        }));
        cases.add(should("a higher minor version is taken as HTTP/1.1", "RFC 9110 §2.5", scene -> {
                    Message seen = scene.forwarded("GET /new HTTP/1.9\r\nHost: site.example\r\n\r\n");
                    Check.that(
                            seen.head().startLine().endsWith(" HTTP/1.1"),
                            seen.head().startLine());
                })
                .limitedBy("Tomcat answers 505 to any version but 1.0 and 1.1"));
        cases.add(should("another major version is refused with 505 or 400", "RFC 9110 §15.6.6", scene -> {
            int status = scene.refused("GET / HTTP/3.0\r\nHost: site.example\r\n\r\n")
                    .status();
            Check.that(status == 505 || status == 400, "answered " + status);
        }));
        cases.add(should(
                "an empty line before the request is skipped",
                "RFC 9112 §2.2",
                scene -> scene.forwarded("\r\n" + request("GET /"))));
        return cases;
    }

    private static Case.Script forwards(String method) {
        return scene -> Check.equal(
                "method",
                method,
                scene.forwarded(request(method + " /thing")).head().method());
    }

    private static Map<String, String> targets() {
        Map<String, String> targets = new LinkedHashMap<>();
        targets.put("%2F", "/a%2Fb");
        targets.put("%2f, in lower case,", "/a%2fb%3a");
        targets.put("%20", "/a%20b?c=%20d");
        targets.put("%5C", "/a%5Cb");
        targets.put("%25", "/a%25b%252F");
        targets.put("a needlessly encoded letter", "/%61bc");
        targets.put("//", "/a//b///");
        targets.put("// at the start", "//evil.example/a");
        targets.put("%2E%2E", "/a/%2E%2E/b");
        targets.put(";x=1", "/a;x=1/b;y=2");
        targets.put(";jsessionid", "/a;jsessionid=0123?b=c");
        targets.put("a percent-encoded UTF-8 letter", "/%C3%A9t%C3%A9");
        targets.put("a percent-encoded octet that is not UTF-8", "/%E9%FF?q=%E9");
        targets.put("+", "/a+b?c=d+e%2B");
        targets.put("a second question mark", "/a?b=c?d=e/f");
        targets.put("a query without a value", "/a?b&c=&=d");
        targets.put("an empty query", "/a?");
        targets.put("a URL within the path", "/proxy/http://other.example/x");
        targets.put("each unreserved and sub-delimiting sign", "/-._~!$&'()*+,;=:@?-._~!$&'()*+,;=:@/?");
        targets.put("a query of 8 kB", "/?payload=" + "x".repeat(8_192));
        return targets;
    }

    private static Map<String, String> relaxedTargets() {
        Map<String, String> targets = new LinkedHashMap<>();
        targets.put("[ and ]", "/a[b]?c[]=d");
        targets.put("|", "/a|b?c|d");
        targets.put("{, }, ^ and `", "/{a}^`?{b}^`");
        targets.put("..", "/a/../b");
        return targets;
    }
}
