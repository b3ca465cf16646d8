package dev.vtsbasic.conformance.failure;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;
import static dev.vtsbasic.conformance.harness.Scene.post;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Servers that send responses that HTTP/1.1 forbids. */
public final class MalformedResponseCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private MalformedResponseCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        Map<String, String> responses = new LinkedHashMap<>();
        responses.put("no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n");
        responses.put("binary bytes", "\u0015\u0003\u0001\u0000\u0002\u0002\n\n\r\n\r\n");
        responses.put("a status of letters", "HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\nok");
        responses.put("a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok");
        responses.put("a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok");
        responses.put("HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
        responses.put(
                "differing Content-Lengths", response("200 OK", "Content-Length: 2", "Content-Length: 3") + "ok!");
        responses.put("a list of differing Content-Lengths", response("200 OK", "Content-Length: 2, 3") + "ok!");
        responses.put("a Content-Length of letters", response("200 OK", "Content-Length: two") + "ok");
        responses.put("a Content-Length with a sign", response("200 OK", "Content-Length: +2") + "ok");
        responses.put("a negative Content-Length", response("200 OK", "Content-Length: -2") + "ok");
        responses.put(
                "a Content-Length too large to count",
                response("200 OK", "Content-Length: 99999999999999999999") + "ok");
        responses.put("a field without a colon", response("200 OK", "Content-Length: 2", "X-Broken") + "ok");
        responses.put("a name with a space", response("200 OK", "Content-Length: 2", "X Name: a") + "ok");
        responses.put("a field without a name", response("200 OK", "Content-Length: 2", ": a") + "ok");
        responses.put("an unknown transfer coding", response("200 OK", "Transfer-Encoding: zip") + "ok");
        responses.put("a head of a megabyte", response("200 OK", "X-Huge: " + "v".repeat(1_000_000)));
        // RFC 9112 §6.3 requires the proxy to refuse these; it may also repair the others.
        List<String> strict = List.of(
                "differing Content-Lengths",
                "a list of differing Content-Lengths",
                "a Content-Length of letters",
                "a negative Content-Length");
        responses.forEach((what, bytes) -> {
            Case.Script script = scene -> {
                Wire client = scene.client(UNTRUSTED, post("hello"));
                Wire server = scene.server();
                server.request();
                server.sendInBackground(Wire.latin1(bytes));
                Check.status(502, client.response());
            };
            String name = what + " in a response is answered 502";
            cases.add(
                    strict.contains(what)
                            ? must(name, "RFC 9112 §6.3", script)
                            : ours(name, "ours: malformed bytes", script));
        });
        cases.add(must("a malformed chunk size of a response never lets it look complete", "RFC 9112 §7.1", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", CHUNKED) + "5\r\nhello\r\nxyz\r\n\r\n0\r\n\r\n");
            server.close();
            Check.neverComplete(client.responseOrNull());
        }));
        cases.add(must("a chunk longer than its size never lets a response look complete", "RFC 9112 §7.1", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("200 OK", CHUNKED) + "3\r\nhello\r\n0\r\n\r\n");
            server.close();
            Check.neverComplete(client.responseOrNull());
        }));
        cases.add(must("101 to a request without Upgrade is answered 502", "RFC 9110 §15.2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(response("101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket"));
            Check.status(502, client.response());
        }));
        return cases;
    }
}
