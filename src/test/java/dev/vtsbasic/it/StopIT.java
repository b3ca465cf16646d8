package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.SelfSigned;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stop during a download, which the kernel (sendfile) or, over TLS, a thread sends. */
@Tag("java")
class StopIT {
    /** Larger than the socket buffers of both sides together. */
    private static final byte[] LARGE = new byte[48 << 20];

    @TempDir
    private static Path directory;

    @BeforeAll
    static void writeBuild() throws Exception {
        SmallBuild.write(directory, """
                import { existsSync } from "node:fs";
                export default {
                  async fetch(request) {
                    const until = new URL(request.url).searchParams.get("until");
                    if (until) {
                      console.log("held until " + until);
                      while (!existsSync(until)) await Bun.sleep(10);
                    }
                    return new Response("ok");
                  },
                };
                """);
        new Random(1).nextBytes(LARGE);
        Files.write(directory.resolve("client/large.bin"), LARGE);
        SelfSigned.write("first", directory.resolve("cert.pem"), directory.resolve("key.pem"));
    }

    private static Vts serve(boolean tls, String stopTimeout) throws Exception {
        Map<String, String> settings =
                new HashMap<>(Map.of("VTS_APP_DIR", directory.toString(), "VTS_STOP_TIMEOUT", stopTimeout));
        if (tls) {
            settings.put("VTS_TLS_CERT", directory.resolve("cert.pem").toString());
            settings.put("VTS_TLS_KEY", directory.resolve("key.pem").toString());
        }
        return Vts.serve(settings);
    }

    /** Returns the body of the large file before any of it is read. */
    private static InputStream download(Vts vts) throws Exception {
        HttpResponse<InputStream> response = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(SelfSigned.trustingAnyone())
                .build()
                .send(
                        HttpRequest.newBuilder(vts.uri().resolve("/large.bin"))
                                .timeout(Program.PATIENCE)
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, response.statusCode());
        return response.body();
    }

    /** Many clients connect while the stop begins; each client whose connection was accepted must get a response. */
    @Test
    void aConnectionThatWasAcceptedIsServedThoughAStopBegins() throws Exception {
        try (Vts vts = serve(false, "60s")) {
            AtomicBoolean refused = new AtomicBoolean();
            AtomicInteger served = new AtomicInteger();
            Queue<String> lost = new ConcurrentLinkedQueue<>();
            List<Thread> clients = Stream.generate(() -> new Thread(() -> {
                        while (!refused.get()) {
                            RawClient connected;
                            try {
                                connected = new RawClient(vts.uri().getPort());
                            } catch (IOException | RuntimeException e) {
                                refused.set(true);
                                return;
                            }
                            try (connected) {
                                connected.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                                int status = connected.readToEnd().status();
                                if (status == 200) {
                                    served.incrementAndGet();
                                } else {
                                    lost.add("status " + status);
                                }
                            } catch (IOException | RuntimeException | AssertionError e) {
                                lost.add(e.toString());
                            }
                        }
                    }))
                    .limit(16)
                    .toList();
            clients.forEach(Thread::start);
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            while (served.get() < 200 && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            vts.terminate();
            for (Thread client : clients) {
                client.join(Program.PATIENCE.toMillis());
            }
            assertTrue(refused.get(), "the port stays open");
            assertEquals(List.of(), List.copyOf(lost), served + " were served");
            assertEquals(0, vts.awaitExit(), vts.output());
        }
    }

    /** The client connects before the stop and sends its request after the port has closed. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRequestSentDuringAStopOnAnAcceptedConnectionIsServed(boolean tls) throws Exception {
        String until = "go-" + tls;
        try (Vts vts = serve(tls, "3m")) {
            CompletableFuture<HttpResponse<String>> held = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .sslContext(SelfSigned.trustingAnyone())
                    .build()
                    .sendAsync(
                            HttpRequest.newBuilder(vts.uri().resolve("/?until=" + until))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            vts.awaitLine("held until " + until);
            Socket client = new Socket("127.0.0.1", vts.uri().getPort());
            vts.terminate();
            vts.awaitLine("finishing the running requests");
            Socket socket = tls
                    ? SelfSigned.trustingAnyone().getSocketFactory().createSocket(client, "localhost", 443, true)
                    : client;
            socket.setSoTimeout((int) Program.PATIENCE.toMillis());
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String response = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertTrue(response.startsWith("HTTP/1.1 200"), response);
            socket.close();
            Files.writeString(directory.resolve(until), "");
            assertEquals("ok", held.get(3, TimeUnit.MINUTES).body());
            assertEquals(0, vts.awaitExit(), vts.output());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStopLetsADownloadFinish(boolean tls) throws Exception {
        try (Vts vts = serve(tls, "60s");
                InputStream body = download(vts)) {
            ProcessHandle bun = vts.buns().get(0);
            byte[] start = body.readNBytes(1000);
            vts.terminate();
            vts.awaitLine("finishing the running requests");
            assertFalse(Program.endsWithin(bun, Duration.ofSeconds(1)), "stopped while a file was being sent");
            assertArrayEquals(Arrays.copyOf(LARGE, 1000), start);
            assertArrayEquals(Arrays.copyOfRange(LARGE, 1000, LARGE.length), body.readAllBytes());
            assertEquals(0, vts.awaitExit(), vts.output());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDownloadThatIsNotReadIsCutAtTheStopTimeout(boolean tls) throws Exception {
        try (Vts vts = serve(tls, "1s");
                InputStream body = download(vts)) {
            assertEquals(LARGE[0], (byte) body.read());
            vts.terminate();
            vts.awaitLine("1 requests did not finish within VTS_STOP_TIMEOUT and are cut");
            assertEquals(143, vts.awaitExit(), vts.output());
        }
    }
}
