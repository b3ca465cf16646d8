package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.vtsbasic.testing.RawClient;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A known load of every kind, and each figure compared with the client's own count. */
class MetricsIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Path ALERTS = Path.of("docs/monitoring/alerts.yaml");

    /** A metric of ours or the JVM's, and what is asked of its labels. */
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:vts|jvm|process)_\\w+)(?:\\{([^}]*)})?");

    private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");

    /** Its start waits for as long as there is a file {@code gate}. */
    private static final String APP = """
            import { existsSync, writeFileSync } from "node:fs";
            while (existsSync("gate")) await Bun.sleep(20);
            export default {
              async fetch(request, server) {
                const { pathname } = new URL(request.url);
                switch (pathname) {
                  case "/error": return new Response("sorry", { status: 500 });
                  case "/missing": return new Response("none", { status: 404 });
                  case "/moved": return new Response(null, { status: 302, headers: { location: "/" } });
                  case "/upload": return new Response(String((await request.arrayBuffer()).byteLength));
                  case "/slow": await Bun.sleep(300); break;
                  case "/silent": await Bun.sleep(60_000); break;
                  case "/beside":
                    console.log("beside");
                    await Bun.sleep(existsSync("died") ? 0 : 60_000);
                    break;
                  case "/die": process.exit(9); break;
                  case "/die-once":
                    if (!existsSync("died")) {
                      writeFileSync("died", "");
                      process.exit(9);
                    }
                    break;
                  case "/events":
                    return new Response(
                      new ReadableStream({ start: (controller) => controller.enqueue("data: hello\\n\\n") }),
                      { headers: { "content-type": "text/event-stream" } },
                    );
                  case "/socket":
                    if (server.upgrade(request)) return;
                }
                return new Response("page ".repeat(200));
              },
              websocket: { message: (socket, message) => socket.send(message) },
            };
            """;

    @TempDir
    private static Path directory;

    private static Vts vts;

    /** What the figures should be by now. */
    private static final SortedMap<String, Double> EXPECTED = new TreeMap<>();

    private static final Map<String, Double> CLIENT_SECONDS = new TreeMap<>();
    private static Instant begun;

    @BeforeAll
    static void sendEverything() throws Exception {
        SmallBuild.write(directory, APP);
        Files.writeString(directory.resolve("client/assets/app-12345678.js"), "console.log('hello');".repeat(500));
        try (Vts precompress = Vts.launch(Map.of(), "precompress", directory.toString())) {
            assertEquals(0, precompress.awaitExit(), precompress.output());
        }
        begun = Instant.now();
        vts = Vts.serve(Map.of(
                "VTS_APP_DIR",
                directory.toString(),
                "VTS_HOLD_QUEUE",
                "2",
                "VTS_MAX_CRASHES",
                "100",
                "VTS_STARTUP_TIMEOUT",
                "60s",
                "VTS_RESPONSE_TIMEOUT",
                "5s",
                "VTS_MANAGEMENT_TOKEN",
                FaultyApp.TOKEN,
                "VTS_MAINTENANCE",
                directory.resolve("maintenance").toString()));
        assets();
        pages();
        failures();
        streams();
        gate();
        restart();
        maintenance();
    }

    @AfterAll
    static void stop() {
        vts.close();
    }

    private static void assets() throws Exception {
        String path = "/assets/app-12345678.js";
        String tag = "";
        for (String coding : new String[] {"br", "br", "br", "gzip", "gzip", "zstd", "identity", "identity"}) {
            HttpResponse<byte[]> answer = ask("asset", "GET", path, "", "Accept-Encoding", coding);
            assertEquals(200, answer.statusCode());
            assertEquals(coding, answer.headers().firstValue("Content-Encoding").orElse("identity"));
            book("vts_asset_responses_total", "coding", coding, "status", "200");
            tag = coding.equals("br") ? answer.headers().firstValue("ETag").orElseThrow() : tag;
        }
        for (int i = 0; i < 2; i++) {
            ask("asset", "GET", path, "", "Accept-Encoding", "br", "If-None-Match", tag);
            book("vts_asset_responses_total", "coding", "br", "status", "304");
        }
        ask("asset", "HEAD", path, "", "Accept-Encoding", "gzip");
        book("vts_asset_responses_total", "coding", "gzip", "status", "200");
        ask("asset", "GET", path, "", "Accept-Encoding", "identity", "Range", "bytes=0-9");
        book("vts_asset_responses_total", "coding", "identity", "status", "206");
        ask("asset", "GET", path, "", "Accept-Encoding", "identity", "Range", "bytes=0-4,10-14");
        book("vts_asset_responses_total", "coding", "identity", "status", "206");
        ask("asset", "GET", path, "", "Accept-Encoding", "identity", "Range", "bytes=999999-");
        book("vts_asset_responses_total", "coding", "identity", "status", "416");
        ask("asset", "GET", path, "", "If-Match", "\"other\"");
        book("vts_asset_responses_total", "coding", "identity", "status", "412");
        ask("asset", "GET", path, "", "Accept-Encoding", "identity;q=0, *;q=0");
        book("vts_asset_responses_total", "coding", "identity", "status", "406");
        ask("asset", "POST", path, "");
        book("vts_asset_responses_total", "coding", "identity", "status", "405");
        for (int i = 0; i < 4; i++) {
            assertEquals(
                    404, ask("asset", "GET", "/assets/gone-12345678.js", "").statusCode());
            book("vts_asset_unknown_total");
        }
    }

    private static void pages() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertEquals(200, ask("proxied", "GET", "/", "").statusCode());
        }
        ask("proxied", "HEAD", "/", "");
        ask("proxied", "GET", "/error", "");
        ask("proxied", "GET", "/missing", "");
        ask("proxied", "GET", "/moved", "");
        ask("proxied", "GET", "/slow", "");
        ask("proxied", "POST", "/upload", "small");
        assertEquals(
                "300000",
                new String(ask("proxied", "PUT", "/upload", "x".repeat(300_000)).body()));
        ask("proxied", "PATCH", "/", "");
        ask("proxied", "DELETE", "/", "");
        ask("proxied", "OPTIONS", "/", "");
        ask("proxied", "PROPFIND", "/", "");
        assertEquals(404, ask("management", "GET", "/-/nothing", "").statusCode());
    }

    private static void failures() throws Exception {
        assertEquals(504, ask("proxied", "GET", "/silent", "").statusCode());
        book("vts_upstream_errors_total", "cause", "silent");
        assertEquals(502, ask("proxied", "POST", "/die", "").statusCode());
        book("vts_upstream_errors_total", "cause", "broke_off");
        book("vts_worker_restarts_total", "cause", "crashed");
        awaitReady();
        dieBesideAnother();
        book("vts_http_requests_retried_total", 2);
        book("vts_http_requests_held_total", 2);
        book("vts_worker_restarts_total", "cause", "crashed");
        try (RawClient client = new RawClient(vts.uri().getPort())) {
            client.send("GET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
            Scrape.await(vts.uri(), scrape -> scrape.value("vts_http_requests_in_flight{kind=\"proxied\"}") == 1);
        }
        Scrape.await(vts.uri(), scrape -> scrape.value("vts_http_requests_in_flight{kind=\"proxied\"}") == 0);
        book("vts_http_requests_total", "kind", "proxied", "method", "GET", "status", "none");
        book("vts_http_request_duration_seconds_count", "kind", "proxied");
    }

    /** One that is alone when its worker dies is not sent again. */
    private static void dieBesideAnother() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> beside = askLater("/beside");
        vts.awaitLine(": beside$");
        assertEquals(200, ask("proxied", "GET", "/die-once", "").statusCode());
        assertEquals(200, beside.get(60, TimeUnit.SECONDS).statusCode());
    }

    private static void streams() throws Exception {
        HttpResponse<InputStream> events =
                CLIENT.send(request("/events").build(), HttpResponse.BodyHandlers.ofInputStream());
        assertEquals("data: hello\n\n", new String(events.body().readNBytes(13)));
        CompletableFuture<String> echo = new CompletableFuture<>();
        WebSocket socket = CLIENT.newWebSocketBuilder()
                .buildAsync(
                        URI.create(
                                "ws" + vts.uri().resolve("/socket").toString().substring(4)),
                        new Listener(echo))
                .get(60, TimeUnit.SECONDS);
        socket.sendText("hello", true);
        assertEquals("hello", echo.get(60, TimeUnit.SECONDS));
        Scrape open = Scrape.of(vts.uri());
        assertEquals(1, open.value("vts_http_requests_in_flight{kind=\"events\"}"));
        assertEquals(1, open.value("vts_http_requests_in_flight{kind=\"tunnel\"}"));
        assertEquals(1, open.value("vts_http_requests_in_flight{kind=\"management\"}"));
        assertEquals(0, open.value("vts_http_requests_in_flight{kind=\"proxied\"}"));
        events.body().close();
        socket.abort();
        Scrape.await(
                vts.uri(),
                scrape -> scrape.value("vts_http_requests_in_flight{kind=\"events\"}")
                                + scrape.value("vts_http_requests_in_flight{kind=\"tunnel\"}")
                        == 0);
        book("vts_http_requests_total", "kind", "events", "method", "GET", "status", "2xx");
        book("vts_http_time_to_first_byte_seconds_count", "kind", "events");
        book("vts_http_response_bytes_total", 13, "kind", "events");
        book("vts_http_requests_total", "kind", "tunnel", "method", "GET", "status", "1xx");
        book("vts_http_time_to_first_byte_seconds_count", "kind", "tunnel");
        // A frame of five octets: two more, and four for the client's mask.
        book("vts_http_request_bytes_total", 11, "kind", "tunnel");
        book("vts_http_response_bytes_total", 7, "kind", "tunnel");
    }

    /** While no worker is ready, one request may wait. */
    private static void gate() throws Exception {
        Path gate = Files.createFile(directory.resolve("gate"));
        assertTrue(vts.buns().get(0).destroyForcibly());
        book("vts_worker_restarts_total", "cause", "crashed");
        Scrape.await(
                vts.uri(),
                scrape -> scrape.value("vts_workers{state=\"starting\"}") == 1
                        && scrape.value("vts_workers{state=\"ready\"}") == 0);
        List<CompletableFuture<HttpResponse<byte[]>>> held = List.of(askLater("/"), askLater("/"));
        Scrape waiting = Scrape.await(vts.uri(), scrape -> scrape.value("vts_http_requests_waiting") == 2);
        assertEquals(2, waiting.value("vts_http_requests_waiting"));
        assertEquals(2, waiting.value("vts_http_requests_in_flight{kind=\"proxied\"}"));
        for (int i = 0; i < 3; i++) {
            assertEquals(503, ask("proxied", "GET", "/", "").statusCode());
            book("vts_http_requests_shed_total", "reason", "hold_queue");
        }
        Files.delete(gate);
        for (CompletableFuture<HttpResponse<byte[]>> one : held) {
            assertEquals(200, one.get(60, TimeUnit.SECONDS).statusCode());
            book("vts_http_requests_held_total");
        }
    }

    private static CompletableFuture<HttpResponse<byte[]>> askLater(String path) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return ask("proxied", "GET", path, "");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private static void restart() throws Exception {
        HttpResponse<byte[]> answer =
                ask("management", "POST", "/-/restart", "", "Authorization", "Bearer " + FaultyApp.TOKEN);
        assertEquals(202, answer.statusCode());
        book("vts_worker_restarts_total", "cause", "asked");
    }

    /** It is noticed within a second of requests. */
    private static void maintenance() throws Exception {
        awaitReady();
        Path file = Files.createFile(directory.resolve("maintenance"));
        askUntil(503);
        Files.delete(file);
        askUntil(200);
    }

    private static void askUntil(int status) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        for (int last = 0; last != status; ) {
            assertTrue(System.nanoTime() < deadline, vts.output());
            last = ask("proxied", "GET", "/", "").statusCode();
            if (last == 503) {
                book("vts_http_requests_shed_total", "reason", "maintenance");
            }
        }
    }

    private static void awaitReady() throws Exception {
        Scrape.await(vts.uri(), scrape -> scrape.value("vts_workers{state=\"ready\"}") == 1);
    }

    @Test
    void everyCountIsTheClientsCount() throws Exception {
        assertCounts(Set.of(
                "vts_http_requests_total",
                "vts_http_request_bytes_total",
                "vts_http_response_bytes_total",
                "vts_http_requests_held_total",
                "vts_http_requests_retried_total",
                "vts_http_requests_shed_total",
                "vts_upstream_errors_total",
                "vts_worker_restarts_total",
                "vts_asset_responses_total",
                "vts_asset_unknown_total",
                "vts_http_time_to_first_byte_seconds_count",
                "vts_http_request_duration_seconds_count")::contains);
    }

    private static void assertCounts(Predicate<String> names) throws Exception {
        // Scrapes are requests, too.
        Predicate<String> known = sample -> !sample.contains("kind=\"management\"");
        SortedMap<String, Double> expected = only(known, EXPECTED);
        Scrape scrape =
                Scrape.await(vts.uri(), now -> only(known, now.counts(names)).equals(expected));
        assertEquals(expected, only(known, scrape.counts(names)), vts.output());
    }

    private static SortedMap<String, Double> only(Predicate<String> known, SortedMap<String, Double> samples) {
        SortedMap<String, Double> some = new TreeMap<>(samples);
        some.keySet().removeIf(known.negate());
        return some;
    }

    @Test
    void timesAreThoseThatTheClientSaw() throws Exception {
        Scrape scrape = Scrape.of(vts.uri());
        for (String kind : new String[] {"asset", "proxied"}) {
            String label = "{kind=\"" + kind + "\"}";
            double total = scrape.value("vts_http_request_duration_seconds_sum" + label);
            double first = scrape.value("vts_http_time_to_first_byte_seconds_sum" + label);
            assertTrue(first > 0 && first <= total, first + " of " + total);
            // The client that left waited for some time that nobody measured.
            assertTrue(total < CLIENT_SECONDS.get(kind) + 10, total + " instead of " + CLIENT_SECONDS.get(kind));
        }
        double longer = scrape.value("vts_http_request_duration_seconds_count{kind=\"proxied\"}")
                - scrape.value("vts_http_request_duration_seconds_bucket{kind=\"proxied\",le=\"0.25\"}");
        assertTrue(longer >= 2, "the slow and the silent one are not among the long ones");
        assertEquals(
                scrape.value("vts_http_request_duration_seconds_count{kind=\"proxied\"}"),
                scrape.value("vts_http_request_duration_seconds_bucket{kind=\"proxied\",le=\"+Inf\"}"));
        assertFalse(scrape.text().contains("vts_http_request_duration_seconds_count{kind=\"events\"}"));
        assertFalse(scrape.text().contains("vts_http_request_duration_seconds_count{kind=\"tunnel\"}"));
    }

    @Test
    void eachScrapeIsCountedOnceItHasEnded() throws Exception {
        String sample = "vts_http_requests_total{kind=\"management\",method=\"GET\",status=\"2xx\"}";
        try (RawClient client = new RawClient(vts.uri().getPort())) {
            double before = scrapeOn(client).value(sample);
            assertEquals(before + 1, scrapeOn(client).value(sample));
            assertEquals(before + 2, scrapeOn(client).value(sample));
        }
    }

    /** On one connection a request is looked at when the one before has ended. */
    private static Scrape scrapeOn(RawClient client) throws IOException {
        client.send("GET /-/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.readUntil("\r\n\r\n");
        // The last sample.
        return Scrape.parse(client.readUntil("vts_workers{state=\"starting\"} ") + client.readUntil("\n"));
    }

    @Test
    void theWorkersFiguresAreThoseOfTheirProcesses() throws Exception {
        Scrape.await(
                vts.uri(),
                now -> now.value("vts_workers{state=\"retiring\"}") == 0
                        && vts.buns().size() == 1);
        ProcessHandle bun = vts.buns().get(0);
        Scrape scrape = Scrape.of(vts.uri());
        assertEquals(1, scrape.value("vts_workers{state=\"ready\"}"));
        double cpu = scrape.value("vts_worker_cpu_seconds_total{worker=\"1\"}");
        Duration now = bun.info().totalCpuDuration().orElseThrow();
        assertTrue(cpu > 0 && cpu <= now.toMillis() / 1e3, cpu + " of " + now);
        double started = scrape.value("vts_worker_start_time_seconds{worker=\"1\"}");
        double bunsOwn = bun.info().startInstant().orElseThrow().toEpochMilli() / 1e3;
        assertEquals(bunsOwn, started, 5, "started at another time");
        assertTrue(started > begun.getEpochSecond());
        double memory = scrape.value("vts_worker_resident_memory_bytes{worker=\"1\"}");
        String line = Files.readAllLines(Path.of("/proc/" + bun.pid() + "/status")).stream()
                .filter(each -> each.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        double resident = Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024;
        assertEquals(resident, memory, resident / 2);
    }

    @Test
    void itTellsWhatRuns() throws Exception {
        String text = Scrape.of(vts.uri()).text();
        assertTrue(
                text.matches("(?s).*\nvts_build_info\\{build=\"[0-9a-f]{12}\",bun=\"[0-9.]+\",java=\""
                        + Runtime.version().feature() + "[^\"]*\",version=\"[0-9.]+\"\\} 1\\.0\n.*"),
                text);
        assertTrue(text.contains("\njvm_memory_used_bytes{"), text);
    }

    @Test
    void prometheusFindsNoFaultWithTheNames() throws Exception {
        String ours = Scrape.of(vts.uri())
                .text()
                .lines()
                .filter(line -> line.replaceFirst("^# (HELP|TYPE) ", "").startsWith("vts_"))
                .reduce("", (text, line) -> text + line + "\n");
        Promtool.assertAccepts(ours, "check", "metrics");
    }

    @Test
    void prometheusFindsNoFaultWithTheAlerts() throws Exception {
        Promtool.assertAccepts("", "check", "rules", ALERTS.toString());
    }

    @Test
    void errorsCallAndMaintenanceDoesNot() throws Exception {
        Promtool.assertAccepts("", "test", "rules", "src/test/resources/dev/vtsbasic/it/alerts-test.yaml");
    }

    @Test
    void eachAlertHasAWordOnWhatToDo() throws Exception {
        List<String> described = Files.readAllLines(Path.of("docs/monitoring/README.md")).stream()
                .filter(line -> line.startsWith("| `Vts"))
                .map(line -> line.replaceFirst("^\\| `(\\w+)` \\| .+ \\|$", "$1"))
                .toList();
        assertEquals(rules().stream().map(rule -> rule.get("alert").asText()).toList(), described);
    }

    @Test
    void dashboardAndAlertsNameOnlyWhatThereIs() throws Exception {
        SortedMap<String, Double> samples = Scrape.of(vts.uri()).samples();
        List<String> unknown = new ArrayList<>();
        for (String expression : expressions()) {
            Matcher selector = SELECTOR.matcher(expression);
            while (selector.find()) {
                String name = selector.group(1);
                List<String> matchers = Stream.of(
                                selector.group(2) == null
                                        ? new String[0]
                                        : selector.group(2).split(","))
                        .filter(matcher -> !matcher.matches("(job|instance)=.*"))
                        .toList();
                boolean known = samples.keySet().stream()
                        .filter(sample -> sample.replaceFirst("\\{.*", "").equals(name))
                        .anyMatch(sample -> matchers.stream().allMatch(matcher -> matches(sample, matcher)));
                if (!known) {
                    unknown.add(selector.group() + " in " + expression);
                }
            }
            Matcher grouping = GROUPING.matcher(expression);
            while (grouping.find()) {
                for (String label : grouping.group(1).split(", ")) {
                    boolean known = List.of("job", "instance").contains(label)
                            || samples.keySet().stream()
                                    .filter(sample -> expression.contains(sample.replaceFirst("\\{.*", "")))
                                    .anyMatch(sample -> sample.matches(".*[{,]" + label + "=.*"));
                    if (!known) {
                        unknown.add("label " + label + " in " + expression);
                    }
                }
            }
        }
        assertEquals(List.of(), unknown);
    }

    /** Whether a sample has a label that a matcher asks for, with a value that it allows. */
    private static boolean matches(String sample, String matcher) {
        String[] parts = matcher.split("=~?", 2);
        String value = parts[1].replace("\"", "");
        return Pattern.compile("[{,]" + parts[0] + "=\"(" + value + ")\"")
                .matcher(sample)
                .find();
    }

    /** As a dashboard does, and the rules. */
    @Test
    void eachQueryHasAnAnswer(@TempDir Path data) throws Exception {
        try (Prometheus prometheus = Prometheus.scraping(vts.uri(), data)) {
            assertTrue(prometheus.awaitSome("count_over_time(vts_build_info[1m]) > 2"), prometheus.output());
            for (JsonNode panel : dashboard().get("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    String expression = target.get("expr")
                            .asText()
                            .replace("$__rate_interval", "1m")
                            .replace("$job", "vts-.*")
                            .replace("$instance", ".*");
                    assertTrue(prometheus.awaitSome(expression), panel.get("title") + ": " + expression);
                }
            }
            for (JsonNode rule : rules()) {
                // Without the comparison it is not empty, be it to nothing.
                String expression = rule.get("expr").asText().replaceFirst(" (==|>) [0-9.]+$", "");
                assertTrue(prometheus.awaitSome(expression), rule.get("alert") + ": " + expression);
            }
        }
    }

    private static List<String> expressions() throws IOException {
        List<String> expressions = new ArrayList<>();
        dashboard()
                .get("panels")
                .forEach(panel -> panel.path("targets")
                        .forEach(target -> expressions.add(target.get("expr").asText())));
        rules().forEach(rule -> expressions.add(rule.get("expr").asText()));
        return expressions;
    }

    private static JsonNode dashboard() throws IOException {
        return YAML.readTree(Path.of("docs/monitoring/dashboard.json").toFile());
    }

    private static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        YAML.readTree(ALERTS.toFile()).get("groups").get(0).get("rules").forEach(rules::add);
        return rules;
    }

    /** Sends a request and books what it should count for. */
    private static HttpResponse<byte[]> ask(String kind, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        request.method(
                method,
                body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        long asked = System.nanoTime();
        HttpResponse<byte[]> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        double seconds = (System.nanoTime() - asked) / 1e9;
        synchronized (EXPECTED) {
            CLIENT_SECONDS.merge(kind, seconds, Double::sum);
            String status = answer.statusCode() / 100 + "xx";
            String known = method.equals("PROPFIND") ? "other" : method;
            book("vts_http_requests_total", "kind", kind, "method", known, "status", status);
            book("vts_http_request_bytes_total", body.length(), "kind", kind);
            book("vts_http_response_bytes_total", answer.body().length, "kind", kind);
            book("vts_http_time_to_first_byte_seconds_count", "kind", kind);
            book("vts_http_request_duration_seconds_count", "kind", kind);
        }
        return answer;
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(vts.uri().resolve(path)).timeout(Program.PATIENCE);
    }

    private static void book(String name, String... labels) {
        book(name, 1, labels);
    }

    private static void book(String name, int count, String... labels) {
        StringBuilder sample = new StringBuilder(name);
        for (int i = 0; i < labels.length; i += 2) {
            sample.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1])
                    .append('"');
        }
        if (count > 0) {
            EXPECTED.merge(sample + (labels.length > 0 ? "}" : ""), (double) count, Double::sum);
        }
    }

    private record Listener(CompletableFuture<String> echo) implements WebSocket.Listener {
        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            echo.complete(data.toString());
            return WebSocket.Listener.super.onText(socket, data, last);
        }
    }
}
