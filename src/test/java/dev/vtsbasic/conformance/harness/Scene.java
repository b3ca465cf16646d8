package dev.vtsbasic.conformance.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The parts that a case plays with: clients in front of the proxy, and the server behind it. */
public final class Scene {
    /** A client address that the proxies trust as a proxy's, so that they use its forwarding header fields. */
    public static final String TRUSTED = "127.0.0.2";

    public static final String UNTRUSTED = "127.0.0.1";

    public static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static final String LAST_OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

    /** Shorter than the response timeout, which would end a waiting request, and longer than a busy machine needs. */
    public static final Duration PROMPTLY = Duration.ofSeconds(4);

    private final int proxyPort;
    private final Upstream upstream;
    private final List<Wire> clients = new CopyOnWriteArrayList<>();

    public Scene(int proxyPort, Upstream upstream) {
        this.proxyPort = proxyPort;
        this.upstream = upstream;
    }

    /** A GET request for {@code /} with these header fields. */
    public static String get(String... fields) {
        return request("GET /", fields);
    }

    /** @param methodAndTarget such as {@code GET /path} */
    public static String request(String methodAndTarget, String... fields) {
        StringBuilder head = new StringBuilder(methodAndTarget + " HTTP/1.1\r\nHost: site.example\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    public static String post(String body, String... fields) {
        return request("POST /", fields).replaceFirst("\r\n\r\n$", "\r\nContent-Length: " + body.length() + "\r\n\r\n")
                + body;
    }

    /** The head of a response with these header fields. */
    public static String response(String status, String... fields) {
        StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        return head.append("\r\n").toString();
    }

    public static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    /** Opens a connection to the proxy. */
    public Wire client() throws IOException {
        return client(UNTRUSTED);
    }

    public Wire client(String address) throws IOException {
        Wire client = Wire.connect(address, proxyPort);
        clients.add(client);
        return client;
    }

    /** Opens a connection to the proxy and sends the request. */
    public Wire client(String address, String request) throws IOException {
        Wire client = client(address);
        client.send(request);
        return client;
    }

    /** Returns the next connection that the proxy opens to the server. */
    public Wire server() throws InterruptedException {
        Wire server = upstream.next(Wire.PATIENCE);
        Check.that(server != null, "the proxy made no connection to the server");
        return server;
    }

    /** Like {@link #server}, but returns null when the proxy opens no connection in time. */
    public Wire serverOrNull(Duration patience) throws InterruptedException {
        return upstream.next(patience);
    }

    /** Returns the next connection that the proxy opens to the server, or null when the proxy responds without one. */
    public Wire serverUnlessAnswered(Wire client) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Wire.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Wire server = upstream.next(millis(10));
            if (server != null) {
                return server;
            }
            if (client.isAnsweredWithin(millis(10))) {
                // The proxy may have asked the server before it responded.
                return upstream.next(Duration.ZERO);
            }
        }
        throw new AssertionError("the proxy neither asked the server nor answered");
    }

    public void assertNotForwardedWithin(Duration time) throws IOException, InterruptedException {
        Wire server = upstream.next(time);
        if (server != null) {
            throw new AssertionError(
                    "the proxy asked the server: " + server.head().startLine());
        }
    }

    /** Returns the connection on which the proxy sends its next request: {@code before}, or a new one. */
    public Wire serverAfter(Wire before) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + Wire.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            Wire server = upstream.next(millis(10));
            if (server != null) {
                return server;
            }
            if (before.hasMoreWithin(millis(10))) {
                return before;
            }
        }
        throw new AssertionError("the proxy sent no other request to the server");
    }

    public void stopListening() throws IOException, InterruptedException {
        upstream.stopListening();
        upstream.forgetAll();
    }

    /** Sends a request and returns it as the server received it; the server responds with a plain 200. */
    public Message forwarded(String request) throws IOException, InterruptedException {
        return forwardedFrom(UNTRUSTED, request);
    }

    public Message forwardedFrom(String address, String request) throws IOException, InterruptedException {
        Wire client = client(address, request);
        Wire server = upstream.next(Wire.PATIENCE);
        if (server == null) {
            throw new AssertionError(
                    "not forwarded but answered " + Text.quote(client.head().startLine()));
        }
        Message seen = server.request();
        server.send(LAST_OK);
        server.close();
        Message response = client.response(seen.head().method());
        Check.equal("response", 200, response.status());
        return seen;
    }

    /** Sends a plain GET, lets the server send {@code response}, and returns the response that the client received. */
    public Message relayed(String response) throws IOException, InterruptedException {
        return relayed(get(), response);
    }

    public Message relayed(String request, String response) throws IOException, InterruptedException {
        Wire client = client(UNTRUSTED, request);
        Wire server = server();
        Message seen = server.request();
        server.send(response);
        return client.response(seen.head().method());
    }

    /** Like {@link #relayed(String, String)}, but the server closes the connection after its response. */
    public Message relayedBeforeClose(String request, String response) throws IOException, InterruptedException {
        Wire client = client(UNTRUSTED, request);
        Wire server = server();
        Message seen = server.request();
        server.send(response);
        server.close();
        return client.response(seen.head().method());
    }

    /** Sends a request and returns the proxy's own response; fails when the proxy has asked the server. */
    public Message refused(String request) throws IOException, InterruptedException {
        Wire client = client(UNTRUSTED, request);
        Message response = client.response();
        assertNotForwardedWithin(millis(50));
        return response;
    }

    /** Closes all connections of the case, and makes sure that the proxy keeps no dead connection for the next case. */
    public void end() throws IOException, InterruptedException {
        clients.forEach(Wire::close);
        upstream.forgetAll();
        upstream.listenAgain();
        for (int i = 0; i < 8; i++) {
            if (pingPassed()) {
                upstream.forgetAll();
                return;
            }
            upstream.forgetAll();
        }
        throw new IllegalStateException("the proxy no longer forwards");
    }

    private boolean pingPassed() throws InterruptedException {
        try (Wire client = Wire.connect(UNTRUSTED, proxyPort)) {
            client.send(get("Connection: close"));
            // A proxy that finds dead connections may need several attempts.
            for (Wire server = upstream.next(millis(500)); server != null; server = upstream.next(millis(20))) {
                server.request();
                server.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                server.finish();
            }
            return client.response().status() == 200;
        } catch (IOException | AssertionError e) {
            return false;
        }
    }
}
