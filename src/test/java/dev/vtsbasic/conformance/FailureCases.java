package dev.vtsbasic.conformance;

import static dev.vtsbasic.conformance.Case.must;
import static dev.vtsbasic.conformance.Case.ours;
import static dev.vtsbasic.conformance.Case.should;
import static dev.vtsbasic.conformance.Scene.OK;
import static dev.vtsbasic.conformance.Scene.PROMPTLY;
import static dev.vtsbasic.conformance.Scene.UNTRUSTED;
import static dev.vtsbasic.conformance.Scene.answer;
import static dev.vtsbasic.conformance.Scene.get;
import static dev.vtsbasic.conformance.Scene.millis;
import static dev.vtsbasic.conformance.Scene.post;
import static dev.vtsbasic.conformance.Scene.request;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Servers that break off, talk nonsense, keep silent or are not there; and clients that leave. */
final class FailureCases {
    private static final String CHUNKED = "Transfer-Encoding: chunked";

    private FailureCases() {}

    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        cut(cases);
        nonsense(cases);
        silence(cases);
        retries(cases);
        leavingClients(cases);
        pages(cases);
        return cases;
    }

    private static void cut(List<Case> cases) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("an answer with a length", answer("200 OK", "Content-Length: 10") + "hello");
        parts.put("a chunked answer, within a chunk,", answer("200 OK", CHUNKED) + "a\r\nhello");
        parts.put("a chunked answer, between chunks,", answer("200 OK", CHUNKED) + "5\r\nhello\r\n");
        parts.put("a chunked answer, within its last chunk,", answer("200 OK", CHUNKED) + "5\r\nhello\r\n0\r\n");
        parts.put("an answer with a length, before its first byte,", answer("200 OK", "Content-Length: 10"));
        parts.put("a chunked answer, before its first chunk,", answer("200 OK", CHUNKED));
        parts.forEach((what, part) -> {
            cases.add(must(what + " that the server closes never looks complete", "RFC 9112 §8", scene -> {
                Wire client = scene.client(UNTRUSTED, get());
                Wire server = scene.server();
                server.request();
                server.send(part);
                server.close();
                notComplete(client.responseOrNull());
            }));
            cases.add(must(what + " that the server resets never looks complete", "RFC 9112 §8", scene -> {
                Wire client = scene.client(UNTRUSTED, get());
                Wire server = scene.server();
                server.request();
                server.send(part);
                Thread.sleep(50);
                server.reset();
                notComplete(client.responseOrNull());
            }));
        });
        cases.add(must(
                "an answer that ends with the connection and is reset never looks complete", "RFC 9112 §8", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire server = scene.server();
                    server.request();
                    server.send(answer("200 OK") + "hello");
                    boolean chunked = client.head().has("Transfer-Encoding");
                    Check.equal("piece", "hello", chunked ? client.chunk() : client.text(5));
                    server.reset();
                    if (chunked) {
                        String rest = client.rest();
                        Check.that(!rest.endsWith("0\r\n\r\n"), "the answer was ended: " + Text.quote(rest));
                    } else {
                        Check.equal("end", Wire.End.RESET, client.endWithin(PROMPTLY));
                    }
                }));
        cases.add(must("a large answer that the server cuts never looks complete", "RFC 9112 §8", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", CHUNKED) + "186a0\r\n" + "a".repeat(100_000) + "\r\n");
            server.close();
            notComplete(client.responseOrNull());
        }));
        cases.add(ours("a cut answer to HTTP/1.0 never looks complete", "ours: EOF-framed", scene -> {
            Wire client = scene.client(UNTRUSTED, "GET / HTTP/1.0\r\nHost: site.example\r\n\r\n");
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", CHUNKED) + "5\r\nhello\r\n");
            Thread.sleep(50);
            server.close();
            notComplete(client.responseOrNull());
        }));
        cases.add(should("a server that closes without an answer is answered 502", "RFC 9110 §15.6.3", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            server.close();
            Check.status(502, client.response());
        }));
        cases.add(should("a server that resets without an answer is answered 502", "RFC 9110 §15.6.3", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            server.reset();
            Check.status(502, client.response());
        }));
        cases.add(should(
                "a server that closes within the head of its answer is answered 502", "RFC 9110 §15.6.3", scene -> {
                    Wire client = scene.client(UNTRUSTED, post("hello"));
                    Wire server = scene.server();
                    server.request();
                    server.send("HTTP/1.1 200 OK\r\nContent-Le");
                    server.close();
                    Check.status(502, client.response());
                }));
        cases.add(should("a server that closes after an interim answer is answered 502", "RFC 9110 §15.6.3", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            server.send(answer("100 Continue"));
            server.close();
            Message got = client.response();
            Check.status(502, got.status() == 100 ? client.response() : got);
        }));
        cases.add(should(
                "a server that refuses connections is answered 502 or 503 at once", "RFC 9110 §15.6", scene -> {
                    scene.stopListening();
                    long start = System.nanoTime();
                    int status = scene.client(UNTRUSTED, get()).response().status();
                    Check.that(status == 502 || status == 503, "answered " + status);
                    Check.that(System.nanoTime() - start < PROMPTLY.toNanos(), "too late");
                }));
        cases.add(should("after a failure the client's connection serves on", "RFC 9112 §9.3", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            server.close();
            Check.status(502, client.response());
            client.send(get());
            Wire second = scene.server();
            second.request();
            second.send(OK);
            Check.equal("body", "ok", client.response().body());
        }));
    }

    private static void notComplete(Message got) {
        Check.that(
                got == null || got.status() >= 500 || !got.complete(),
                () -> "it looks complete: " + Text.quote(got.body()));
    }

    private static void nonsense(List<Case> cases) {
        Map<String, String> answers = new LinkedHashMap<>();
        answers.put("no HTTP", "SSH-2.0-OpenSSH_9.6\r\n\r\n");
        answers.put("binary bytes", "\u0015\u0003\u0001\u0000\u0002\u0002\n\n\r\n\r\n");
        answers.put("a status of letters", "HTTP/1.1 abc OK\r\nContent-Length: 2\r\n\r\nok");
        answers.put("a status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok");
        answers.put("a status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok");
        answers.put("HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
        answers.put("differing Content-Lengths", answer("200 OK", "Content-Length: 2", "Content-Length: 3") + "ok!");
        answers.put("a list of differing Content-Lengths", answer("200 OK", "Content-Length: 2, 3") + "ok!");
        answers.put("a Content-Length of letters", answer("200 OK", "Content-Length: two") + "ok");
        answers.put("a negative Content-Length", answer("200 OK", "Content-Length: -2") + "ok");
        answers.put(
                "a Content-Length too large to count", answer("200 OK", "Content-Length: 99999999999999999999") + "ok");
        answers.put("a field without a colon", answer("200 OK", "Content-Length: 2", "X-Broken") + "ok");
        answers.put("a name with a space", answer("200 OK", "Content-Length: 2", "X Name: a") + "ok");
        answers.put("a field without a name", answer("200 OK", "Content-Length: 2", ": a") + "ok");
        answers.put("an unknown transfer coding", answer("200 OK", "Transfer-Encoding: zip") + "ok");
        answers.put("a head of a megabyte", answer("200 OK", "X-Huge: " + "v".repeat(1_000_000)));
        // RFC 9112 §6.3 leaves no other way for these; for the rest a proxy may also clean up.
        List<String> strict = List.of(
                "differing Content-Lengths",
                "a list of differing Content-Lengths",
                "a Content-Length of letters",
                "a negative Content-Length");
        answers.forEach((what, bytes) -> {
            Case.Script script = scene -> {
                Wire client = scene.client(UNTRUSTED, post("hello"));
                Wire server = scene.server();
                server.request();
                server.sendInBackground(Wire.latin1(bytes));
                Check.status(502, client.response());
            };
            String name = what + " in an answer is answered 502";
            cases.add(
                    strict.contains(what)
                            ? must(name, "RFC 9112 §6.3", script)
                            : ours(name, "ours: malformed bytes", script));
        });
        cases.add(must("a malformed chunk size of an answer never lets it look complete", "RFC 9112 §7.1", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", CHUNKED) + "5\r\nhello\r\nxyz\r\n\r\n0\r\n\r\n");
            server.close();
            notComplete(client.responseOrNull());
        }));
        cases.add(must("a chunk longer than its size never lets an answer look complete", "RFC 9112 §7.1", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", CHUNKED) + "3\r\nhello\r\n0\r\n\r\n");
            server.close();
            notComplete(client.responseOrNull());
        }));
        cases.add(must("101 that nobody asked for is answered 502", "RFC 9110 §15.2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("101 Switching Protocols", "Connection: Upgrade", "Upgrade: websocket"));
            Check.status(502, client.response());
        }));
    }

    private static void silence(List<Case> cases) {
        cases.add(should("silence longer than the time-out is answered 504", "RFC 9110 §15.6.5", scene -> {
            long start = System.nanoTime();
            Wire client = scene.client(UNTRUSTED, get());
            scene.server().request();
            Check.status(504, client.response());
            long millis = (System.nanoTime() - start) / 1_000_000;
            Check.that(millis > 4500 && millis < 20_000, "after " + millis + " ms");
        }));
        cases.add(should("after a time-out the connection to the server is closed", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            Check.status(504, client.response());
            server.endWithin(PROMPTLY);
        }));
        cases.add(must("silence within an answer cuts it, and it never looks complete", "RFC 9112 §8", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", CHUNKED) + "5\r\nhello\r\n");
            notComplete(client.responseOrNull());
        }));
        cases.add(ours("a time-out is not retried", "RFC 9110 §9.2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            scene.server().request();
            Check.status(504, client.response());
            scene.noServerWithin(millis(100));
        }));
        cases.add(should("a slow upload does not count as silence of the server", "thruster #111", scene -> {
            Wire client = scene.client(UNTRUSTED, request("POST /", CHUNKED));
            for (int i = 0; i < 4; i++) {
                Check.that(client.isSilentFor(millis(1500)), "answered while the upload went on");
                client.send("1\r\nx\r\n");
            }
            client.send("0\r\n\r\n");
            Wire server = scene.server();
            Check.equal("body", "xxxx", server.request().body());
            server.send(OK);
            Check.status(200, client.response());
        }));
    }

    private static void retries(List<Case> cases) {
        for (String method : List.of("GET", "HEAD", "OPTIONS", "DELETE")) {
            cases.add(ours(
                    method + " that met a dead pooled connection is sent again, once", "ours, caddy #4245", scene -> {
                        Wire client = scene.client(UNTRUSTED, get());
                        Wire dead = scene.server();
                        dead.request();
                        dead.send(OK);
                        client.response();
                        client.send(request(method + " /again"));
                        dead.request();
                        dead.close();
                        Wire live = scene.server();
                        Check.equal("target", "/again", live.request().head().target());
                        live.send(OK);
                        Check.status(200, client.response(method));
                        scene.noServerWithin(millis(50));
                    }));
        }
        cases.add(should("a GET whose pooled connection was closed meanwhile is answered", "bun #12446", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire dead = scene.server();
            dead.request();
            dead.send(OK);
            client.response();
            dead.close();
            Thread.sleep(100);
            client.send(get());
            Wire live = scene.server();
            live.request();
            live.send(OK);
            Check.status(200, client.response());
        }));
        cases.add(should("a POST whose pooled connection was closed meanwhile is answered", "bun #12446", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire dead = scene.server();
            dead.request();
            dead.send(OK);
            client.response();
            dead.close();
            Thread.sleep(100);
            client.send(post("hello"));
            Wire live = scene.server();
            Check.equal("body", "hello", live.request().body());
            live.send(OK);
            Check.status(200, client.response());
        }));
        cases.add(must("a POST that the server may have seen is not sent again", "RFC 9110 §9.2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire dead = scene.server();
            dead.request();
            dead.send(OK);
            client.response();
            client.send(post("hello"));
            dead.request();
            dead.close();
            scene.noServerWithin(millis(300));
            Message got = client.responseOrNull();
            Check.that(got == null || got.status() == 502, "neither 502 nor cut");
        }));
        cases.add(must(
                "a POST without a body that the server may have seen is not sent again", "RFC 9110 §9.2.2", scene -> {
                    Wire client = scene.client(UNTRUSTED, get());
                    Wire dead = scene.server();
                    dead.request();
                    dead.send(OK);
                    client.response();
                    client.send(post(""));
                    dead.request();
                    dead.close();
                    scene.noServerWithin(millis(300));
                    Message got = client.responseOrNull();
                    Check.that(got == null || got.status() == 502, "neither 502 nor cut");
                }));
        cases.add(ours("a GET that fails twice is answered 502", "ours: once", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire dead = scene.server();
            dead.request();
            dead.send(OK);
            client.response();
            client.send(get());
            dead.request();
            dead.close();
            Wire second = scene.server();
            second.request();
            second.close();
            Check.status(502, client.response());
            scene.noServerWithin(millis(100));
        }));
        cases.add(must("a GET whose answer had begun is not sent again", "RFC 9110 §9.2.2", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(OK);
            client.response();
            client.send(get());
            server.request();
            server.send(answer("200 OK", "Content-Length: 10") + "hello");
            server.close();
            notComplete(client.responseOrNull());
            scene.noServerWithin(millis(100));
        }));
    }

    private static void leavingClients(List<Case> cases) {
        cases.add(ours("a client that leaves while waiting ends the request at once", "ours, mitre #181", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            client.close();
            server.endWithin(PROMPTLY);
        }));
        cases.add(ours("a client that resets while waiting ends the request at once", "ours, mitre #181", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            client.reset();
            server.endWithin(PROMPTLY);
        }));
        cases.add(ours("a client that leaves while waiting after its body ends the request at once", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            server.request();
            client.close();
            server.endWithin(PROMPTLY);
        }));
        cases.add(ours("a client that leaves a silent stream ends the request at once", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", CHUNKED) + "5\r\nhello\r\n");
            client.head();
            client.chunk();
            client.close();
            server.endWithin(PROMPTLY);
        }));
        cases.add(ours("a client that leaves a busy stream ends the request at once", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, get());
            Wire server = scene.server();
            server.request();
            server.send(answer("200 OK", CHUNKED) + "5\r\nhello\r\n");
            client.head();
            client.chunk();
            client.close();
            long deadline = System.nanoTime() + 1_000_000_000L;
            try {
                while (System.nanoTime() < deadline) {
                    server.send("5\r\nhello\r\n");
                    Thread.sleep(20);
                }
            } catch (java.io.IOException e) {
                return;
            }
            server.endWithin(millis(100));
        }));
        cases.add(must(
                "a client that sends its next request early is not taken for one that left",
                "RFC 9112 §9.3.2",
                scene -> {
                    Wire client = scene.client(UNTRUSTED, get() + request("GET /2"));
                    Wire server = scene.server();
                    server.request();
                    Check.that(server.isSilentFor(millis(700)), "given up");
                    server.send(OK);
                    Check.equal("body", "ok", client.response().body());
                }));
    }

    private static void pages(List<Case> cases) {
        cases.add(ours("a failure is a page for a browser", "ours", scene -> {
            Message page = failed(scene, "Accept: text/html,*/*;q=0.8");
            Check.that(
                    page.head().joined("Content-Type").startsWith("text/html"),
                    page.head().joined("Content-Type"));
            Check.that(page.body().length() < 4096, "long");
        }));
        cases.add(ours("a failure is JSON for a program", "ours", scene -> {
            Message page = failed(scene, "Accept: application/json");
            Check.that(
                    page.head().joined("Content-Type").startsWith("application/problem+json"),
                    page.head().joined("Content-Type"));
            Check.that(page.body().startsWith("{") && page.body().strip().endsWith("}"), page.body());
        }));
        cases.add(ours("a failure names the request's id, which the server was told too", "ours", scene -> {
            Wire client = scene.client(UNTRUSTED, post("hello"));
            Wire server = scene.server();
            String id = server.request().head().joined("X-Request-Id");
            server.close();
            Message page = client.response();
            Check.that(!id.isEmpty() && page.body().contains(id), "id " + id + " is not in " + Text.quote(page.body()));
        }));
        cases.add(should("a failure tells no internals", "CWE-209", scene -> {
            String page = failed(scene, "Accept: text/html").body().toLowerCase(Locale.ROOT);
            for (String word : List.of("exception", "127.0.0.1", "java", "apache", "tomcat", " at ")) {
                Check.that(!page.contains(word), "it says " + word);
            }
        }));
        cases.add(ours(
                "a failure is not cached",
                "RFC 9111 §5.2.2.5",
                scene -> Check.that(
                        failed(scene, "Accept: text/html")
                                .head()
                                .joined("Cache-Control")
                                .contains("no-store"),
                        "no Cache-Control: no-store")));
        cases.add(must("a failure of HEAD has no body", "RFC 9110 §9.3.2", scene -> {
            scene.stopListening();
            Wire client = scene.client(UNTRUSTED, request("HEAD /"));
            Check.that(client.response("HEAD").status() >= 500, "no failure");
            String rest = client.isSilentFor(millis(100)) ? "" : client.rest();
            Check.equal("what follows", "", rest);
        }));
    }

    private static Message failed(Scene scene, String accept) throws Exception {
        Wire client = scene.client(UNTRUSTED, request("POST /", "Content-Length: 0", accept));
        Wire server = scene.server();
        server.request();
        server.close();
        Message page = client.response();
        Check.status(502, page);
        return page;
    }
}
