package dev.vtsbasic.testing.metrics;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.server.Program;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A Prometheus, such as Debian's package, on a free port of 127.0.0.1 that scrapes an instance every second. */
public final class Prometheus extends Program {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final URI uri;

    private Prometheus(ProcessBuilder builder, int port) throws IOException {
        super(builder);
        uri = URI.create("http://127.0.0.1:" + port);
    }

    /** Skips the test where the program is not installed, unless {@code CI=true}. */
    public static void assumeInstalled(String program) {
        boolean installed = Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
        assumeTrue(installed || "true".equals(System.getenv("CI")), program + " is not installed");
    }

    /** @param directory an empty directory for configuration and data */
    public static Prometheus scraping(URI instance, Path directory) throws IOException, InterruptedException {
        assumeInstalled("prometheus");
        int port = Ports.free();
        Path configuration =
                Files.writeString(directory.resolve("prometheus.yml"), """
                global:
                  scrape_interval: 1s
                scrape_configs:
                  - job_name: vts-basic
                    metrics_path: /-/metrics
                    static_configs:
                      - targets: ["%s"]
                """.formatted(instance.getAuthority()));
        ProcessBuilder builder = new ProcessBuilder(
                "prometheus",
                "--config.file=" + configuration,
                "--storage.tsdb.path=" + directory.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port);
        Prometheus prometheus = new Prometheus(builder, port);
        try {
            prometheus.awaitLine("Server is ready to receive web requests");
            return prometheus;
        } catch (AssertionError e) {
            prometheus.close();
            throw e;
        }
    }

    /** The number of series in an expression's current result. */
    public int ask(String expression) throws IOException, InterruptedException {
        String query = URLEncoder.encode(expression, StandardCharsets.UTF_8);
        HttpRequest request = HttpRequest.newBuilder(uri.resolve("/api/v1/query?query=" + query))
                .timeout(PATIENCE)
                .build();
        HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
        JsonObject json = Json.createReader(new StringReader(response.body())).readObject();
        if (!json.getString("status").equals("success")) {
            throw new AssertionError(expression + ": " + response.body());
        }
        return json.getJsonObject("data").getJsonArray("result").size();
    }

    /** Waits until an expression's result has a series; returns false when the time is over. */
    public boolean awaitSome(String expression) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ask(expression) == 0) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.onSpinWait();
        }
        return true;
    }
}
