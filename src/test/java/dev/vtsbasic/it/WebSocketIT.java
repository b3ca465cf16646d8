package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** WebSockets through the built WAR to a real Bun, which echoes. */
class WebSocketIT {
    private static final String APP = """
            export default {
              fetch(request, server) {
                const { pathname } = new URL(request.url);
                if (pathname === "/refused") return new Response("not you", { status: 403 });
                if (pathname === "/events") {
                  const body = async function* () {
                    yield "data: first\\n\\n";
                    await Bun.sleep(3000);
                    yield "data: second\\n\\n";
                  };
                  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
                }
                const data = { url: request.url };
                const chosen = request.headers.get("sec-websocket-protocol")?.split(",")[0];
                const headers = chosen ? { "Sec-WebSocket-Protocol": chosen } : {};
                if (server.upgrade(request, { data, headers })) return;
                return new Response("plain");
              },
              websocket: {
                maxPayloadLength: 64 * 1024 * 1024,
                idleTimeout: 0,
                message(socket, message) {
                  if (message === "bye") socket.close(4001, "as you wish");
                  else if (message === "where") socket.send(socket.data.url);
                  else if (message === "later") setTimeout(() => socket.send("now"), 3000);
                  else socket.send(message);
                },
              },
            };
            """;
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    private static Path directory;

    private static Vts vts;

    @BeforeAll
    static void start() throws Exception {
        SmallBuild.write(directory, APP);
        vts = Vts.serve(Map.of("VTS_APP_DIR", directory.toString(), "VTS_TRUSTED_PROXIES", "127.0.0.1"));
    }

    @AfterAll
    static void stop() {
        vts.close();
    }

    @Test
    void textAndBinaryAreEchoed() throws Exception {
        Client client = connect("/");
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
        Client client = connect("/");
        client.socket.sendText("bye", true).join();
        assertEquals("closed 4001 as you wish", client.next());

        Client other = connect("/");
        other.socket.sendClose(WebSocket.NORMAL_CLOSURE, "done").join();
        assertEquals("closed 1000 done", other.next());
    }

    @Test
    void theSubprotocolIsTheAppsChoice() throws Exception {
        Client client = new Client();
        client.socket = CLIENT.newWebSocketBuilder()
                .subprotocols("chat.v2", "chat.v1")
                .buildAsync(webSocket("/"), client)
                .get(30, TimeUnit.SECONDS);
        assertEquals("chat.v2", client.socket.getSubprotocol());
        client.socket.abort();
    }

    @Test
    void theAppOpensASocketForAnAddressWithHttps() throws Exception {
        Client client = new Client();
        client.socket = CLIENT.newWebSocketBuilder()
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "example.org")
                .buildAsync(webSocket("/there"), client)
                .get(30, TimeUnit.SECONDS);
        client.socket.sendText("where", true).join();
        assertEquals("https://example.org/there", client.next());
        client.socket.abort();
    }

    @Test
    void aRefusedHandshakeIsPassedOn() {
        CompletionException refused = assertThrows(
                CompletionException.class,
                () -> CLIENT.newWebSocketBuilder()
                        .buildAsync(webSocket("/refused"), new Client())
                        .join());
        WebSocketHandshakeException reason = (WebSocketHandshakeException) refused.getCause();
        assertEquals(403, reason.getResponse().statusCode());
    }

    @Test
    void manySocketsAreOpenAtOnce() throws Exception {
        List<CompletableFuture<WebSocket>> opening = new ArrayList<>();
        List<Client> clients = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            Client client = new Client();
            clients.add(client);
            opening.add(CLIENT.newWebSocketBuilder().buildAsync(webSocket("/"), client));
        }
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).socket = opening.get(i).get(30, TimeUnit.SECONDS);
        }
        for (int i = 0; i < clients.size(); i++) {
            clients.get(i).socket.sendText("hello " + i, true).join();
        }
        for (int i = 0; i < clients.size(); i++) {
            assertEquals("hello " + i, clients.get(i).next());
            clients.get(i).socket.abort();
        }
    }

    /** For three times as long as anything else may. */
    @Test
    void socketsAndEventStreamsMayBeSilentForLongerThanAnyTimeOut() throws Exception {
        Map<String, String> shortest = Map.of(
                "VTS_APP_DIR",
                directory.toString(),
                "VTS_RESPONSE_TIMEOUT",
                "1s",
                "VTS_CONNECT_TIMEOUT",
                "1s",
                "VTS_HOLD_TIMEOUT",
                "1s");
        try (Vts impatient = Vts.serve(shortest)) {
            CompletableFuture<HttpResponse<String>> events = CLIENT.sendAsync(
                    HttpRequest.newBuilder(impatient.uri().resolve("/events")).build(),
                    HttpResponse.BodyHandlers.ofString());
            Client client = connect(impatient, "/");
            client.socket.sendText("later", true).join();
            assertEquals("now", client.next());
            client.socket.sendText("still there?", true).join();
            assertEquals("still there?", client.next());
            client.socket.abort();
            assertEquals(
                    "data: first\n\ndata: second\n\n",
                    events.get(30, TimeUnit.SECONDS).body());
        }
    }

    @Test
    void aStopTellsTheClientsToComeBack() throws Exception {
        try (Vts stopping = Vts.serve(Map.of("VTS_APP_DIR", directory.toString()))) {
            Client client = connect(stopping, "/");
            client.socket.sendText("hello", true).join();
            assertEquals("hello", client.next());
            stopping.terminate();
            assertEquals("closed 1001 The server is restarting", client.next());
            assertEquals(0, stopping.awaitExit(), stopping.output());
        }
    }

    private static URI webSocket(String path) {
        return webSocket(vts, path);
    }

    private static URI webSocket(Vts vts, String path) {
        return URI.create(vts.uri().toString().replace("http", "ws") + path);
    }

    private static Client connect(String path) throws Exception {
        return connect(vts, path);
    }

    private static Client connect(Vts vts, String path) throws Exception {
        Client client = new Client();
        client.socket = CLIENT.newWebSocketBuilder()
                .buildAsync(webSocket(vts, path), client)
                .get(30, TimeUnit.SECONDS);
        return client;
    }

    /** Whole messages and events, in their order. */
    private static final class Client implements WebSocket.Listener {
        private final BlockingQueue<Object> events = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
        private WebSocket socket;

        Object next() throws InterruptedException {
            Object event = events.poll(30, TimeUnit.SECONDS);
            if (event == null) {
                throw new AssertionError("nothing came");
            }
            return event;
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                events.add(text.toString());
                text.setLength(0);
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            binary.writeBytes(bytes);
            if (last) {
                events.add(binary.toByteArray());
                binary.reset();
            }
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            events.add("pong " + new String(bytes));
            webSocket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            events.add("closed " + statusCode + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            events.add(error);
        }
    }
}
