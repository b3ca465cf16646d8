package dev.vtsbasic.conformance.proxy;

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
import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Pieces of a body that arrive one by one, as they were sent. */
public final class StreamingCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private StreamingCases() {}

    public static List<Case> all() {
        return List.of(
                should("each chunk of a response is passed on when it arrives", "ours, SCG #3410", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", CHUNKED) + "5\r\nfirst\r\n");
                    client.head();
                    Check.equal("chunk", "first", client.chunk());
                    server.send("6\r\nsecond\r\n");
                    Check.equal("chunk", "second", client.chunk());
                    server.send("0\r\n\r\n");
                    Check.equal("chunk", "", client.chunk());
                }),
                should("a single byte is passed on when it arrives", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", CHUNKED) + "1\r\na\r\n");
                    client.head();
                    Check.equal("chunk", "a", client.chunk());
                    for (char c = 'b'; c < 'g'; c++) {
                        server.send("1\r\n" + c + "\r\n");
                        Check.equal("chunk", String.valueOf(c), client.chunk());
                    }
                }),
                should("the pieces of a response with a length are passed on when they arrive", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", "Content-Length: 6") + "one");
                    client.head();
                    client.expect("one");
                    server.send("two");
                    client.expect("two");
                }),
                should(
                        "the pieces of a response that ends with the connection are passed on when they arrive",
                        "ours",
                        scene -> {
                            Wire client = scene.client(UNTRUSTED, get());
                            Wire server = scene.server();
                            server.request();
                            server.send(response("200 OK") + "one");
                            boolean chunked = client.head().has("Transfer-Encoding");
                            Check.equal("piece", "one", chunked ? client.chunk() : client.text(3));
                            server.send("two");
                            Check.equal("piece", "two", chunked ? client.chunk() : client.text(3));
                            server.close();
                            Check.equal("end", "", chunked ? client.chunk() : client.rest());
                        }),
                should("the head of a response is passed on before its body comes", "RFC 9110 §7.6", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", CHUNKED, "X-Early: 1"));
                    Check.equal("X-Early", "1", client.head().joined("X-Early"));
                }),
                should("the head of an event stream is passed on before its first event", "kamal-proxy #46", scene -> {
                    Wire client = scene.client(UNTRUSTED, get("Accept: text/event-stream"));
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", "Content-Type: text/event-stream", CHUNKED));
                    Check.equal("status", 200, client.head().status());
                }),
                should("events are passed on when they arrive", "kamal-proxy #46", scene -> {
                    Wire client = scene.client(UNTRUSTED, get("Accept: text/event-stream"));
                    Wire server = scene.server();
                    server.request();
                    server.send(
                            response("200 OK", "Content-Type: text/event-stream", CHUNKED) + "9\r\ndata: 1\n\n\r\n");
                    client.head();
                    Check.equal("event", "data: 1\n\n", client.chunk());
                    server.send("9\r\ndata: 2\n\n\r\n");
                    Check.equal("event", "data: 2\n\n", client.chunk());
                }),
                should(
                        "with X-Accel-Buffering: no each chunk is passed on when it arrives",
                        "ours, kamal-proxy #34",
                        scene -> {
                            Wire client = scene.client(UNTRUSTED, get());
                            Wire server = scene.server();
                            server.request();
                            server.send(response("200 OK", "X-Accel-Buffering: no", CHUNKED) + "3\r\none\r\n");
                            client.head();
                            Check.equal("chunk", "one", client.chunk());
                            server.send("3\r\ntwo\r\n");
                            Check.equal("chunk", "two", client.chunk());
                        }),
                ours("a small complete response leaves in one packet", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", "Content-Length: 5") + "hello");
                    String piece = client.piece();
                    Check.that(piece.endsWith("\r\n\r\nhello"), "the first packet: " + Text.quote(piece));
                }),
                ours("a small complete chunked response leaves in one packet", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", CHUNKED) + "5\r\nhello\r\n0\r\n\r\n");
                    String piece = client.piece();
                    Check.that(
                            piece.endsWith("\r\n0\r\n\r\n") || piece.endsWith("\r\n\r\nhello"),
                            "the first packet: " + Text.quote(piece));
                }),
                should("a client that reads slowly slows the server down", "RFC 9293 §3.8", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", "Content-Length: 104857600") + "a");
                    client.head();
                    AtomicLong sent = new AtomicLong();
                    Thread sender = new Thread(() -> {
                        byte[] piece = Wire.filled(65536);
                        try {
                            while (sent.get() < 104_857_600) {
                                server.send(piece);
                                sent.addAndGet(piece.length);
                            }
                        } catch (java.io.IOException e) {
                            // The case is over.
                        }
                    });
                    sender.setDaemon(true);
                    sender.start();
                    sender.join(1000);
                    Check.that(sent.get() < 50_000_000, sent + " bytes were taken though the client reads none");
                }),
                should("a response that begins before the request has ended is passed on", "RFC 9112 §9.6", scene -> {
                    Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED) + "3\r\none\r\n");
                    Wire server = scene.server();
                    server.head();
                    Check.equal("chunk", "one", server.chunk());
                    server.send(response("200 OK", CHUNKED) + "4\r\necho\r\n");
                    client.head();
                    Check.equal("chunk", "echo", client.chunk());
                }),
                ours("request and response flow at the same time", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED) + "3\r\none\r\n");
                    Wire server = scene.server();
                    server.head();
                    Check.equal("chunk", "one", server.chunk());
                    server.send(response("200 OK", CHUNKED) + "1\r\n1\r\n");
                    client.head();
                    Check.equal("chunk", "1", client.chunk());
                    client.send("3\r\ntwo\r\n0\r\n\r\n");
                    Check.equal("chunk", "two", server.chunk());
                    server.send("1\r\n2\r\n0\r\n\r\n");
                    Check.equal("chunk", "2", client.chunk());
                }),
                should("a stream that pauses for less than the response time-out goes on", "bun #27479", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(response("200 OK", CHUNKED) + "3\r\none\r\n");
                    client.head();
                    client.chunk();
                    Check.that(client.isSilentFor(millis(3000)), "cut");
                    server.send("3\r\ntwo\r\n");
                    Check.equal("chunk", "two", client.chunk());
                    Check.that(client.isSilentFor(millis(3000)), "cut");
                    server.send("0\r\n\r\n");
                    Check.equal("chunk", "", client.chunk());
                }),
                should("two streams do not wait for each other", "ours", scene -> {
                    Wire first = scene.client(UNTRUSTED, get());
                    Wire firstServer = scene.server();
                    firstServer.request();
                    firstServer.send(response("200 OK", CHUNKED) + "3\r\none\r\n");
                    first.head();
                    first.chunk();
                    Wire second = scene.client(UNTRUSTED, get());
                    Wire secondServer = scene.server();
                    secondServer.request();
                    secondServer.send(OK);
                    Check.equal("body", "ok", second.response().body());
                    firstServer.send("0\r\n\r\n");
                    Check.equal("chunk", "", first.chunk());
                }));
    }
}
