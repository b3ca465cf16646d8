package dev.vtsbasic.it;

import static dev.vtsbasic.testing.server.FailedStart.assertFails;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails: the program prints one line with the reason and the remedy, and exits with the matching code. */
@Tag("java")
@Order(1)
class StartFailureIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void aTakenPortIsExplained() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            assertFails(2, "vts-basic: Cannot listen on 127.0.0.1 port " + port, Map.of("VTS_PORT", port));
        }
    }

    /** Tomcat's warnings about remaining threads would scroll the reason off the screen. */
    @Test
    @Tag("long")
    void aTakenPortIsExplainedInASingleLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"));
                Vts vts = Vts.launch(
                        Map.of("VTS_PORT", Integer.toString(taken.getLocalPort()), "VTS_LOG_LEVEL", "warn"))) {
            assertEquals(2, vts.awaitExit(), vts.output());
            // Leave out the JVM's own warnings.
            List<String> said = vts.output()
                    .lines()
                    .filter(line -> !line.startsWith("WARNING: "))
                    .toList();
            assertEquals(1, said.size(), vts.output());
        }
    }

    @Test
    void aMissingBunIsExplained() throws Exception {
        assertFails(1, "vts-basic: VTS_BUN names /nowhere/bun", Map.of("VTS_BUN", "/nowhere/bun"));
    }

    @Test
    void aMissingAppDirectoryIsExplained() throws Exception {
        assertFails(2, "vts-basic: VTS_APP_DIR: /nowhere is not a directory", Map.of("VTS_APP_DIR", "/nowhere"));
    }

    @Test
    void aNameThatTheLocaleCannotSpellIsExplained(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, "export default { fetch() {} };");
        Files.writeString(directory.resolve("client/café.png"), "");
        String remedy = "start with LC_ALL=C.UTF-8";
        assertFails(2, remedy, Map.of("LC_ALL", "C", "VTS_APP_DIR", directory.toString()));
        Path renamed = Files.move(directory, directory.resolveSibling(directory.getFileName() + "é"));
        assertFails(2, remedy, Map.of("LC_ALL", "C", "VTS_APP_DIR", renamed.toString()));
        Files.move(renamed, directory);
    }

    @Test
    void aBadSettingIsExplained() throws Exception {
        assertFails(
                2,
                "vts-basic: VTS_PORT is \"99999\", from the environment; allowed is a number from 0 to 65535",
                Map.of("VTS_PORT", "99999"));
    }

    @Test
    void anAppThatFailsToStartIsExplainedWithItsLastOutput(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, "throw new Error('the database is away')");
        assertFails(1, "the database is away", Map.of("VTS_APP_DIR", directory.toString()));
    }

    @Test
    void anAppThatDoesNotAnswerIsGivenUp(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, "export default { fetch: () => new Promise(() => {}) }");
        assertFails(
                3,
                "vts-basic: Bun did not answer / within 5000 ms; VTS_STARTUP_TIMEOUT",
                Map.of("VTS_APP_DIR", directory.toString(), "VTS_STARTUP_TIMEOUT", "5s"));
    }

    @Test
    void anAppThatAnswersOnlyWithErrorsIsQuotedAndProbedLessOften(@TempDir Path directory) throws Exception {
        SmallBuild.write(
                directory,
                "let count = 0; export default { fetch() {"
                        + " console.log(`probe ${++count}`);"
                        + " return new Response('the database\\nis away', { status: 500 }) } }");
        try (Vts vts = Vts.launch(Map.of("VTS_APP_DIR", directory.toString(), "VTS_STARTUP_TIMEOUT", "5s"))) {
            assertEquals(3, vts.awaitExit(), vts.output());
            vts.awaitLine("^vts-basic: The app answered / with status 500 for 5000 ms; VTS_READY_PATH.*"
                    + "; the answer begins: the database is away; it printed last:$");
            // Probes within 5 s: after 50, 100, 200 and 400 ms, then every second.
            assertFalse(vts.output().contains("probe 12"), vts.output());
        }
    }

    @Test
    void anAppWithoutAPageAtTheReadyPathIsServedWithAWarning(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, "export default { fetch: () => new Response('none', { status: 404 }) }");
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", directory.toString(), "VTS_WORKERS", "2"))) {
            vts.awaitLine("worker-2-1 is ready");
            vts.awaitLine("WARN.* responds to / with status 404");
            assertEquals(200, get(vts.uri(), "/-/ready").statusCode());
            assertEquals(1, vts.output().split("responds to / with status 404", -1).length - 1, vts.output());
        }
    }

    @Test
    @Tag("long")
    void aReadyPageThatHangsKeepsTheServerNotReadyAndEndsTheStart(@TempDir Path directory) throws Exception {
        SmallBuild.write(
                directory,
                "export default { fetch: (request) => new URL(request.url).pathname === '/api'"
                        + " ? new Response('api') : new Promise(() => {}) }");
        int port = Ports.free();
        URI site = URI.create("http://127.0.0.1:" + port);
        try (Vts vts = Vts.launch(Map.of(
                "VTS_APP_DIR", directory.toString(),
                "VTS_PORT", Integer.toString(port),
                "VTS_STARTUP_TIMEOUT", "15s"))) {
            HttpResponse<String> api = getOnceListening(site, "/api");
            assertEquals("api", api.body());
            assertEquals(503, get(site, "/-/ready").statusCode());
            assertEquals(3, vts.awaitExit(), vts.output());
            vts.awaitLine("^vts-basic: Bun did not answer / within 15000 ms");
        }
    }

    private static HttpResponse<String> getOnceListening(URI server, String path) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (true) {
            try {
                return get(server, path);
            } catch (ConnectException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    @Test
    void aCrashLoopEndsTheProgram(@TempDir Path directory) throws Exception {
        SmallBuild.write(
                directory,
                "export default { fetch: () => { setTimeout(() => process.exit(7), 20); return new Response() } }");
        assertFails(
                1,
                "Bun crashed 3 times within 60 s",
                Map.of("VTS_APP_DIR", directory.toString(), "VTS_MAX_CRASHES", "3"));
    }

    @Test
    @Tag("long")
    void aProgramThatStaysInACrashLoopSaysSoAndCanBeRestarted(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, """
                import { existsSync } from "node:fs";
                const healthy = existsSync("healthy");
                export default {
                  fetch() {
                    if (!healthy) setTimeout(() => process.exit(7), 20);
                    return new Response("well");
                  },
                };
                """);
        Map<String, String> environment =
                Map.of("VTS_APP_DIR", directory.toString(), "VTS_MAX_CRASHES", "3", "VTS_ON_CRASH_LOOP", "stay");
        try (Vts vts = Vts.serve(environment)) {
            vts.awaitLine("crashed 3 times within 60 s and is not started again.*ended with exit code 7");
            HttpResponse<String> page = get(vts.uri(), "/");
            assertEquals(503, page.statusCode());
            assertTrue(page.body().contains("keeps crashing"), page.body());
            assertTrue(page.body().contains("ended with exit code 7"), page.body());
            HttpResponse<String> strangers = send(request(vts.uri(), "/").header("X-Forwarded-For", "192.0.2.1"));
            assertFalse(strangers.body().contains("exit code"), strangers.body());
            HttpResponse<String> ready = get(vts.uri(), "/-/ready");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("keeps crashing"), ready.body());
            assertTrue(
                    ready.body()
                            .endsWith("{\"name\":\"worker-1\",\"status\":\"DOWN\",\"data\":{\"state\":\"given_up\","
                                    + "\"problem\":\"The last one crashed; the log says why\"}}]}"),
                    ready.body());

            Files.writeString(directory.resolve("healthy"), "");
            String port = Integer.toString(vts.uri().getPort());
            try (Vts restart = Vts.launch(Map.of("VTS_PORT", port), "restart")) {
                assertEquals(0, restart.awaitExit(), restart.output());
            }
            assertEquals("well", getWhenReady(vts.uri()));
        }
    }

    private static String getWhenReady(URI server) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        HttpResponse<String> answer = get(server, "/");
        while (answer.statusCode() == 503 && System.nanoTime() < deadline) {
            answer = get(server, "/");
        }
        return answer.body();
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
