package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.metrics.KnownLoad;
import dev.vtsbasic.testing.metrics.KnownLoadServer;
import dev.vtsbasic.testing.metrics.MonitoringFiles;
import dev.vtsbasic.testing.metrics.Prometheus;
import dev.vtsbasic.testing.metrics.Promtool;
import dev.vtsbasic.testing.metrics.Scrape;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of every kind, with each metric compared to the client's own count. */
class MetricsIT {
    @TempDir
    private static Path directory;

    private static Vts vts;

    private static KnownLoad load;

    @BeforeAll
    static void sendEverything() throws Exception {
        KnownLoadServer.writeBuild(directory);
        Instant begun = Instant.now();
        vts = KnownLoadServer.serve(directory);
        load = KnownLoad.send(vts, directory, begun);
    }

    @AfterAll
    static void stop() {
        vts.close();
    }

    @Test
    void eachCounterEqualsTheCountOfTheClient() throws Exception {
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
        // Leave out management requests, because each scrape is one.
        Predicate<String> known = sample -> !sample.contains("kind=\"management\"");
        SortedMap<String, Double> expected = only(known, load.expected());
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
    void durationsAreAtMostThoseThatTheClientMeasured() throws Exception {
        Scrape scrape = Scrape.of(vts.uri());
        for (String kind : new String[] {"asset", "proxied"}) {
            String label = "{kind=\"" + kind + "\"}";
            double total = scrape.value("vts_http_request_duration_seconds_sum" + label);
            double first = scrape.value("vts_http_time_to_first_byte_seconds_sum" + label);
            assertTrue(first > 0 && first <= total, first + " of " + total);
            // The client does not measure how long a request waited that its client abandoned.
            assertTrue(total < load.clientSeconds(kind) + 10, total + " instead of " + load.clientSeconds(kind));
        }
        double longer = scrape.value("vts_http_request_duration_seconds_count{kind=\"proxied\"}")
                - scrape.value("vts_http_request_duration_seconds_bucket{kind=\"proxied\",le=\"0.25\"}");
        assertTrue(longer >= 2, "the requests for /slow and /silent are not counted above 0.25 s");
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

    /** Scrapes on one connection, because the server reads its next request only after the previous one has ended. */
    private static Scrape scrapeOn(RawClient client) throws IOException {
        client.send("GET /-/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.readUntil("\r\n\r\n");
        // Read up to the last sample.
        return Scrape.parse(client.readUntil("vts_workers{state=\"starting\"} ") + client.readUntil("\n"));
    }

    @Test
    void workerMetricsMatchTheProcessesOfTheWorkers() throws Exception {
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
        assertTrue(started > load.begun().getEpochSecond());
        double memory = scrape.value("vts_worker_resident_memory_bytes{worker=\"1\"}");
        String line = Files.readAllLines(Path.of("/proc/" + bun.pid() + "/status")).stream()
                .filter(each -> each.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow();
        double resident = Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024;
        assertEquals(resident, memory, resident / 2);
    }

    @Test
    void buildInfoNamesTheVersionsThatRun() throws Exception {
        String text = Scrape.of(vts.uri()).text();
        assertTrue(
                text.matches("(?s).*\nvts_build_info\\{build=\"[0-9a-f]{12}\",bun=\"[0-9.]+\",java=\""
                        + Runtime.version().feature() + "[^\"]*\",version=\"[0-9.]+\"\\} 1\\.0\n.*"),
                text);
        assertTrue(text.contains("\njvm_memory_used_bytes{"), text);
    }

    @Test
    void promtoolAcceptsTheMetricNames() throws Exception {
        String ours = Scrape.of(vts.uri())
                .text()
                .lines()
                .filter(line -> line.replaceFirst("^# (HELP|TYPE) ", "").startsWith("vts_"))
                .reduce("", (text, line) -> text + line + "\n");
        Promtool.assertAccepts(ours, "check", "metrics");
    }

    @Test
    void promtoolAcceptsTheAlerts() throws Exception {
        Promtool.assertAccepts("", "check", "rules", MonitoringFiles.ALERTS.toString());
    }

    @Test
    void alertsFireForErrorsAndNotForMaintenance() throws Exception {
        Promtool.assertAccepts("", "test", "rules", "src/test/resources/dev/vtsbasic/it/alerts-test.yaml");
    }

    @Test
    void eachAlertHasARemedyInTheDocs() throws Exception {
        List<String> described = Files.readAllLines(Path.of("docs/monitoring/README.md")).stream()
                .filter(line -> line.startsWith("| `Vts"))
                .map(line -> line.replaceFirst("^\\| `(\\w+)` \\| .+ \\|$", "$1"))
                .toList();
        assertEquals(
                MonitoringFiles.rules().stream()
                        .map(rule -> rule.get("alert").asText())
                        .toList(),
                described);
    }

    @Test
    void dashboardAndAlertsNameOnlyExistingMetrics() throws Exception {
        assertEquals(List.of(), MonitoringFiles.unknownNames(Scrape.of(vts.uri())));
    }

    /** Runs the queries in Prometheus, as a dashboard and the alert rules do. */
    @Test
    void eachQueryOfDashboardAndAlertsHasAResult(@TempDir Path data) throws Exception {
        try (Prometheus prometheus = Prometheus.scraping(vts.uri(), data)) {
            assertTrue(prometheus.awaitSome("count_over_time(vts_build_info[1m]) > 2"), prometheus.output());
            for (JsonNode panel : MonitoringFiles.dashboard().get("panels")) {
                for (JsonNode target : panel.path("targets")) {
                    String expression = target.get("expr")
                            .asText()
                            .replace("$__rate_interval", "1m")
                            .replace("$job", "vts-.*")
                            .replace("$instance", ".*");
                    assertTrue(prometheus.awaitSome(expression), panel.get("title") + ": " + expression);
                }
            }
            for (JsonNode rule : MonitoringFiles.rules()) {
                // Without its comparison, which may be false, each expression has a result.
                String expression = rule.get("expr").asText().replaceFirst(" (==|>) [0-9.]+$", "");
                assertTrue(prometheus.awaitSome(expression), rule.get("alert") + ": " + expression);
            }
        }
    }
}
