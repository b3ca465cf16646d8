package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.OtlpCollector;
import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.SelfSigned;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.http.TimedResponse;
import dev.vtsbasic.testing.server.Container;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built images, run as docs/docker.md says. Run by {@code mvn verify -Pimage}. */
@Tag("image")
class ImageIT {
    private static final long LARGEST = 215_000_000;
    private static final long LARGEST_COMPRESSED = 105_000_000;
    private static final String ORPHANS = """
            const grandchild = "setTimeout(() => {}, 200)";
            const child = "require('child_process').spawn(process.execPath, ['-e', " + JSON.stringify(grandchild) + "],"
              + " { detached: true, stdio: 'ignore' }).unref()";
            const { readdirSync, readFileSync } = require("fs");
            function zombies() {
              return readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).filter((pid) => {
                try {
                  return /\\) Z 1 /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
                } catch {
                  return false;
                }
              });
            }
            export default {
              async fetch(request) {
                if (new URL(request.url).pathname === "/orphan") {
                  await Bun.spawn([process.execPath, "-e", child]).exited;
                }
                return new Response(String(zombies().length));
              },
            };
            """;

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    @Tag("smoke")
    void theImageNeedsNoRights() throws Exception {
        for (String image : List.of(Container.EMBEDDED, Container.TOMCAT)) {
            try (Container container = Container.serve(image, Map.of())) {
                assertEquals(200, get(container.uri(), "/about").statusCode());
                assertEquals(
                        "[\"65532\",\"65532\",\"65532\",\"65532\"] 0000000000000000",
                        container.script("const status = require('fs').readFileSync('/proc/1/status', 'utf8');"
                                + " console.log(JSON.stringify(/Uid:\\s+(.*)/.exec(status)[1].split('\\t')),"
                                + " /CapEff:\\s+(.*)/.exec(status)[1])"));
                assertEquals(
                        "java", container.script("console.log(require('fs').readFileSync('/proc/1/comm', 'utf8'))"));
                assertEquals(
                        "EROFS",
                        container.script(
                                "try { require('fs').writeFileSync('/opt/x', '') } catch (e) { console.log(e.code) }"));
            }
        }
    }

    @Test
    void theImageRunsAsAnyUser() throws Exception {
        try (Container container = Container.serve(Container.EMBEDDED, Map.of(), "--user=1000740000:0")) {
            assertEquals(200, get(container.uri(), "/about").statusCode());
        }
    }

    @Test
    void theImageHoldsNoShell() throws Exception {
        try (Container container = Container.serve(Container.EMBEDDED, Map.of())) {
            assertNotEquals(0, container.exec("sh", "-c", "true").exitCode());
            assertNotEquals(0, container.exec("/bin/sh", "-c", "true").exitCode());
        }
    }

    @Test
    @Tag("smoke")
    void theHealthCheckAgreesWithReadiness(@TempDir Path directory) throws Exception {
        for (String image : List.of(Container.EMBEDDED, Container.TOMCAT)) {
            Map<String, String> environment = new HashMap<>(Map.of("VTS_MANAGEMENT_PATH", "/internal"));
            if (image.equals(Container.EMBEDDED)) {
                environment.put("VTS_CONTEXT_PATH", "/shop");
            }
            try (Container container = Container.serve(image, environment)) {
                Container.Answer response = container.exec(Container.healthCheckOf(image));
                assertEquals(0, response.exitCode(), response.output());
                assertTrue(response.output().contains("\"UP\""), response.output());
            }
        }
        SmallBuild.write(
                directory,
                "export default { fetch: () => { setTimeout(() => process.exit(7), 20); return new Response() } }");
        Map<String, String> environment =
                Map.of("VTS_PORT", Integer.toString(Ports.free()), "VTS_MAX_CRASHES", "2", "VTS_ON_CRASH_LOOP", "stay");
        try (Container container =
                Container.launch(Container.EMBEDDED, environment, List.of(Container.app(readable(directory))))) {
            container.awaitLine("is not started again");
            Container.Answer response = container.exec(Container.healthCheckOf(Container.EMBEDDED));
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            while (response.output().contains("ECONNREFUSED") && System.nanoTime() < deadline) {
                // Bun may have been given up before the port was open.
                response = container.exec(Container.healthCheckOf(Container.EMBEDDED));
            }
            assertEquals(1, response.exitCode(), response.output());
            assertTrue(response.output().contains("503"), response.output());
        }
    }

