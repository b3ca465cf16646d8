package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.request;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.harness.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Clients that close or reset the connection within a body, or send a malformed one. */
public final class CutRequestCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private CutRequestCases() {}

    public static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cases.add(must("a body with a length that the client cuts never looks complete", "RFC 9112 §8", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: 10") + "hello");
            Wire server = scene.serverOrNull(millis(300));
            if (server != null) {
                Head head = server.head();
                client.close();
                neverComplete(server, head, "hello");
                return;
            }
            client.close();
            server = scene.serverOrNull(millis(300));
            if (server != null) {
                neverComplete(server, server.head(), "hello");
            }
        }));
        cases.add(must("a long body with a length that the client cuts never looks complete", "RFC 9112 §8", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: 100000") + "a".repeat(50_000));
            Wire server = scene.server();
            Head head = server.head();
            client.close();
            neverComplete(server, head, "a".repeat(50_000));
        }));
        cases.add(must("a chunked body that the client cuts never looks complete", "RFC 9112 §8", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED) + "5\r\nhello\r\n");
            Wire server = scene.server();
            Head head = server.head();
            client.close();
            neverComplete(server, head, "hello");
        }));
        cases.add(must(
                "a chunked body that the client cuts within a chunk never looks complete", "RFC 9112 §8", scene -> {
                    Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED) + "a\r\nhello");
                    Wire server = scene.server();
                    Head head = server.head();
                    client.close();
                    neverComplete(server, head, "hello");
                }));
        cases.add(must("a chunked body that the client breaks off never looks complete", "RFC 9112 §8", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED) + "5\r\nhello\r\n");
            Wire server = scene.server();
            Head head = server.head();
            client.reset();
            neverComplete(server, head, "hello");
        }));
        cases.add(should("the server learns at once that the body was cut", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED) + "5\r\nhello\r\n");
            Wire server = scene.server();
            server.head();
            Check.equal("chunk", "hello", server.chunk());
            client.close();
            server.endWithin(PROMPTLY);
        }));
        cases.add(must("a malformed chunk never lets the body look complete", "RFC 9112 §7.1", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED) + "5\r\nhello\r\nzz\r\n\r\n0\r\n\r\n");
            Wire server = scene.serverUnlessAnswered(client);
            if (server != null) {
                Check.that(!server.request().complete(), "the server got a whole request");
                // The client must get an error response or a closed connection.
                server.close();
            }
            String response = client.rest();
            Check.that(response.isEmpty() || response.matches("(?s)HTTP/1.1 (400|50[02]).*"), Text.quote(response));
        }));
        return cases;
    }

    private static void neverComplete(Wire server, Head head, String sent) throws IOException {
        // Read the rest of the body raw, as far as it comes.
        String rest;
        try {
            rest = server.rest();
        } catch (java.net.SocketTimeoutException e) {
            throw new AssertionError("the server is left waiting for more", e);
        }
        if (head.has("Transfer-Encoding")) {
            Check.that(!rest.endsWith("0\r\n\r\n"), "the body was ended: " + Text.quote(rest));
        } else {
            Check.that(sent.startsWith(rest), "more than was sent: " + Text.quote(rest));
        }
    }
}
