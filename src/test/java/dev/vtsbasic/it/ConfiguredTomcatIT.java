package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.KeptConnection;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.StockTomcat;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.core5.http.HttpVersion;
import org.apache.hc.core5.http2.config.H2Config;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stock Tomcat with the configuration files of {@code tomcat-conf/}. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ConfiguredTomcatIT {
    /**
     * Number of concurrent HTTP/2 streams: above Tomcat's default limit of 20, below the limit of 100 that we
     * configure.
     */
    private static final int CONCURRENT_STREAMS = 30;

    private static final String APP = """
            let release;
            const released = new Promise((resolve) => (release = resolve));
            const company = Promise.withResolvers();
            let present = 0;
            export default {
              async fetch(request, server) {
                const target = request.url.slice(request.url.indexOf("/", "http://".length));
                if (target === "/socket") return server.upgrade(request) ? undefined : new Response("no socket");
                if (target === "/company") {
                  if (++present === CONCURRENT_STREAMS) company.resolve();
                  await company.promise;
                }
                if (target === "/broken") {
                  return new Response(
                    new ReadableStream({
                      start(body) {
                        body.enqueue("bro");
                        setTimeout(() => body.error(new Error("broken")), 100);
                      },
                    }),
                  );
                }
                if (target === "/held") {
                  async function* body() {
                    yield "held";
                    await released;
                    yield " and released";
                  }
                  return new Response(body());
                }
                return new Response(target);
              },
              websocket: {
                message(socket, message) {
                  if (message === "release") release();
                  socket.send(message);
                },
              },
            };
            """.replace("CONCURRENT_STREAMS", Integer.toString(CONCURRENT_STREAMS));

    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private static Path directory;

    private static Path errors;
    private static StockTomcat tomcat;

    @BeforeAll
    static void start() throws Exception {
        Path app = directory.resolve("app");
        SmallBuild.write(app, APP);
        errors = directory.resolve("errors");
        tomcat = StockTomcat.runConfigured(
                Files.createDirectory(directory.resolve("base")), errors, Map.of("VTS_APP_DIR", app.toString()));
    }

    @AfterAll
    static void stop() {
        tomcat.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2Fb%2fc",
                "/a%5Cb",
                "/a[b]?c[]=d",
                "/a|b?c|d",
                "/a;x=1/b;y=2",
                "/a;jsessionid=1",
                "/%E9%FF?%E9",
                "/a//b"
            })
    void aTargetReachesTheAppAsItWasSent(String target) throws IOException {
        RawResponse response = ask(target, "");
        assertEquals(200, response.status(), response.text());
        assertEquals(target, response.body());
    }

    @Test
    void aHeadMayBeLongerThanTomcatsOwnLimit() throws IOException {
        assertEquals(200, ask("/", "x".repeat(12_000)).status());
    }

    @Test
    void aHeadThatIsTooLongIsRefusedWithoutTellingTheVersion() throws IOException {
        RawResponse response = ask("/", "x".repeat(21_000));
        assertEquals(400, response.status());
        assertFalse(response.text().contains("Tomcat"), response.text());
    }

    @Test
    void oneConnectionOfHttp2CarriesMoreThanTomcatsOwnLimit() throws Exception {
        try (CloseableHttpAsyncClient client = HttpAsyncClients.createHttp2Minimal(H2Config.DEFAULT)) {
            client.start();
            List<Future<SimpleHttpResponse>> responses = new ArrayList<>();
            for (int i = 0; i < CONCURRENT_STREAMS; i++) {
                responses.add(client.execute(
                        SimpleRequestBuilder.get(tomcat.uri().resolve("/company"))
                                .build(),
                        null));
            }
            for (Future<SimpleHttpResponse> future : responses) {
                SimpleHttpResponse response = future.get(30, TimeUnit.SECONDS);
                assertEquals(HttpVersion.HTTP_2, response.getVersion());
                assertEquals(200, response.getCode());
            }
        }
    }

    @Test
    void exchangesRunOnVirtualThreadsWhereJavaHasThem() throws Exception {
        assertThrows(IOException.class, () -> CLIENT.send(request("/broken"), HttpResponse.BodyHandlers.ofString()));
        String thread =
                tomcat.awaitLine("\\[(.*?)\\] .*GET /broken .* broke off").group(1);
        assertEquals(
                Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS,
                thread.matches("http-nio-.*-virt-\\d+"),
                thread);
    }

    /** Runs last, because it stops the server. */
    @Test
    @Order(Integer.MAX_VALUE)
    void aStopRefusesTheNextConnectionAndWaitsForTheRunningRequest() throws Exception {
        CompletableFuture<String> echo = new CompletableFuture<>();
        WebSocket socket = CLIENT.newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + tomcat.uri().getPort() + "/socket"), new Listener(echo))
                .get(30, TimeUnit.SECONDS);
        var held = CLIENT.send(request("/held"), HttpResponse.BodyHandlers.ofInputStream());
        assertEquals("held", new String(held.body().readNBytes(4)));
        ProcessHandle bun = tomcat.buns().get(0);

        tomcat.terminate();
        tomcat.awaitLine("Stopping service");
        assertThrows(
                ConnectException.class,
                () -> new Socket(InetAddress.getLoopbackAddress(), tomcat.uri().getPort()).close());
        socket.sendText("release", true);
        assertEquals("release", echo.get(30, TimeUnit.SECONDS));
        assertEquals(" and released", new String(held.body().readAllBytes()));

        assertEquals(143, tomcat.awaitExit());
        assertTrue(Program.endsSoon(bun), "Bun is still running");
        assertEquals("", Files.readString(errors), "printed to standard error");
        for (String line : tomcat.output().split("\n")) {
            assertTrue(
                    line.matches("\\d{4}-\\d\\d-\\d\\dT[\\d:.]{12}(Z|[+-]\\d\\d:\\d\\d)"
                            + " (INFO|WARNING|SEVERE) \\[[^]]*\\] \\S+ .+"),
                    line);
        }
        for (String written : List.of("logs", "work")) {
            assertEquals(0, directory.resolve("base").resolve(written).toFile().list().length, written);
        }
    }

    private static RawResponse ask(String target, String filling) throws IOException {
        try (KeptConnection connection = new KeptConnection(tomcat.uri().getPort())) {
            return connection.ask(
                    "GET " + target + " HTTP/1.1\r\nHost: site.example\r\nX-Filling: " + filling + "\r\n\r\n");
        }
    }

    private static HttpRequest request(String path) {
        return HttpRequest.newBuilder(tomcat.uri().resolve(path))
                .timeout(Program.PATIENCE)
                .build();
    }

    private record Listener(CompletableFuture<String> first) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            first.complete(data.toString());
            return null;
        }
    }
}