    @Test
    void anAgentAttachesAndTheAppIsInItsTrace(@TempDir Path directory) throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        SmallBuild.write(
                directory, "export default { fetch: (request) => new Response(request.headers.get('traceparent')) }");
        try (OtlpCollector collector = OtlpCollector.start();
                Container container = Container.serve(
                        Container.EMBEDDED,
                        Map.of(
                                "JAVA_TOOL_OPTIONS",
                                "-javaagent:/otel/agent.jar",
                                "OTEL_SERVICE_NAME",
                                "front",
                                "OTEL_EXPORTER_OTLP_ENDPOINT",
                                collector.uri().toString(),
                                "OTEL_METRICS_EXPORTER",
                                "none",
                                "OTEL_BSP_SCHEDULE_DELAY",
                                "100"),
                        "--volume=" + readable(directory) + ":/app:ro",
                        "--env=VTS_APP_DIR=/app",
                        "--volume=" + System.getProperty("test.agent") + ":/otel/agent.jar:ro")) {
            HttpRequest request = HttpRequest.newBuilder(container.uri())
                    .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                    .build();
            String seen =
                    CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
            OtlpCollector.Span front = collector.await(
                    span -> span.service().equals("front") && span.traceId().equals(trace));
            assertEquals("00-" + trace + "-" + front.spanId() + "-01", seen);
        }
    }

    @Test
    void theHealthCheckSpeaksTls(@TempDir Path directory) throws Exception {
        SelfSigned.write("image", directory.resolve("cert.pem"), directory.resolve("key.pem"));
        readable(directory);
        Map<String, String> environment = Map.of(
                "VTS_PORT", Integer.toString(Ports.free()),
                "VTS_TLS_CERT", "/tls/cert.pem",
                "VTS_TLS_KEY", "/tls/key.pem");
        try (Container container =
                Container.serve(Container.EMBEDDED, environment, "--volume=" + directory + ":/tls:ro")) {
            Container.Answer response = container.exec(Container.healthCheckOf(Container.EMBEDDED));
            assertEquals(0, response.exitCode(), response.output());
            assertTrue(response.output().startsWith("https:"), response.output());
        }
    }

    @Test
    @Tag("smoke")
    void aStopLetsARunningResponseFinish() throws Exception {
        for (String image : List.of(Container.EMBEDDED, Container.TOMCAT)) {
            try (Container container = Container.serve(image, Map.of())) {
                CompletableFuture<TimedResponse> response = CompletableFuture.supplyAsync(() -> {
                    try {
                        return TimedResponse.get(container.uri(), "/api/stream?chunks=10&interval=200");
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                get(container.uri(), "/about");
                container.terminate();
                assertTrue(
                        response.get().text().contains("line 10 of 10"),
                        response.get().text());
                // Tomcat's own program ends with the signal that it got.
                assertEquals(
                        image.equals(Container.EMBEDDED) ? 0 : 128 + 15, container.awaitExit(), container.output());
            }
        }
    }

    @Test
    void exitCodesSayWhatWentWrong(@TempDir Path directory) throws Exception {
        assertFails(2, "VTS_PORT is \"99999\"", Map.of("VTS_PORT", "99999"));
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            String port = Integer.toString(taken.getLocalPort());
            assertFails(2, "Cannot listen on 127.0.0.1 port " + port, Map.of("VTS_PORT", port));
        }
        Path broken = Files.createDirectory(directory.resolve("broken"));
        SmallBuild.write(broken, "throw new Error('the database is away')");
        assertFails(1, "the database is away", Map.of(), Container.app(readable(broken)));
        Path silent = Files.createDirectory(directory.resolve("silent"));
        SmallBuild.write(silent, "export default { fetch: () => new Promise(() => {}) }");
        assertFails(3, "VTS_STARTUP_TIMEOUT", Map.of("VTS_STARTUP_TIMEOUT", "1s"), Container.app(readable(silent)));
    }

    private static void assertFails(int exitCode, String message, Map<String, String> environment, String... options)
            throws Exception {
        try (Container container = Container.launch(Container.EMBEDDED, environment, List.of(options))) {
            assertEquals(exitCode, container.awaitExit(), container.output());
            assertTrue(container.output().contains(message), container.output());
            assertFalse(container.output().contains("\tat "), container.output());
        }
    }

    @Test
    void anOrphanedProcessLeavesTheProcessTable(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, ORPHANS);
        readable(directory);
        for (String image : List.of(Container.EMBEDDED, Container.TOMCAT)) {
            try (Container container = Container.serve(image, Map.of(), Container.app(directory))) {
                awaitZombies(container, "/orphan", "1");
                awaitZombies(container, "/", "0");
            }
        }
    }

    private static void awaitZombies(Container container, String path, String count) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (!get(container.uri(), path).body().equals(count)) {
            path = "/";
            assertTrue(System.nanoTime() < deadline, "not " + count + " zombies");
        }
    }

    @Test
    void theImageStartsFromItsAotCache() throws Exception {
        // Java ends when it cannot use the cache.
        Map<String, String> environment =
                Map.of("JAVA_TOOL_OPTIONS", "-XX:AOTMode=on -Xlog:class+load:file=/tmp/loaded");
        try (Container container = Container.serve(Container.EMBEDDED, environment)) {
            String fromJars =
                    container.script("const lines = require('fs').readFileSync('/tmp/loaded', 'utf8').split('\\n');"
                            + " console.log(lines.filter((line) => line.includes('source: file:/opt/vts/')).length)");
            assertTrue(Integer.parseInt(fromJars) < 20, fromJars + " classes were not in the cache");
        }
        String version = Files.readString(Path.of("pom.xml")).replaceFirst("(?s).*?<version>(.*?)</version>.*", "$1");
        try (Container container = Container.launch(Container.EMBEDDED, Map.of(), List.of(), "--version")) {
            assertEquals(0, container.awaitExit());
            assertTrue(container.output().contains("VTS Basic " + version + "\n"), container.output());
        }
    }

    @Test
    @Tag("smoke")
    void theImageIsSmall() throws Exception {
        long size = Long.parseLong(Container.engine("image", "inspect", "--format={{.Size}}", Container.EMBEDDED)
                .output()
                .strip());
        assertTrue(size <= LARGEST, size + " bytes");
        AtomicLong compressed = new AtomicLong();
        OutputStream counter = new OutputStream() {
            @Override
            public void write(int b) {
                compressed.incrementAndGet();
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                compressed.addAndGet(length);
            }
        };
        try (InputStream image = Container.save(Container.EMBEDDED);
                OutputStream gzip = new GZIPOutputStream(counter, 64 * 1024)) {
            image.transferTo(gzip);
        }
        assertTrue(compressed.get() > LARGEST_COMPRESSED / 2, "not a whole image: " + compressed);
        assertTrue(compressed.get() <= LARGEST_COMPRESSED, compressed + " bytes compressed");
    }

    @Test
    @Tag("smoke")
    void theImageServesTheBuildOfTheWar() throws Exception {
        try (Container container = Container.serve(Container.EMBEDDED, Map.of());
                Vts vts = Vts.serve(Map.of())) {
            for (String path : List.of("/about", "/country")) {
                assertEquals(assetsOf(vts.uri(), path), assetsOf(container.uri(), path));
            }
        }
    }

    private static List<String> assetsOf(URI server, String path) throws Exception {
        return Pattern.compile("/assets/[\\w.-]+")
                .matcher(get(server, path).body())
                .results()
                .map(MatchResult::group)
                .sorted()
                .distinct()
                .toList();
    }

    /** As a user other than that of the test. */
    private static Path readable(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
        return directory;
    }

    private static HttpResponse<String> get(URI server, String path) throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(server.resolve(path))
                        .timeout(Program.PATIENCE)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
