package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built WAR under load with little memory. */
@Tag("java")
class LoadIT {
    private static final int MEGABYTES = LongSet.count(250, 500);
    private static final String APP = """
            export default {
              async fetch(request) {
                const url = new URL(request.url);
                if (url.pathname === "/outer") {
                  const inner = await fetch("http://" + request.headers.get("host") + "/inner");
                  return new Response("outer " + (await inner.text()));
                }
                if (url.pathname === "/inner") {
                  await Bun.sleep(50);
                  return new Response("inner");
                }
                if (url.pathname === "/down") {
                  let left = %1$d;
                  const pull = (controller) => {
                    if (left-- > 0) controller.enqueue(new Uint8Array(1 << 20));
                    else controller.close();
                  };
                  return new Response(new ReadableStream({ pull }));
                }
                if (url.pathname === "/pieces") {
                  const pieces = async function* () {
                    for (let i = 0; i < 4; i++) {
                      yield "piece".padEnd(200);
                      await Bun.sleep(20);
                    }
                  };
                  return new Response(pieces());
                }
                if (url.pathname === "/up") {
                  let total = 0;
                  for await (const part of request.body) total += part.length;
                  return new Response(String(total));
                }
                return new Response("");
              },
            };
            """.formatted(MEGABYTES);

    @TempDir
    private static Path directory;

    /** A server whose heap holds only a fraction of one of the large bodies. */
    private static Vts small;

    @BeforeAll
    static void start() throws Exception {
        SmallBuild.write(directory, APP);
        small = Vts.serve(Map.of("VTS_APP_DIR", directory.toString(), "JAVA_TOOL_OPTIONS", "-Xmx64m"));
    }

    @AfterAll
    static void stop() {
        small.close();
    }

    /**
     * More requests than a bounded thread pool has threads: each of them waits for a second request that the app makes.
     */
    @Test
    void anAppThatAsksItsOwnFrontNeverWaitsForItself() throws Exception {
        Vts vts = Vts.serve(Map.of("VTS_APP_DIR", directory.toString()));
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        try (vts) {
            for (int i = 0; i < 400; i++) {
                HttpRequest request = HttpRequest.newBuilder(vts.uri().resolve("/outer"))
                        // X-Forwarded-For, because a local request without it may come from the app itself.
                        .header("X-Forwarded-For", "192.0.2.1")
                        .timeout(Program.PATIENCE)
                        .build();
                responses.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofString()));
            }
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertEquals("outer inner", response.get().body());
            }
        }
    }

    /** When a client leaves, a server ends its request and reuses that request's resources for other requests. */
    @Test
    @Tag("long")
    void clientsThatLeaveCutNoOtherResponse() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(small.uri().resolve("/pieces"))
                .header("X-Forwarded-For", "192.0.2.1")
                .timeout(Program.PATIENCE)
                .build();
        List<CompletableFuture<Void>> readers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            readers.add(wholeAnswers(client, request, 60));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new));
        byte[] head = "GET /pieces HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII);
        while (!all.isDone()) {
            try (Socket leaver = new Socket(small.uri().getHost(), small.uri().getPort())) {
                leaver.getOutputStream().write(head);
                assertTrue(leaver.getInputStream().read() >= 0, "no answer");
            }
        }
        all.join();
    }

    private static CompletableFuture<Void> wholeAnswers(HttpClient client, HttpRequest request, int left) {
        return client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).thenCompose(response -> {
            assertEquals(800, response.body().length());
            return left > 1 ? wholeAnswers(client, request, left - 1) : CompletableFuture.completedFuture(null);
        });
    }

    @Test
    void aLargeAnswerToASlowReaderFitsIntoASmallHeap() throws Exception {
        URI server = small.uri();
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            socket.setReceiveBufferSize(64 * 1024);
            socket.getOutputStream()
                    .write("GET /down HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            // Before the first read, Bun and the front send as much as the buffers hold.
            CompletableFuture<HttpResponse<String>> other = HttpClient.newHttpClient()
                    .sendAsync(
                            HttpRequest.newBuilder(server.resolve("/outer")).build(),
                            HttpResponse.BodyHandlers.ofString());
            assertEquals(200, other.get().statusCode());
            long total = 0;
            byte[] buffer = new byte[1 << 16];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                total += count;
            }
            assertEquals(MEGABYTES, total >> 20);
        }
    }

    @Test
    void aLargeUploadFitsIntoASmallHeap() throws Exception {
        URI server = small.uri();
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: "
                            + ((long) MEGABYTES << 20) + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] piece = new byte[1 << 20];
            for (int i = 0; i < MEGABYTES; i++) {
                out.write(piece);
            }
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals(
                    Long.toString((long) MEGABYTES << 20),
                    response.substring(response.indexOf("\r\n\r\n") + 4),
                    response);
        }
    }
}
