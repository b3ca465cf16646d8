package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.http.TimedResponse;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Signal;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
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

/** The built WAR run with {@code java -jar}, as a user runs it. */
@Tag("java")
@Order(1)
class ServeIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Shared by cases that only send requests or replace its Bun. */
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
    void pagesAssetsAndHealthAreServed() throws Exception {
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
    void readinessNeedsOneWorkerThatAnswers() throws Exception {
        try (Vts vts = Vts.serve(Map.of("VTS_WORKERS", "2", "VTS_HANG_TIMEOUT", "0s"))) {
            String both = get(vts.uri(), "/-/ready").body();
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            while (both.contains("\"state\":\"starting\"") && System.nanoTime() < deadline) {
                both = get(vts.uri(), "/-/ready").body();
            }
            assertTrue(both.contains("\"workers\":2,\"answering\":2}"), both);
            List<ProcessHandle> buns = vts.buns();
            Signal.send("STOP", buns.get(0).pid());
            HttpResponse<String> one = get(vts.uri(), "/-/ready");
            assertEquals(200, one.statusCode());
            assertTrue(one.body().contains("\"state\":\"silent\",\"problem\":\"It does not respond\""), one.body());
            Signal.send("STOP", buns.get(1).pid());
            HttpResponse<String> none = get(vts.uri(), "/-/ready");
            assertEquals(503, none.statusCode());
            assertTrue(none.body().contains("\"answering\":0,\"problem\":\"No worker responds\""), none.body());
            Signal.send("CONT", buns.get(0).pid());
            Signal.send("CONT", buns.get(1).pid());
            assertEquals(200, get(vts.uri(), "/-/ready").statusCode());
        }
    }

    @Test
    void chunksArriveWhenBunSendsThem() throws Exception {
        get(running.uri(), "/");
        TimedResponse.assertStreamed(running.uri());
    }

    @Test
    void requestsDuringARestartOfBunSucceed() throws Exception {
        for (int round = 1; round <= 3; round++) {
            ProcessHandle bun = running.buns().get(0);
            bun.destroyForcibly();
            List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                responses.add(CLIENT.sendAsync(
                        request(running.uri(), "/about").build(), HttpResponse.BodyHandlers.ofString()));
            }
            for (CompletableFuture<HttpResponse<String>> answer : responses) {
                assertEquals(200, answer.get().statusCode());
            }
            assertEquals(1, running.buns().size());
            assertFalse(running.buns().contains(bun));
        }
    }

    @Test
    void getsInFlightWhenBunIsKilledAreSentOnceMore() throws Exception {
        // The app sends a robot the home page only after a second, with its deferred part, which leaves time to kill
        // Bun. Two requests, because a single one would count as the cause of the crash.
        HttpRequest page =
                request(running.uri(), "/").header("User-Agent", "curl/8").build();
        CompletableFuture<HttpResponse<String>> one = CLIENT.sendAsync(page, HttpResponse.BodyHandlers.ofString());
        CompletableFuture<HttpResponse<String>> two = CLIENT.sendAsync(page, HttpResponse.BodyHandlers.ofString());
        get(running.uri(), "/about");
        running.buns().get(0).destroyForcibly();
        assertEquals(200, one.get().statusCode());
        assertEquals(200, two.get().statusCode());
    }

    /** The app responds so early that the server has not yet seen the end of the body. */
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
    void pagesAreServedOverUnixSocketAndTcp() throws Exception {
        for (String transport : List.of("unix", "tcp")) {
            try (Vts vts = Vts.serve(Map.of("VTS_BUN_TRANSPORT", transport))) {
                assertEquals(200, get(vts.uri(), "/about").statusCode(), transport);
            }
        }
    }

    @Test
    @Tag("long")
    @DisabledOnOs(OS.WINDOWS)
    void directoriesOfAKilledServerAreRemovedByTheNextStart(@TempDir Path directory) throws Exception {
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
                    // A start skips young files, because their owner may be about to lock them.
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

    /** Returns the copy of the app for its path, Tomcat's directory, and the token file for the restart command. */
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

    /** Apps, such as those with Next.js, often request their own API by its public address. */
    @Test
    void anAppWhoseReadyPageRequestsAnotherOfItsPagesStarts(@TempDir Path directory) throws Exception {
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
