package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.OtlpCollector;
import dev.vtsbasic.testing.OtlpCollector.Span;
import dev.vtsbasic.testing.server.Vts;
import java.io.File;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * OpenTelemetry's Java agent in the front and OpenTelemetry in the app, as in docs/tracing.md: one trace covers both.
 */
class TracingIT {
    private static final Path SOURCES = Path.of("src/test/webapps/traced");
    private static final int SERVER = 2;
    private static final String TRACE = "0123456789abcdef0123456789abcdef";
    private static final String OTHER_TRACE = "fedcba9876543210fedcba9876543210";
    private static final String CALLER = "00f067aa0ba902b7";

    @TempDir
    private static Path directory;

    @BeforeAll
    static void build() throws Exception {
        for (String file : List.of("package.json", "bun.lock", "src/server.js", "src/tracing.js")) {
            Path copy = directory.resolve(file);
            Files.createDirectories(copy.getParent());
            Files.copy(SOURCES.resolve(file), copy);
        }
        Files.createDirectories(directory.resolve("dist/client"));
        bun("install", "--frozen-lockfile");
        bun("build", "--target=bun", "src/server.js", "--outfile=dist/server/server.js");
    }

    @Test
    @Tag("long")
    void oneTraceLeadsFromTheCallerThroughTheFrontToTheAppAndTheLogNamesIt() throws Exception {
        try (OtlpCollector collector = OtlpCollector.start();
                Vts vts = serve(collector)) {
            String seen = get(vts, "/x", "traceparent", "00-" + TRACE + "-" + CALLER + "-01", "tracestate", "a=b");
            Span front = collector.await(span -> span.service().equals("front") && span.kind() == SERVER);
            assertEquals(TRACE, front.traceId());
            assertEquals(CALLER, front.parentId());
            // The readiness probe has a trace of its own.
            Span app = collector.await(span -> span.service().equals("my-app")
                    && span.kind() == SERVER
                    && span.traceId().equals(TRACE));
            assertEquals(front.spanId(), app.parentId());
            Span within = collector.await(
                    span -> span.name().equals("look up") && span.traceId().equals(TRACE));
            assertEquals(app.spanId(), within.parentId());
            assertTrue(seen.contains("-" + front.spanId() + "-01\""), seen);
            assertTrue(seen.contains("\"tracestate\":\"a=b\""), seen);

            // Flag 1 says that the trace is sampled, flag 2 that its id is random.
            String notSampled = get(vts, "/x");
            assertTrue(notSampled.matches(".*\"00-\\w{32}-\\w{16}-0[02]\".*"), notSampled);

            get(vts, "/end", "traceparent", "00-" + OTHER_TRACE + "-" + CALLER + "-01");
            String line = vts.awaitLine("\\((\\w+, trace " + OTHER_TRACE + ")\\): worker-\\S+ broke off")
                    .group(1);
            // A thread of ours writes the line, so the agent must propagate its span to that thread.
            assertEquals(
                    OTHER_TRACE,
                    collector.awaitLog(log -> log.text().contains(line)).traceId());
        }
    }

    @Test
    void withoutAnAgentNothingOfOpenTelemetryIsLoaded() throws Exception {
        try (Vts vts = Vts.serve(
                Map.of("VTS_APP_DIR", app(), "VTS_WORKER_ENV", "OTEL_*", "JAVA_TOOL_OPTIONS", "-verbose:class"))) {
            String seen = get(vts, "/x", "traceparent", "00-" + TRACE + "-" + CALLER + "-01", "tracestate", "a=b");
            assertTrue(seen.contains("00-" + TRACE + "-" + CALLER + "-01"), seen);
            vts.awaitLine("dev\\.vtsbasic\\.traffic\\.AgentSpan");
            assertFalse(vts.output().contains("io.opentelemetry"));
        }
    }

    private static Vts serve(OtlpCollector collector) throws Exception {
        // The agent slows the start of the JVM.
        return Vts.serve(
                Map.of(
                        "VTS_APP_DIR",
                        app(),
                        "VTS_WORKER_ENV",
                        "OTEL_EXPORTER_*",
                        "JAVA_TOOL_OPTIONS",
                        "-javaagent:" + System.getProperty("test.agent"),
                        "OTEL_TRACES_SAMPLER",
                        "parentbased_always_off",
                        "OTEL_SERVICE_NAME",
                        "front",
                        "OTEL_EXPORTER_OTLP_ENDPOINT",
                        collector.uri().toString(),
                        "OTEL_METRICS_EXPORTER",
                        "none",
                        "OTEL_BSP_SCHEDULE_DELAY",
                        "100"),
                Duration.ofMinutes(4));
    }

    private static String app() {
        return directory.resolve("dist").toString();
    }

    private static String get(Vts vts, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(vts.uri().resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void bun(String... arguments) throws Exception {
        ProcessBuilder bun = new ProcessBuilder(Stream.concat(Stream.of(Vts.BUN.toString()), Stream.of(arguments))
                        .toList())
                .directory(directory.toFile())
                .redirectErrorStream(true);
        bun.environment().merge("PATH", Vts.BUN.getParent().toString(), (path, own) -> own + File.pathSeparator + path);
        Process process = bun.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }
}
