package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.http.WebSocketClient;
import dev.vtsbasic.testing.server.Program;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** WebSockets through the built WAR to a real Bun, which must behave the same on any server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class WebSocketCases {
    private static final String APP = """
            const closings = new Map();
            function closing(id) {
              if (!closings.has(id)) closings.set(id, Promise.withResolvers());
              return closings.get(id);
            }
            const piece = new Uint8Array(64 * 1024);
            let flooded = 0;
            function flood(socket) {
              while (flooded < 256 * 1024 * 1024) {
                flooded += piece.length;
                if (socket.send(piece) < 0) return;
              }
              socket.send("over");
            }
            export default {
              async fetch(request, server) {
                const { pathname, searchParams } = new URL(request.url);
                if (pathname === "/refused") {
                  return new Response("not you", { status: 403, headers: { "X-Reason": "none" } });
                }
                if (pathname === "/closed") return new Response(await closing(searchParams.get("id")).promise);
                if (pathname === "/flooded") {
                  for (let before = -1; flooded !== before; await Bun.sleep(300)) before = flooded;
                  return new Response(String(flooded));
                }
                const data = { url: request.url, id: searchParams.get("id"), floods: pathname === "/flood" };
                const headers = { "Set-Cookie": "seen=yes" };
                const chosen = request.headers.get("sec-websocket-protocol")?.split(",")[0];
                if (chosen) headers["Sec-WebSocket-Protocol"] = chosen;
                if (server.upgrade(request, { data, headers })) return;
                return new Response("plain");
              },
              websocket: {
                maxPayloadLength: 64 * 1024 * 1024,
                backpressureLimit: 1024 * 1024 * 1024,
                idleTimeout: 0,
                open(socket) {
                  if (socket.data.floods) flood(socket);
                },
                drain(socket) {
                  if (socket.data.floods) flood(socket);
                },
                message(socket, message) {
                  if (message === "bye") socket.close(4001, "as you wish");
                  else if (message === "drop") socket.terminate();
                  else if (message === "ping") socket.ping("hello?");
                  else if (message === "later") setTimeout(() => socket.send("now"), 3000);
                  else if (message === "where") socket.send(socket.data.url);
                  else socket.send(message);
                },
                pong(socket, data) {
                  if (data.length > 0) socket.send("pong " + data);
                },
                close(socket, code, reason) {
                  closing(socket.data.id).resolve(code + " " + reason);
                },
              },
            };
            """;
    private static final long FLOOD = 256L << 20;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private Server server;

    /**
     * Starts a server with the WAR.
     *
     * @param directory an empty directory for the server's files
     * @param environment the settings
     */
    abstract Server start(Path directory, Map<String, String> environment) throws Exception;

    record Server(Program program, URI uri) {}

    @BeforeAll
    void startServer(@TempDir Path directory) throws Exception {
        Path app = directory.resolve("app");
        SmallBuild.write(app, APP);
        Path own = Files.createDirectory(directory.resolve("server"));
        server = start(
                own,
                Map.of(
                        "VTS_APP_DIR",
                        app.toString(),
                        "VTS_TRUSTED_PROXIES",
                        "127.0.0.1",
                        "VTS_RESPONSE_TIMEOUT",
                        "5s",
                        "VTS_CONNECT_TIMEOUT",
                        "5s"));
    }

    @AfterAll
    void stopServer() {
        server.program().close();
    }

    @Test
    void aSocketMayBeSilentForLongerThanAnyTimeOut() throws Exception {
        WebSocketClient client = connect("/");
        client.socket.sendText("later", true).join();
        assertEquals("now", client.next());
        client.socket.sendText("still there?", true).join();
        assertEquals("still there?", client.next());
        client.socket.abort();
    }

    @Test
    void textAndBinaryAreEchoed() throws Exception {
        WebSocketClient client = connect("/");
        client.socket.sendText("Grüße 👋", true).join();
        assertEquals("Grüße 👋", client.next());
        byte[] large = new byte[16 * 1024 * 1024];
        new Random(1).nextBytes(large);
        for (int sent = 0; sent < large.length; sent += 1 << 20) {
            boolean last = sent + (1 << 20) == large.length;
            client.socket
                    .sendBinary(ByteBuffer.wrap(large, sent, 1 << 20), last)
                    .join();
        }
        assertArrayEquals(large, (byte[]) client.next());
        client.socket.sendPing(ByteBuffer.wrap("are you there".getBytes())).join();
        assertEquals("pong are you there", client.next());
        client.socket.abort();
    }

    @Test
    void closeCodesTravelBothWays() throws Exception {
        WebSocketClient client = connect("/");
        client.socket.sendText("bye", true).join();
        assertEquals("closed 4001 as you wish", client.next());

        WebSocketClient other = connect("/?id=client-closes");
        other.socket.sendClose(WebSocket.NORMAL_CLOSURE, "done").join();
        assertTrue(other.next().toString().startsWith("closed 1000"));
        assertEquals("1000 done", get("/closed?id=client-closes").body());
    }

    @Test
    void aWebSocketThatTheClientAbortsIsClosedForTheApp() throws Exception {
        WebSocketClient client = connect("/?id=vanishes");
        client.socket.abort();
        assertTrue(get("/closed?id=vanishes").body().startsWith("1006"));
    }

    @Test
    void aWebSocketThatTheAppTerminatesIsClosedForTheClient() throws Exception {
        WebSocketClient client = connect("/");
        client.socket.sendText("drop", true).join();
        String end = client.next().toString();
        assertTrue(end.startsWith("closed 1006") || end.startsWith("closed 1014") || end.contains("EOF"), end);
    }

    @Test
    void aPingOfTheAppIsAnsweredByTheClient() throws Exception {
        WebSocketClient client = connect("/");
        client.socket.sendText("ping", true).join();
        assertEquals("pong hello?", client.next());
        client.socket.abort();
    }

    @Test
    void emptyAndFragmentedMessagesArriveUnchanged() throws Exception {
        WebSocketClient client = connect("/");
        client.socket.sendText("", true).join();
        assertEquals("", client.next());
        client.socket.sendBinary(ByteBuffer.allocate(0), true).join();
        assertArrayEquals(new byte[0], (byte[]) client.next());
        StringBuilder whole = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            // Characters of three and of four bytes, so that hardly any fragment ends at the end of a character.
            String part = "水👋".repeat(i);
            whole.append(part);
            client.socket.sendText(part, i == 299).join();
        }
        assertEquals(whole.toString(), client.next());
        client.socket.abort();
    }

    /** A proxy that buffers for a client that does not read would take the whole flood. */
    @Test
    void aSlowReaderSlowsTheAppDown() throws Exception {
        WebSocketClient client = new WebSocketClient();
        client.reading = false;
        client.socket = CLIENT.newWebSocketBuilder()
                .buildAsync(webSocket("/flood"), client)
                .get(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        long flooded = Long.parseLong(get("/flooded").body());
        assertTrue(flooded < FLOOD / 4, "the app could send " + flooded);
        client.read();
        for (long received = 0; received < FLOOD; ) {
            received += ((byte[]) client.next()).length;
        }
        assertEquals("over", client.next());
        client.socket.abort();
    }

    @Test
    void theSubprotocolIsTheAppsChoice() throws Exception {
        WebSocketClient client = new WebSocketClient();
        client.socket = CLIENT.newWebSocketBuilder()
                .subprotocols("chat.v2", "chat.v1")
                .buildAsync(webSocket("/"), client)
                .get(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertEquals("chat.v2", client.socket.getSubprotocol());
        client.socket.abort();
    }

    @Test
    void aHandshakeForwardedFromHttpsReachesTheAppWithItsUrl() throws Exception {
        WebSocketClient client = new WebSocketClient();
        client.socket = CLIENT.newWebSocketBuilder()
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "example.org")
                .buildAsync(webSocket("/there"), client)
                .get(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        client.socket.sendText("where", true).join();
        assertEquals("https://example.org/there", client.next());
        client.socket.abort();
    }

    @Test
    void aRefusedHandshakeIsPassedOn() {
        CompletionException refused = assertThrows(
                CompletionException.class,
                () -> CLIENT.newWebSocketBuilder()
                        .buildAsync(webSocket("/refused"), new WebSocketClient())
                        .join());
        WebSocketHandshakeException reason = (WebSocketHandshakeException) refused.getCause();
        assertEquals(403, reason.getResponse().statusCode());
        assertEquals(
                "none", reason.getResponse().headers().firstValue("X-Reason").orElse(""));
    }

    @Test
    void manySocketsAreOpenAtOnce() throws Exception {
        List<CompletableFuture<WebSocket>> opening = new ArrayList<>();
        List<WebSocketClient> clients = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            WebSocketClient client = new WebSocketClient();
            clients.add(client);
            opening.add(CLIENT.newWebSocketBuilder().buildAsync(webSocket("/"), client));
        }
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).socket = opened(opening.get(i));
        }
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).socket.sendText("hello " + i, true).join();
        }
        for (int i = 0; i < clients.size(); i++) {
            assertEquals("hello " + i, clients.get(i).next());
            clients.get(i).socket.abort();
        }
    }

    /** Runs last, because it stops the server. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aStopClosesWebSocketsWithStatus1001() throws Exception {
        WebSocketClient client = connect("/");
        client.socket.sendText("hello", true).join();
        assertEquals("hello", client.next());
        server.program().terminate();
        String end = client.next().toString();
        assertTrue(end.startsWith("closed 1001 "), end);
        server.program().awaitExit();
    }

    private URI webSocket(String path) {
        return URI.create(server.uri().toString().replace("http", "ws") + path);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return CLIENT.send(
                HttpRequest.newBuilder(server.uri().resolve(path))
                        .timeout(Program.PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private WebSocketClient connect(String path) throws Exception {
        WebSocketClient client = new WebSocketClient();
        client.socket = opened(CLIENT.newWebSocketBuilder().buildAsync(webSocket(path), client));
        return client;
    }

    private static WebSocket opened(CompletableFuture<WebSocket> opening) throws Exception {
        try {
            return opening.get(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refusal) {
                throw new AssertionError("refused with " + refusal.getResponse().statusCode(), e);
            }
            throw e;
        }
    }
}
