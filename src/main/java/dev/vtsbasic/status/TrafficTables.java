package dev.vtsbasic.status;

import static dev.vtsbasic.text.Markup.escape;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.traffic.AssetOutcome;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.UpstreamError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** The tables of the status page that count requests by their results. */
final class TrafficTables {
    /** The status classes that have a column in the table of requests: all but 1xx. */
    private static final List<StatusClass> STATUS_COLUMNS = List.of(
            StatusClass.SUCCESSFUL,
            StatusClass.REDIRECTION,
            StatusClass.CLIENT_ERROR,
            StatusClass.SERVER_ERROR,
            StatusClass.NONE);

    private final StatusSnapshot status;
    private final Traffic traffic;

    TrafficTables(StatusSnapshot status) {
        this.status = status;
        this.traffic = status.stats().traffic();
    }

    String html() {
        return requests() + failures() + blocked() + assets() + cache();
    }

    private String requests() {
        Map<RequestKind, Long> inFlight = traffic.inFlight();
        SampleInterval minute = status.minute();
        List<String> columns = new ArrayList<>(List.of("Kind", "#Ended", "#In flight", "#Per second"));
        STATUS_COLUMNS.forEach(end -> columns.add("#" + end.label()));
        columns.addAll(List.of("#First byte p50", "#p95", "#p99", "#Whole response p50", "#p95", "#p99", "#Sent"));
        List<List<String>> rows = Arrays.stream(RequestKind.values())
                .map(kind -> {
                    StatsSample.Counts counts = status.now().of(kind);
                    List<String> cells = new ArrayList<>(List.of(
                            HumanFormat.label(kind),
                            HumanFormat.count(counts.requests()),
                            HumanFormat.count(inFlight.getOrDefault(kind, 0L)),
                            HumanFormat.perSecond(minute.rate(kind))));
                    STATUS_COLUMNS.forEach(end -> cells.add(HumanFormat.count(counts.of(end))));
                    for (double share : new double[] {0.5, 0.95, 0.99}) {
                        cells.add(HumanFormat.seconds(minute.firstByte(kind, share)));
                    }
                    for (double share : new double[] {0.5, 0.95, 0.99}) {
                        cells.add(HumanFormat.seconds(minute.total(kind, share)));
                    }
                    cells.add(HumanFormat.bytes(traffic.bytesSent(kind)));
                    return cells;
                })
                .toList();
        return HtmlTable.sections(new HtmlTable(
                "requests", "Requests: counts since the start, rates and times of the last minute", columns, rows));
    }

    private String failures() {
        List<String> columns = List.of("Reason", "#Count");
        return HtmlTable.sections(
                new HtmlTable(
                        "upstream-errors",
                        "No complete response from the app",
                        columns,
                        counts(UpstreamError.values(), traffic::upstreamErrors)),
                new HtmlTable(
                        "shed",
                        "Refused before they reached the app",
                        columns,
                        counts(ShedReason.values(), traffic::shed)),
                new HtmlTable(
                        "restarts",
                        "Workers replaced",
                        columns,
                        counts(RestartCause.values(), status.stats()::restarts)),
                new HtmlTable(
                        "waits",
                        "Waiting for a worker",
                        columns,
                        List.of(
                                List.of(
                                        "waiting now",
                                        HumanFormat.count(status.stats().waiting())),
                                List.of("had to wait", HumanFormat.count(traffic.held())),
                                List.of("sent to another worker", HumanFormat.count(traffic.retried())))));
    }

    private String blocked() {
        List<List<String>> rows = status.stats().blocked().stream()
                .map(blocked -> List.of(
                        "<code>" + escape(blocked.request()) + "</code>",
                        HumanFormat.count(blocked.workers()),
                        HumanFormat.time(blocked.until())))
                .toList();
        return HtmlTable.sections(new HtmlTable(
                "blocked",
                "Blocked, because one worker after another ended at the request",
                List.of("Request", "#Workers", "Until (UTC)"),
                rows));
    }

    private static <E extends Enum<E>> List<List<String>> counts(E[] constants, ToLongFunction<E> count) {
        return Arrays.stream(constants)
                .map(constant -> List.of(HumanFormat.label(constant), HumanFormat.count(count.applyAsLong(constant))))
                .toList();
    }

    private String assets() {
        List<AssetOutcome> outcomes = Stream.of(AssetOutcome.values())
                .filter(outcome -> outcome != AssetOutcome.UNKNOWN)
                .toList();
        List<String> columns = new ArrayList<>(List.of("Coding"));
        outcomes.forEach(outcome -> columns.add("#" + outcome.status()));
        List<List<String>> rows = Arrays.stream(ContentCoding.values())
                .map(coding -> {
                    List<String> cells = new ArrayList<>(List.of(HumanFormat.label(coding)));
                    outcomes.forEach(outcome -> cells.add(HumanFormat.count(traffic.assets(coding, outcome))));
                    return cells;
                })
                .toList();
        return HtmlTable.sections(
                        new HtmlTable("assets", "Static files: responses by content coding and status", columns, rows))
                + "<p id=\"not-modified\" class=\"muted\" data-live>%s %s requests were for files that no build has.</p>\n"
                        .formatted(
                                notModified(),
                                HumanFormat.count(traffic.assets(ContentCoding.IDENTITY, AssetOutcome.UNKNOWN)));
    }

    private String notModified() {
        long whole = assets(AssetOutcome.WHOLE);
        long notModified = assets(AssetOutcome.NOT_MODIFIED);
        return whole + notModified == 0
                ? "No static file has been requested yet."
                : "%d %% were not modified (304).".formatted(Math.round(100.0 * notModified / (whole + notModified)));
    }

    private long assets(AssetOutcome outcome) {
        return Arrays.stream(ContentCoding.values())
                .mapToLong(coding -> traffic.assets(coding, outcome))
                .sum();
    }

    private String cache() {
        CacheStatistics cache = status.stats().cache();
        if (cache.capacity() == 0) {
            return "";
        }
        List<List<String>> rows = List.of(
                List.of("served from the cache", HumanFormat.count(cache.hits())),
                List.of("after the app confirmed the stored response", HumanFormat.count(cache.validated())),
                List.of("with the response to another request", HumanFormat.count(cache.collapsed())),
                List.of("served by the app", HumanFormat.count(cache.misses())),
                List.of("with a stale response, as the app allows", HumanFormat.count(cache.stale())),
                List.of("stored responses", HumanFormat.count(cache.entries())),
                List.of("evicted responses", HumanFormat.count(cache.evicted())),
                List.of("memory in use", HumanFormat.bytes(cache.bytes())),
                List.of("memory limit", HumanFormat.bytes(cache.capacity())));
        return HtmlTable.sections(
                new HtmlTable("cache", "Shared cache: requests, and what it holds", List.of("What", "#Count"), rows));
    }
}
