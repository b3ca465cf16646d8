package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.http.TimedResponse;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Stop and drain of {@code java -jar}, as clients, load balancers and operators see them. */
@Tag("java")
@Order(1)
class ShutdownIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void noBunOutlivesAKilledJvm() throws Exception {
        try (Vts vts = Vts.serve(Map.of())) {
            List<ProcessHandle> buns = vts.buns();
            assertEquals(1, buns.size());
            vts.kill();
            assertTrue(Program.endsSoon(buns.get(0)), "Bun is still running");
        }
    }

    @Test
    void aStopLetsARunningResponseFinish() throws Exception {
        try (Vts vts = Vts.serve(Map.of())) {
            ProcessHandle bun = vts.buns().get(0);
            CompletableFuture<TimedResponse> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return TimedResponse.get(vts.uri(), "/api/stream?chunks=20&interval=300");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            // Its first line shows that the stream is on its way.
            get(vts.uri(), "/about");
            vts.terminate();
            vts.awaitLine("finishing the running requests");
            awaitRefusal(vts.uri());
            assertFalse(answer.isDone(), "refused only when all was over");
            assertTrue(
                    answer.get().text().contains("line 20 of 20"), answer.get().text());
            assertTrue(answer.get().text().endsWith("0\r\n\r\n"), answer.get().text());
            assertEquals(0, vts.awaitExit(), vts.output());
            assertFalse(bun.isAlive());
        }
    }

    /** Waits for a refusal, because a refused connection makes a proxy in front try another server at once. */
    private static void awaitRefusal(URI server) throws IOException {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), 200);
            } catch (ConnectException e) {
                return;
            } catch (SocketTimeoutException e) {
                // The server accepts no more connections, but the port is still open.
            } catch (SocketException e) {
                // Reset: the port was closed during the connect.
            }
        }
        throw new AssertionError("connections are not refused");
    }

    @Test
    void duringTheShutdownDelayRequestsAreServedAndReadinessIsDown() throws Exception {
        try (Vts vts = Vts.serve(Map.of("VTS_SHUTDOWN_DELAY", "1h"))) {
            assertEquals("", header(get(vts.uri(), "/about"), "connection"));
            vts.terminate();
            vts.awaitLine("SIGTERM received: not ready; stopping in 3600000 ms");
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            HttpResponse<String> ready = get(vts.uri(), "/-/ready");
            while (ready.statusCode() == 200 && System.nanoTime() < deadline) {
                ready = get(vts.uri(), "/-/ready");
            }
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("about to stop"), ready.body());
            assertEquals(200, get(vts.uri(), "/-/live").statusCode());
            HttpResponse<String> page = get(vts.uri(), "/about");
            assertEquals(200, page.statusCode());
            assertEquals("close", header(page, "connection"));

            List<ProcessHandle> buns = vts.buns();
            vts.terminate();
            assertEquals(130, vts.awaitExit(), vts.output());
            assertTrue(Program.endsSoon(buns.get(0)));
        }
    }

    @Test
    void aDrainClosesConnectionsUntilAResumeAndShortensTheShutdownDelay() throws Exception {
        try (Vts vts = Vts.serve(Map.of("VTS_SHUTDOWN_DELAY", "1h", "VTS_MANAGEMENT_TOKEN", "secret"))) {
            for (int round = 0; round < 2; round++) {
                change(vts, "drain");
                change(vts, "drain");
                HttpResponse<String> ready = get(vts.uri(), "/-/ready");
                assertEquals(503, ready.statusCode());
                assertTrue(ready.body().contains("Draining"), ready.body());
                assertEquals("vts_draining 1.0", draining(vts));
                HttpResponse<String> page = get(vts.uri(), "/about");
                assertEquals(200, page.statusCode());
                assertEquals("close", header(page, "connection"));
                if (round == 0) {
                    change(vts, "resume");
                    change(vts, "resume");
                    assertEquals(200, get(vts.uri(), "/-/ready").statusCode());
                    assertEquals("vts_draining 0.0", draining(vts));
                    assertEquals("", header(get(vts.uri(), "/about"), "connection"));
                    assertEquals("", header(get(vts.uri(), "/about"), "connection"));
                }
            }
            vts.awaitLine("Draining: ");
            vts.awaitLine("Resumed: ");
            vts.awaitLine("Draining: ");
            vts.terminate();
            Matcher rest = vts.awaitLine("not ready; stopping in (\\d+) ms");
            assertTrue(Integer.parseInt(rest.group(1)) < 3_600_000, rest.group());
            assertEquals(409, post(vts, "resume").statusCode());
            HttpResponse<String> ready = get(vts.uri(), "/-/ready");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("about to stop"), ready.body());
            assertEquals(2, vts.output().split("Draining: ", -1).length - 1, vts.output());
            vts.terminate();
            assertEquals(130, vts.awaitExit(), vts.output());
        }
    }

    private static void change(Vts vts, String what) throws Exception {
        assertEquals(200, post(vts, what).statusCode());
    }

    private static HttpResponse<String> post(Vts vts, String what) throws Exception {
        return CLIENT.send(
                request(vts.uri(), "/-/" + what)
                        .header("Authorization", "Bearer secret")
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String draining(Vts vts) throws Exception {
        return get(vts.uri(), "/-/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("vts_draining "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Tag("long")
    void anEventStreamDoesNotHoldTheStop() throws Exception {
        try (Vts vts = Vts.serve(Map.of())) {
            HttpResponse<java.io.InputStream> events =
                    CLIENT.send(request(vts.uri(), "/api/metrics").build(), HttpResponse.BodyHandlers.ofInputStream());
            assertTrue(events.body().read() >= 0);
            vts.terminate();
            assertEquals(0, vts.awaitExit(), vts.output());
        }
    }

    private static HttpResponse<String> get(URI server, String path) throws IOException, InterruptedException {
        return send(request(server, path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(URI server, String path) {
        return HttpRequest.newBuilder(server.resolve(path)).timeout(Program.PATIENCE);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
