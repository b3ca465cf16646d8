package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built WAR run by {@code java -jar}, as a user runs it. */
@Tag("java")
@Order(1)
class ServeIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** For what only asks it, or replaces its Bun. */
    private static Vts running;

    @BeforeAll
    static void start() throws Exception {
        running = Vts.serve(Map.of("VTS_CRASH_WINDOW", "1s"));
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void itServesPagesAssetsAndItsHealth() throws Exception {
        HttpResponse<String> page = get(running.uri(), "/");
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("</html>"), page.body());

        String script = page.body().replaceFirst("(?s).*?(/assets/[^\"]+\\.js).*", "$1");
        HttpResponse<String> asset = get(running.uri(), script);
        assertEquals(200, asset.statusCode());
        assertEquals("public, max-age=31536000, immutable", header(asset, "cache-control"));
        assertEquals("text/javascript; charset=utf-8", header(asset, "content-type"));
        HttpResponse<String> again =
                send(request(running.uri(), script).header("If-None-Match", header(asset, "etag")));
        assertEquals(304, again.statusCode());
        assertEquals("", again.body());
        HttpResponse<String> head =
                send(request(running.uri(), script).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertEquals(header(asset, "content-length"), header(head, "content-length"));

        HttpResponse<String> icon = get(running.uri(), "/favicon.ico");
        assertEquals("no-cache", header(icon, "cache-control"));

        HttpResponse<String> missing = get(running.uri(), "/assets/gone-12345678.js");
        assertEquals(404, missing.statusCode());
        assertEquals("no-store", header(missing, "cache-control"));
        assertFalse(missing.body().contains("<"), missing.body());

        assertEquals(404, get(running.uri(), "/nothing-here").statusCode());
        assertEquals(200, get(running.uri(), "/-/live").statusCode());
        HttpResponse<String> ready = get(running.uri(), "/-/ready");
        assertEquals(200, ready.statusCode());
        assertTrue(ready.body().contains("\"UP\""), ready.body());

        Map<String, String> sameSettings =
                Map.of("VTS_PORT", Integer.toString(running.uri().getPort()));
        try (Vts healthcheck = Vts.launch(sameSettings, "healthcheck")) {
            assertEquals(0, healthcheck.awaitExit(), healthcheck.output());
        }
    }

    @Test
    void oneWorkerThatAnswersIsReadyEnough() throws Exception {
        try (Vts vts = Vts.serve(Map.of("VTS_WORKERS", "2", "VTS_HANG_TIMEOUT", "0s"))) {
            String both = get(vts.uri(), "/-/ready").body();
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            while (both.contains("\"state\":\"starting\"") && System.nanoTime() < deadline) {
                both = get(vts.uri(), "/-/ready").body();
            }
            assertTrue(both.contains("\"workers\":2,\"answering\":2}"), both);
            List<ProcessHandle> buns = vts.buns();
            signal("STOP", buns.get(0));
            HttpResponse<String> one = get(vts.uri(), "/-/ready");
            assertEquals(200, one.statusCode());
            assertTrue(one.body().contains("\"state\":\"silent\",\"problem\":\"It does not answer\""), one.body());
            signal("STOP", buns.get(1));
            HttpResponse<String> none = get(vts.uri(), "/-/ready");
            assertEquals(503, none.statusCode());
            assertTrue(none.body().contains("\"answering\":0,\"problem\":\"No worker answers\""), none.body());
            buns.forEach(bun -> signal("CONT", bun));
            assertEquals(200, get(vts.uri(), "/-/ready").statusCode());
        }
    }

    private static void signal(String name, ProcessHandle process) {
        try {
            assertEquals(
                    0,
                    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                            .start()
                            .waitFor());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void chunksArriveWhenBunSendsThem() throws Exception {
        get(running.uri(), "/");
        TimedResponse.assertStreamed(running.uri());
    }

    @Test
    void requestsMadeWhileBunIsBackSucceed() throws Exception {
        for (int round = 1; round <= 3; round++) {
            ProcessHandle bun = running.buns().get(0);
            bun.destroyForcibly();
            List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                answers.add(CLIENT.sendAsync(
                        request(running.uri(), "/about").build(), HttpResponse.BodyHandlers.ofString()));
            }
            for (CompletableFuture<HttpResponse<String>> answer : answers) {
                assertEquals(200, answer.get().statusCode());
            }
            assertEquals(1, running.buns().size());
            assertFalse(running.buns().contains(bun));
        }
    }

    @Test
    void requestsThatWereUnderWayWhenBunWasKilledAreSentOnceMore() throws Exception {
        // A robot gets the home page after a second, when its deferred part is there: time enough to kill Bun.
        // Two, because one that was alone would be taken for the cause.
        HttpRequest page =
                request(running.uri(), "/").header("User-Agent", "curl/8").build();
        CompletableFuture<HttpResponse<String>> one = CLIENT.sendAsync(page, HttpResponse.BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> two = CLIENT.sendAsync(page, HttpResponse.BodyHandlers.ofString());
        get(running.uri(), "/about");
        running.buns().get(0).destroyForcibly();
        assertEquals(200, one.get().statusCode());
        assertEquals(200, two.get().statusCode());
    }

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
    void aStopLetsARunningAnswerFinish() throws Exception {
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

    /** A proxy in front then asks another server at once. */
    private static void awaitRefusal(URI server) throws IOException {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(server.getHost(), server.getPort()), 200);
            } catch (ConnectException e) {
                return;
            } catch (SocketTimeoutException e) {
                // Nobody takes connections any more, but the port is still open.
            } catch (SocketException e) {
                // Reset: the port was closed while this one was being connected.
            }
        }
        throw new AssertionError("connections are not refused");
    }

    @Test
    void beforeItStopsItServesAndSaysThatItIsNotReady() throws Exception {
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
    void aDrainSendsClientsElsewhereUntilAResumeAndCountsForAStop() throws Exception {
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

    /** The app answers so soon that the end of the body has not been seen yet. */
    @ParameterizedTest
    @Tag("long")
    @ValueSource(strings = {"Content-Length: 300000", "Transfer-Encoding: chunked"})
    void theConnectionStaysOpenAfterAnUpload(String framing, @TempDir Path directory) throws Exception {
        SmallBuild.write(
                directory,
                "export default { fetch: async (request) => new Response(`${(await request.text()).length} done`) }");
        String body = "x".repeat(300_000);
        String framed = framing.endsWith("chunked") ? "493e0\r\n" + body + "\r\n0\r\n\r\n" : body;
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", directory.toString()));
                RawClient client = new RawClient(vts.uri().getPort())) {
            for (int i = 0; i < 100; i++) {
                client.send("PUT / HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n" + framed);
                client.readUntil("300000 done");
            }
        }
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

    @Test
    @Tag("long")
    void anotherBuildIsServedFromItsDirectory(@TempDir Path directory) throws Exception {
        SmallBuild.write(
                directory, "export default { fetch: (r) => new Response('hello from ' + new URL(r.url).pathname) }");
        Files.writeString(directory.resolve("client/assets/a-12345678.txt"), "static");
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", directory.toString()))) {
            assertEquals("hello from /x%2Fy", get(vts.uri(), "/x%2Fy").body());
            assertEquals("static", get(vts.uri(), "/assets/a-12345678.txt").body());
        }
    }

    @Test
    void theAppSeesOnlyTheVariablesThatAreNamed(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, """
                export default {
                  fetch: () => Response.json({ seen: process.env,
                    inherited: Bun.spawnSync(["env"]).stdout.toString().split("\\n").map((line) => line.split("=")[0]) }),
                }
                """);
        Map<String, String> environment = Map.of(
                "VTS_APP_DIR", directory.toString(),
                "SECRET_OF_THE_HOST", "hidden",
                "APP_GREETING", "shown",
                "VTS_WORKER_ENV", "APP_*");
        try (Vts vts = Vts.serve(environment)) {
            String seen = get(vts.uri(), "/").body();
            assertTrue(seen.contains("\"APP_GREETING\":\"shown\""), seen);
            assertTrue(seen.contains("\"NODE_ENV\":\"production\""), seen);
            assertTrue(seen.contains("\"PATH\":"), seen);
            assertFalse(seen.contains("SECRET_OF_THE_HOST") || seen.contains("hidden"), seen);
            assertTrue(seen.contains("\"VTS_BASE_PATH\":\"\""), seen);
            assertFalse(seen.replace("VTS_BASE_PATH", "").contains("VTS_"), seen);
        }
    }

    @Test
    void bothTransportsServe() throws Exception {
        for (String transport : List.of("unix", "tcp")) {
            try (Vts vts = Vts.serve(Map.of("VTS_BUN_TRANSPORT", transport))) {
                assertEquals(200, get(vts.uri(), "/about").statusCode(), transport);
            }
        }
    }

    @Test
    void aTakenPortIsExplained() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            assertFails(2, "vts-basic: Cannot listen on 127.0.0.1 port " + port, Map.of("VTS_PORT", port));
        }
    }

    /** What Tomcat says of threads that are left behind would push the reason off the screen. */
    @Test
    @Tag("long")
    void aTakenPortIsTheOnlyThingThatIsSaid() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"));
                Vts vts = Vts.launch(
                        Map.of("VTS_PORT", Integer.toString(taken.getLocalPort()), "VTS_LOG_LEVEL", "warn"))) {
            assertEquals(2, vts.awaitExit(), vts.output());
            // Those of the JVM itself.
            List<String> said = vts.output()
                    .lines()
                    .filter(line -> !line.startsWith("WARNING: "))
                    .toList();
            assertEquals(1, said.size(), vts.output());
        }
    }

    @Test
    @Tag("long")
    @DisabledOnOs(OS.WINDOWS)
    void whatAKilledServerLeftIsRemovedByTheNextStart(@TempDir Path directory) throws Exception {
        Path work = directory.resolve("work");
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        Map<String, String> environment = Map.of(
                "VTS_WORK_DIR",
                work.toString(),
                "JAVA_TOOL_OPTIONS",
                "-Djava.io.tmpdir=" + temporary,
                "VTS_CONTEXT_PATH",
                "/shop");
        Set<Path> left;
        try (Vts vts = Vts.serve(environment)) {
            left = leftBehind(work, temporary);
            vts.kill();
            vts.awaitExit();
        }
        assertEquals(3, left.size(), left.toString());
        for (Path parent : List.of(work, temporary)) {
            try (Stream<Path> files = Files.list(parent)) {
                for (Path lock :
                        files.filter(file -> file.toString().endsWith(".lock")).toList()) {
                    // What was made just now may still be about to be locked.
                    Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(3600)));
                }
            }
        }
        try (Vts vts = Vts.serve(environment)) {
            assertEquals(200, get(vts.uri(), "/shop/about").statusCode());
            Set<Path> next = leftBehind(work, temporary);
            assertEquals(3, next.size(), next.toString());
            next.retainAll(left);
            assertEquals(Set.of(), next);
        }
        assertEquals(Set.of(), leftBehind(work, temporary));
    }

    /** The copy of the app for its path, Tomcat's directory, and what the restart command needs. */
    private static Set<Path> leftBehind(Path... parents) throws IOException {
        Set<Path> left = new HashSet<>();
        for (Path parent : parents) {
            try (Stream<Path> files = Files.list(parent)) {
                files.filter(file -> file.getFileName().toString().matches("(vts-tomcat|base|app|restart)-[0-9-]+"))
                        .forEach(left::add);
            }
        }
        return left;
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
    void anAppThatFailsToStartIsExplainedWithItsLastWords(@TempDir Path directory) throws Exception {
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
    void anAppThatAnswersWithErrorsAloneIsQuotedAndAskedEverLessOften(@TempDir Path directory) throws Exception {
        SmallBuild.write(
                directory,
                "let count = 0; export default { fetch() {"
                        + " console.log(`probe ${++count}`);"
                        + " return new Response('the database\\nis away', { status: 500 }) } }");
        try (Vts vts = Vts.launch(Map.of("VTS_APP_DIR", directory.toString(), "VTS_STARTUP_TIMEOUT", "5s"))) {
            assertEquals(3, vts.awaitExit(), vts.output());
            vts.awaitLine("^vts-basic: The app answered / with status 500 for 5000 ms; VTS_READY_PATH.*"
                    + "; the answer begins: the database is away; it printed last:$");
            // Within 5 s: after 50, 100, 200 and 400 ms, and then each second.
            assertFalse(vts.output().contains("probe 12"), vts.output());
        }
    }

    @Test
    void anAppWithoutAPageAtTheReadyPathIsServedWithAWarning(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, "export default { fetch: () => new Response('none', { status: 404 }) }");
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", directory.toString(), "VTS_WORKERS", "2"))) {
            vts.awaitLine("worker-2-1 is ready");
            vts.awaitLine("WARN.* answers / with status 404");
            assertEquals(200, get(vts.uri(), "/-/ready").statusCode());
            assertEquals(1, vts.output().split("answers / with status 404", -1).length - 1, vts.output());
        }
    }

    /** With Next.js and others it is usual to ask one's own API by its public address. */
    @Test
    void anAppWhosePageAsksTheServerForAnotherOfItsPagesStarts(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, """
                export default {
                  async fetch(request) {
                    if (new URL(request.url).pathname === "/api") return new Response("from the api");
                    const api = await fetch(process.env.SITE + "/api");
                    return new Response(await api.text(), { status: api.status });
                  },
                };
                """);
        int port = Ports.free();
        Map<String, String> settings = Map.of(
                "VTS_APP_DIR",
                directory.toString(),
                "VTS_PORT",
                Integer.toString(port),
                "SITE",
                "http://127.0.0.1:" + port,
                "VTS_WORKER_ENV",
                "SITE",
                "VTS_HOLD_TIMEOUT",
                "5m",
                "VTS_STARTUP_TIMEOUT",
                "2m");
        try (Vts vts = Vts.serve(settings)) {
            HttpResponse<String> page = get(vts.uri(), "/");
            assertEquals("from the api", page.body());
            assertEquals(200, page.statusCode());
        }
    }

    @Test
    @Tag("long")
    void whileAPageHangsAtTheStartTheServerIsNotReadyAndTheProgramEndsAsEver(@TempDir Path directory) throws Exception {
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

    @Test
    @Tag("long")
    void aBuildWithAMissingAssetIsRefused(@TempDir Path directory) throws Exception {
        SmallBuild.write(
                directory,
                "const css = '/assets/styles-AAAAAAAA.css'; export default { fetch: () => new Response(css) }");
        Files.writeString(directory.resolve("client/assets/styles-BBBBBBBB.css"), "");
        Map<String, String> environment = Map.of("VTS_APP_DIR", directory.toString());
        assertFails(
                2, "client/assets/styles-AAAAAAAA.css does not exist but is named in server/server.js", environment);
        try (Vts vts = Vts.launch(Map.of(), "validate", directory.toString())) {
            assertEquals(1, vts.awaitExit(), vts.output());
            assertTrue(vts.output().contains("there is assets/styles-BBBBBBBB.css"), vts.output());
        }
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", directory.toString(), "VTS_VALIDATE", "warn"))) {
            assertEquals(200, get(vts.uri(), "/").statusCode());
        }
    }

    @Test
    void aBuildThatCannotStartIsRefusedByTheStartAndByValidateWithTheSameWords(@TempDir Path directory)
            throws Exception {
        SmallBuild.write(directory, "import 'react'; export default { fetch: () => new Response('x') }");
        assertRefused("react is imported by server/server.js and lies in no node_modules there", directory);

        SmallBuild.write(directory, "export default { fetch: () => new Response('/shop/assets/a-AbCd12eF.js') }");
        Files.writeString(directory.resolve("client/assets/a-AbCd12eF.js"), "");
        assertRefused("is made for /shop/ and browsers see it at /:", directory);
        try (Vts vts = Vts.launch(Map.of("VTS_CONTEXT_PATH", "/shop"), "validate", directory.toString())) {
            assertEquals(0, vts.awaitExit(), vts.output());
        }
    }

    private static void assertRefused(String why, Path build) throws Exception {
        assertFails(2, why, Map.of("VTS_APP_DIR", build.toString()));
        try (Vts vts = Vts.launch(Map.of(), "validate", build.toString())) {
            assertEquals(1, vts.awaitExit(), vts.output());
            assertTrue(vts.output().contains(why), vts.output());
        }
    }

    @Test
    void validateHasStableExitCodesAndJson(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, "export default {}; '/shop/assets/a-AbCd12eF.js'; '/home/me/app/src/a.tsx'");
        Files.writeString(directory.resolve("client/assets/a-AbCd12eF.js"), "");
        assertValidates(
                0,
                "{\"valid\":true,\"root\":\"" + directory + "\",\"base\":\"/shop/\",\"files\":1,\"references\":1,"
                        + "\"missing\":[],\"warnings\":[{\"kind\":\"build-path\",\"file\":\"server/server.js\","
                        + "\"message\":\"server/server.js holds a path of the machine that built it:"
                        + " /home/me/app/src/a.tsx\",\"excerpt\":\"/home/me/app/src/a.tsx\",\"count\":1}]}",
                "--json",
                "--context-path",
                "/shop",
                directory.toString());
        Path renamed = directory.resolve("client/assets/a-GhCd12eF.js");
        Files.move(directory.resolve("client/assets/a-AbCd12eF.js"), renamed);
        Files.writeString(directory.resolve("server/server.js"), "'/shop/assets/a-AbCd12eF.js'");
        assertValidates(
                1,
                "{\"valid\":false,\"root\":\"" + directory + "\",\"base\":\"/shop/\",\"files\":1,\"references\":1,"
                        + "\"missing\":[{\"name\":\"assets/a-AbCd12eF.js\",\"namedIn\":[\"server/server.js\"],"
                        + "\"similar\":[\"assets/a-GhCd12eF.js\"]}],\"warnings\":[]}",
                "--json",
                directory.toString());
        Path file = directory.resolve("client/assets/a-GhCd12eF.js");
        assertValidates(2, file + " is not a directory", "--json", file.toString());
        Path loop = Files.createSymbolicLink(directory.resolve("loop"), Path.of("loop"));
        assertValidates(2, loop + " is not a directory", loop.toString());
    }

    private static void assertValidates(int exitCode, String output, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("validate"));
        command.addAll(List.of(arguments));
        try (Vts vts = Vts.launch(Map.of(), command.toArray(String[]::new))) {
            assertEquals(exitCode, vts.awaitExit(), vts.output());
            assertEquals(output, vts.output());
        }
    }

    @Test
    void helpAndVersionAreThere() throws Exception {
        for (String option : List.of("--help", "--version")) {
            try (Vts vts = Vts.launch(Map.of(), option)) {
                assertEquals(0, vts.awaitExit(), vts.output());
                assertTrue(vts.output().toLowerCase(java.util.Locale.ROOT).contains("vts"), vts.output());
            }
        }
    }

    private static void assertFails(int exitCode, String message, Map<String, String> environment) throws Exception {
        try (Vts vts = Vts.launch(environment)) {
            int actual = vts.awaitExit();
            assertEquals(exitCode, actual, vts.output());
            assertTrue(vts.output().contains(message), vts.output());
            assertFalse(vts.output().contains("\tat "), vts.output());
            assertTrue(vts.buns().isEmpty());
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
