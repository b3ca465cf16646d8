package dev.vtsbasic.conformance.proxy;

import static dev.vtsbasic.conformance.harness.Case.must;
import static dev.vtsbasic.conformance.harness.Case.ours;
import static dev.vtsbasic.conformance.harness.Case.should;
import static dev.vtsbasic.conformance.harness.Scene.OK;
import static dev.vtsbasic.conformance.harness.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.harness.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.harness.Scene.get;
import static dev.vtsbasic.conformance.harness.Scene.millis;
import static dev.vtsbasic.conformance.harness.Scene.request;
import static dev.vtsbasic.conformance.harness.Scene.response;

import dev.vtsbasic.conformance.harness.Case;
import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Message;
import dev.vtsbasic.conformance.harness.Scene;
import dev.vtsbasic.conformance.harness.Wire;
import java.util.List;
import java.util.Locale;

/** WebSocket handshakes, and the tunnel after them. */
public final class UpgradeCases {
    private static final String HANDSHAKE = request(
            "GET /socket?a=%2F",
            "Connection: keep-alive, Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: chat, superchat",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
            "Origin: http://site.example");

    private static final String SWITCHED = response(
            "101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "Sec-WebSocket-Protocol: chat");

    private UpgradeCases() {}

    public static List<Case> all() {
        return List.of(
                should("a WebSocket handshake reaches the server", "RFC 9110 §7.8, mitre #88", scene -> {
                    scene.client(UNTRUSTED, HANDSHAKE);
                    Head head = scene.server().head();
                    Check.equal("target", "/socket?a=%2F", head.target());
                    Check.equal("Upgrade", "websocket", head.joined("Upgrade").toLowerCase(Locale.ROOT));
                    Check.that(
                            head.joined("Connection").toLowerCase(Locale.ROOT).contains("upgrade"),
                            head.joined("Connection"));
                }),
                should("Sec-WebSocket fields of the handshake stay unchanged", "RFC 6455, SCG #1321", scene -> {
                    scene.client(UNTRUSTED, HANDSHAKE);
                    Head head = scene.server().head();
                    Check.equal("Key", "dGhlIHNhbXBsZSBub25jZQ==", head.joined("Sec-WebSocket-Key"));
                    Check.equal("Version", "13", head.joined("Sec-WebSocket-Version"));
                    Check.equal("Protocol", "chat, superchat", head.joined("Sec-WebSocket-Protocol"));
                    Check.equal(
                            "Extensions",
                            "permessage-deflate; client_max_window_bits",
                            head.joined("Sec-WebSocket-Extensions"));
                    Check.equal("Origin", "http://site.example", head.joined("Origin"));
                }),
                should("101 and its fields reach the client", "RFC 9110 §7.8", scene -> {
                    Wire client = scene.client(UNTRUSTED, HANDSHAKE);
                    Wire server = scene.server();
                    server.head();
                    server.send(SWITCHED);
                    Head head = client.head();
                    Check.equal("status", 101, head.status());
                    Check.equal("Upgrade", "websocket", head.joined("Upgrade").toLowerCase(Locale.ROOT));
                    Check.that(
                            head.joined("Connection").toLowerCase(Locale.ROOT).contains("upgrade"),
                            "Connection: " + head.joined("Connection"));
                    Check.equal("Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.joined("Sec-WebSocket-Accept"));
                    Check.equal("Protocol", "chat", head.joined("Sec-WebSocket-Protocol"));
                    Check.absent(head, "Content-Length");
                    Check.absent(head, "Transfer-Encoding");
                }),
                should("the tunnel carries every octet both ways", "RFC 9110 §7.8", scene -> {
                    Tunnel tunnel = open(scene);
                    StringBuilder octets = new StringBuilder();
                    for (char c = 0; c < 256; c++) {
                        octets.append(c);
                    }
                    tunnel.client.send(octets.toString());
                    tunnel.server.expect(octets.toString());
                    tunnel.server.send(octets.reverse().toString());
                    tunnel.client.expect(octets.toString());
                }),
                should("the tunnel passes single bytes on at once, in turns", "ours", scene -> {
                    Tunnel tunnel = open(scene);
                    for (int i = 0; i < 20; i++) {
                        tunnel.client.send("p");
                        tunnel.server.expect("p");
                        tunnel.server.send("q");
                        tunnel.client.expect("q");
                    }
                }),
                should("the tunnel carries a megabyte both ways at the same time", "ours", scene -> {
                    Tunnel tunnel = open(scene);
                    tunnel.client.sendInBackground(Wire.filled(1_000_000));
                    tunnel.server.sendInBackground(Wire.filled(1_000_000));
                    Check.equal(
                            "bytes", 1_000_000, tunnel.server.text(1_000_000).length());
                    Check.equal(
                            "bytes", 1_000_000, tunnel.client.text(1_000_000).length());
                }),
                should("bytes that a client sends with its handshake are not lost", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, HANDSHAKE + "early");
                    Wire server = scene.server();
                    server.head();
                    server.send(SWITCHED);
                    Check.equal("status", 101, client.head().status());
                    server.expect("early");
                }),
                should("bytes that a server sends with its 101 are not lost", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, HANDSHAKE);
                    Wire server = scene.server();
                    server.head();
                    server.send(SWITCHED + "early");
                    Check.equal("status", 101, client.head().status());
                    client.expect("early");
                    client.send("late");
                    server.expect("late");
                }),
                should("a handshake that the server refuses is passed back", "ours", scene -> {
                    Wire client = scene.client(UNTRUSTED, HANDSHAKE);
                    Wire server = scene.server();
                    server.head();
                    server.send(response("403 Forbidden", "Content-Length: 2") + "no");
                    Message got = client.response();
                    Check.status(403, got);
                    Check.equal("body", "no", got.body());
                }),
                should("after a refused handshake the client's connection serves on", "RFC 9112 §9.3", scene -> {
                    Wire client = scene.client(UNTRUSTED, HANDSHAKE);
                    Wire server = scene.server();
                    server.head();
                    server.send(response("426 Upgrade Required", "Content-Length: 2") + "no");
                    Check.status(426, client.response());
                    client.send(get());
                    server = scene.serverAfter(server);
                    server.request();
                    server.send(OK);
                    Check.equal("body", "ok", client.response().body());
                }),
                should("a handshake that the server answers as a plain request is answered", "RFC 9110 §7.8", scene -> {
                    Wire client = scene.client(UNTRUSTED, HANDSHAKE);
                    Wire server = scene.server();
                    server.head();
                    server.send(OK);
                    Check.equal("body", "ok", client.response().body());
                }),
                should("a client that closes its half still receives", "ours: half-close", scene -> {
                    Tunnel tunnel = open(scene);
                    tunnel.client.send("bye");
                    tunnel.client.finish();
                    Check.equal("to the end", "bye", tunnel.server.rest());
                    tunnel.server.send("farewell");
                    tunnel.server.close();
                    Check.equal("to the end", "farewell", tunnel.client.rest());
                }),
                should("a server that closes its half still receives", "ours: half-close", scene -> {
                            Tunnel tunnel = open(scene);
                            tunnel.server.send("bye");
                            tunnel.server.finish();
                            Check.equal("to the end", "bye", tunnel.client.rest());
                            tunnel.client.send("farewell");
                            tunnel.client.close();
                            Check.equal("to the end", "farewell", tunnel.server.rest());
                        })
                        .limitedBy("a servlet cannot close one half of an upgraded connection"),
                should("a server that closes the tunnel closes it for the client", "ours", scene -> {
                    Tunnel tunnel = open(scene);
                    tunnel.server.close();
                    tunnel.client.endWithin(PROMPTLY);
                }),
                should("a client that closes the tunnel closes it for the server", "ours", scene -> {
                    Tunnel tunnel = open(scene);
                    tunnel.client.close();
                    tunnel.server.endWithin(PROMPTLY);
                }),
                should("a client that breaks the tunnel off ends it for the server", "ours", scene -> {
                    Tunnel tunnel = open(scene);
                    tunnel.client.reset();
                    tunnel.server.endWithin(PROMPTLY);
                }),
                should("a tunnel may be silent for longer than a response", "ours, phusion #1686", scene -> {
                    Tunnel tunnel = open(scene);
                    Check.that(tunnel.client.isSilentFor(millis(6000)), "the tunnel was closed");
                    tunnel.client.send("still");
                    tunnel.server.expect("still");
                }),
                should("a slow handshake is answered 504", "RFC 9110 §15.6.5", scene -> {
                    Wire client = scene.client(UNTRUSTED, HANDSHAKE);
                    scene.server().head();
                    Check.status(504, client.response());
                }),
                should("a handshake without a server is answered 502 or 503", "RFC 9110 §15.6", scene -> {
                    scene.stopListening();
                    int status = scene.client(UNTRUSTED, HANDSHAKE).response().status();
                    Check.that(status == 502 || status == 503, "answered " + status);
                }),
                must(
                        "Upgrade without Connection: upgrade is not forwarded",
                        "RFC 9110 §7.8",
                        scene -> Check.absent(
                                scene.forwarded(get("Upgrade: websocket")).head(), "Upgrade")),
                must(
                        "an Upgrade in HTTP/1.0 is ignored",
                        "RFC 9110 §7.8",
                        scene -> Check.absent(
                                scene.forwarded("GET / HTTP/1.0\r\nHost: site.example\r\nConnection: Upgrade\r\n"
                                                + "Upgrade: websocket\r\n\r\n")
                                        .head(),
                                "Upgrade")),
                ours(
                        "an offer of h2c is not forwarded, so that no request hides in a tunnel",
                        "ours, h2c smuggling",
                        scene -> {
                            Wire client = scene.client(
                                    UNTRUSTED,
                                    get(
                                            "Connection: Upgrade, HTTP2-Settings",
                                            "Upgrade: h2c",
                                            "HTTP2-Settings: AAMAAABkAAQAAP__"));
                            Wire server = scene.serverUnlessAnswered(client);
                            if (server == null) {
                                Check.equal(
                                        "status, if it is spoken here",
                                        101,
                                        client.head().status());
                            } else {
                                Head head = server.request().head();
                                Check.absent(head, "Upgrade");
                                Check.absent(head, "HTTP2-Settings");
                            }
                        }),
                should("many tunnels live side by side", "ours", scene -> {
                    Tunnel[] tunnels = new Tunnel[20];
                    for (int i = 0; i < tunnels.length; i++) {
                        tunnels[i] = open(scene);
                    }
                    for (Tunnel tunnel : tunnels) {
                        tunnel.client.send("ping");
                        tunnel.server.expect("ping");
                    }
                }));
    }

    private record Tunnel(Wire client, Wire server) {}

    private static Tunnel open(Scene scene) throws Exception {
        Wire client = scene.client(UNTRUSTED, HANDSHAKE);
        Wire server = scene.server();
        server.head();
        server.send(SWITCHED);
        Check.equal("status", 101, client.head().status());
        return new Tunnel(client, server);
    }
}
