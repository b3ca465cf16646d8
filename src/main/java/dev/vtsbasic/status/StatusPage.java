package dev.vtsbasic.status;

import static dev.vtsbasic.text.Markup.escape;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.manage.LifecyclePhase;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.status.AdminSessions.Session;
import dev.vtsbasic.status.SvgChart.Line;
import dev.vtsbasic.traffic.AssetOutcome;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.ContentCoding;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import dev.vtsbasic.traffic.UpstreamError;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Renders the status as an HTML page. The page is complete without JavaScript; its script only replaces elements that
 * are marked {@code data-live} with newer ones.
 */
final class StatusPage {
    /** The status classes that have a column in the table of requests: all but 1xx. */
    private static final List<StatusClass> STATUS_COLUMNS = List.of(
            StatusClass.SUCCESSFUL,
            StatusClass.REDIRECTION,
            StatusClass.CLIENT_ERROR,
            StatusClass.SERVER_ERROR,
            StatusClass.NONE);

    private final StatusSnapshot status;
    private final Traffic traffic;
    private final SampleInterval minute;

    StatusPage(StatusSnapshot status) {
        this.status = status;
        this.traffic = status.figures().traffic();
        this.minute = status.minute();
    }

    /** @param controls notice and buttons, as HTML */
    String html(String controls) {
        return PageLayout.of("Status", live(controls));
    }

    /** The HTML from which the script of an open page takes the new elements. */
    String live() {
        return live("");
    }

    private String live(String controls) {
        return head()
                + controls
                + tiles()
                + charts()
                + workers()
                + requests()
                + failures()
                + blocked()
                + assets()
                + cache()
                + events()
                + output()
                + settings()
                + versions();
    }

    private String head() {
        RuntimeStats.Build build = status.figures().build();
        boolean ready = status.health().ready();
        String state = ready ? "Ready" : "Not ready";
        String why = escape(status.health().problem().orElse("Bun answers")) + ".";
        String served = build.build().isEmpty()
                ? "The app is run by someone else."
                : "Build <code>%s</code> in service since %s UTC."
                        .formatted(escape(build.build()), HumanFormat.time(build.since()));
        return """
                <div id="state" class="state %s" data-live><h1>%s</h1><p>%s %s</p></div>
                <p class="muted"><span id="updated" data-live>As of %s UTC.</span> <span id="connection"><a href="status">Refresh</a></span></p>
                """.formatted(ready ? "good" : "bad", state, why, served, HumanFormat.time(status.time()));
    }

    private String tiles() {
        return "<dl id=\"tiles\" class=\"tiles\" data-live>"
                + tile("Requests, last minute", HumanFormat.perSecond(minute.rate()))
                + tile("First byte of the app, p95", HumanFormat.seconds(minute.firstByte(RequestKind.PROXIED, 0.95)))
                + tile("Errors 5xx, last minute", HumanFormat.count(minute.count(StatusClass.SERVER_ERROR)))
                + tile(
                        "In flight",
                        HumanFormat.count(StatsSample.visitors()
                                .filter(RequestKind::hasAnEnd)
                                .mapToLong(kind -> traffic.underWay().getOrDefault(kind, 0L))
                                .sum()))
                + tile("Waiting", HumanFormat.count(status.figures().waiting()))
                + tile("Workers' memory", HumanFormat.bytes(status.now().workers()))
                + "</dl>\n";
    }

    private static String tile(String name, String value) {
        return "<div class=\"panel\"><dt>%s</dt><dd>%s</dd></div>".formatted(name, value);
    }

    private String charts() {
        return "<section aria-labelledby=\"charts\"><h2 id=\"charts\">The last minutes</h2><div class=\"charts\">"
                + new SvgChart(
                                "chart-rate",
                                "Requests of visitors",
                                HumanFormat::perSecond,
                                1,
                                List.of(
                                        line("app", window -> window.rate() - window.rate(RequestKind.ASSET)),
                                        line("static files", window -> window.rate(RequestKind.ASSET))))
                        .html()
                + new SvgChart(
                                "chart-latency",
                                "Time to the app's first byte",
                                HumanFormat::seconds,
                                0.01,
                                List.of(
                                        line("p50", window -> window.firstByte(RequestKind.PROXIED, 0.5)),
                                        line("p95", window -> window.firstByte(RequestKind.PROXIED, 0.95)),
                                        line("p99", window -> window.firstByte(RequestKind.PROXIED, 0.99))))
                        .html()
                + new SvgChart(
                                "chart-errors",
                                "Answers that are errors",
                                HumanFormat::perSecond,
                                1,
                                List.of(
                                        line("5xx", window -> window.rate(StatusClass.SERVER_ERROR)),
                                        line("4xx", window -> window.rate(StatusClass.CLIENT_ERROR))))
                        .html()
                + new SvgChart(
                                "chart-memory",
                                "Memory",
                                HumanFormat::bytes,
                                100e6,
                                List.of(
                                        line("workers", window -> window.to().workers()),
                                        line("JVM heap", window -> window.to().heap())))
                        .html()
                + "</div></section>\n";
    }

    private Line line(String name, ToDoubleFunction<SampleInterval> value) {
        List<StatsSample> samples = status.history();
        return new Line(
                name,
                IntStream.range(1, samples.size())
                        .mapToDouble(i -> value.applyAsDouble(new SampleInterval(samples.get(i - 1), samples.get(i))))
                        .toArray());
    }

    private String workers() {
        List<List<String>> rows = status.places().stream().map(this::worker).toList();
        String caption = status.places().isEmpty() ? "Workers: run by someone else" : "Workers";
        return section(new HtmlTable(
                "workers",
                caption,
                List.of("Worker", "State", "#pid", "#Up for", "#Memory", "#CPU", "#Requests", "Last restarts"),
                rows));
    }

    private List<String> worker(SlotSnapshot place) {
        List<String> cells = new ArrayList<>();
        Optional<SlotSnapshot.WorkerView> ready = place.ready();
        cells.add(escape(ready.map(SlotSnapshot.WorkerView::name).orElse("worker-" + place.number())));
        cells.add(state(place));
        cells.add(ready.map(worker -> Long.toString(worker.pid())).orElse(HumanFormat.NONE));
        cells.add(ready.map(worker -> HumanFormat.duration(Duration.between(worker.started(), status.time())))
                .orElse(HumanFormat.NONE));
        cells.add(ready.map(worker -> HumanFormat.bytes(worker.memory())).orElse(HumanFormat.NONE));
        cells.add(ready.map(worker -> HumanFormat.seconds(worker.cpu().toMillis() / 1e3))
                .orElse(HumanFormat.NONE));
        cells.add(ready.map(worker -> HumanFormat.count(worker.requests())).orElse(HumanFormat.NONE));
        cells.add(place.restarts().stream()
                .sorted(Comparator.comparing(SlotSnapshot.Restart::time).reversed())
                .map(restart -> label(restart.cause()) + " " + HumanFormat.time(restart.time()))
                .collect(Collectors.joining("<br>")));
        return cells;
    }

    private String state(SlotSnapshot place) {
        List<String> states = new ArrayList<>(List.of(label(status.state(place))));
        if (place.starting() && place.ready().isPresent()) {
            states.add("next one starting");
        }
        if (place.retiring() > 0) {
            states.add(place.retiring() + " retiring");
        }
        return String.join(", ", states);
    }

    private String requests() {
        Map<RequestKind, Long> underWay = traffic.underWay();
        List<String> columns = new ArrayList<>(List.of("Kind", "#Ended", "#In flight", "#Per second"));
        STATUS_COLUMNS.forEach(end -> columns.add("#" + end.label()));
        columns.addAll(List.of("#First byte p50", "#p95", "#p99", "#Whole answer p50", "#p95", "#p99", "#Sent"));
        List<List<String>> rows = Arrays.stream(RequestKind.values())
                .map(kind -> {
                    StatsSample.Counts counts = status.now().of(kind);
                    List<String> cells = new ArrayList<>(List.of(
                            label(kind),
                            HumanFormat.count(counts.requests()),
                            HumanFormat.count(underWay.getOrDefault(kind, 0L)),
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
        return section(new HtmlTable(
                "requests", "Requests: counts since the start, rates and times of the last minute", columns, rows));
    }

    private String failures() {
        List<String> columns = List.of("Reason", "#Count");
        return section(
                new HtmlTable(
                        "upstream-errors",
                        "No whole answer from the app",
                        columns,
                        counts(UpstreamError.values(), traffic::upstreamErrors)),
                new HtmlTable(
                        "shed", "Turned away before the app", columns, counts(ShedReason.values(), traffic::shed)),
                new HtmlTable(
                        "restarts",
                        "Workers replaced",
                        columns,
                        counts(RestartCause.values(), status.figures()::restarts)),
                new HtmlTable(
                        "waits",
                        "Waiting for a worker",
                        columns,
                        List.of(
                                List.of(
                                        "waiting now",
                                        HumanFormat.count(status.figures().waiting())),
                                List.of("had to wait", HumanFormat.count(traffic.held())),
                                List.of("sent to another worker", HumanFormat.count(traffic.retried())))));
    }

    private String blocked() {
        List<List<String>> rows = status.figures().blocked().stream()
                .map(blocked -> List.of(
                        "<code>" + escape(blocked.request()) + "</code>",
                        HumanFormat.count(blocked.workers()),
                        HumanFormat.time(blocked.until())))
                .toList();
        return section(new HtmlTable(
                "blocked",
                "Not sent, since one worker after another ended at it",
                List.of("Request", "#Workers", "Until (UTC)"),
                rows));
    }

    private static <E extends Enum<E>> List<List<String>> counts(E[] constants, ToLongFunction<E> count) {
        return Arrays.stream(constants)
                .map(constant -> List.of(label(constant), HumanFormat.count(count.applyAsLong(constant))))
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
                    List<String> cells = new ArrayList<>(List.of(label(coding)));
                    outcomes.forEach(outcome -> cells.add(HumanFormat.count(traffic.assets(coding, outcome))));
                    return cells;
                })
                .toList();
        return section(new HtmlTable("assets", "Static files: answers by content coding and status", columns, rows))
                + "<p id=\"not-modified\" class=\"muted\" data-live>%s %s requests were for files that no build has.</p>\n"
                        .formatted(
                                notModified(),
                                HumanFormat.count(traffic.assets(ContentCoding.IDENTITY, AssetOutcome.UNKNOWN)));
    }

    private String cache() {
        CacheStatistics cache = status.figures().cache();
        if (cache.capacity() == 0) {
            return "";
        }
        List<List<String>> rows = List.of(
                List.of("answered from it", HumanFormat.count(cache.hits())),
                List.of("after the app said that it is still right", HumanFormat.count(cache.validated())),
                List.of("with the answer to another request", HumanFormat.count(cache.collapsed())),
                List.of("answered by the app", HumanFormat.count(cache.misses())),
                List.of("past their time, as the app allows", HumanFormat.count(cache.stale())),
                List.of("answers that it holds", HumanFormat.count(cache.entries())),
                List.of("answers that made room for others", HumanFormat.count(cache.evicted())),
                List.of("memory that it has", HumanFormat.bytes(cache.bytes())),
                List.of("most that it may have", HumanFormat.bytes(cache.capacity())));
        return section(
                new HtmlTable("cache", "Shared cache: requests, and what it holds", List.of("What", "#Count"), rows));
    }

    private String notModified() {
        long whole = assets(AssetOutcome.WHOLE);
        long notModified = assets(AssetOutcome.NOT_MODIFIED);
        return whole + notModified == 0
                ? "No static file was asked for yet."
                : "%d %% were not modified (304).".formatted(Math.round(100.0 * notModified / (whole + notModified)));
    }

    private long assets(AssetOutcome outcome) {
        return Arrays.stream(ContentCoding.values())
                .mapToLong(coding -> traffic.assets(coding, outcome))
                .sum();
    }

    private String events() {
        List<List<String>> rows = status.events().stream()
                .sorted(Comparator.comparing(dev.vtsbasic.log.Event.Logged::time)
                        .reversed())
                .map(event -> List.of(
                        HumanFormat.time(event.time()),
                        event.level().toString().toLowerCase(Locale.ROOT),
                        "<code class=\"name\">" + event.event().id() + "</code>",
                        "<span class=\"text\">" + escape(event.sentence()) + "</span>"))
                .toList();
        return section(new HtmlTable(
                "events", "Last events, newest first (UTC)", List.of("Time", "Level", "Event", "Sentence"), rows));
    }

    private String output() {
        StringBuilder html = new StringBuilder();
        for (int i = 0; i < status.output().size(); i++) {
            SlotSnapshot.Output output = status.output().get(i);
            String lines = output.lines().isEmpty() ? "It printed nothing." : String.join("\n", output.lines());
            html.append("""
                    <h3 id="output-%1$d-name" data-live>%2$s</h3>
                    <pre class="scroll" role="region" aria-labelledby="output-%1$d-name" tabindex="0"><code id="output-%1$d" data-live>%3$s</code></pre>
                    """.formatted(i + 1, escape(output.worker()), escape(lines)));
        }
        return html.isEmpty()
                ? ""
                : "<section aria-labelledby=\"output\"><h2 id=\"output\">What the workers printed last</h2>" + html
                        + "</section>\n";
    }

    private String settings() {
        List<List<String>> rows = status.settings().stream()
                .map(setting -> List.of(
                        "<code>" + setting.name() + "</code>",
                        "<code>" + escape(setting.value()) + "</code>",
                        setting.source().isEmpty() ? "default" : escape(setting.source())))
                .toList();
        return section(new HtmlTable("settings", "Settings in force", List.of("Name", "Value", "From"), rows));
    }

    private String versions() {
        RuntimeStats.Build build = status.figures().build();
        return section(new HtmlTable(
                "versions",
                "Versions",
                List.of("Part", "Version"),
                List.of(
                        List.of("VTS Basic", escape(build.version())),
                        List.of("Bun", build.bun().isEmpty() ? HumanFormat.NONE : escape(build.bun())),
                        List.of("Java", escape(Runtime.version().toString())),
                        List.of("Server", escape(status.server())))));
    }

    private static String section(HtmlTable... tables) {
        return Arrays.stream(tables)
                .map(table -> "<section class=\"panel\">" + table.html() + "</section>\n")
                .collect(Collectors.joining(
                        "", tables.length == 1 ? "" : "<div class=\"small\">", tables.length == 1 ? "" : "</div>\n"));
    }

    private static String label(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** The sign-in form if there is no session, otherwise the buttons that the session may use, as HTML. */
    static String controls(Optional<Session> session, LifecyclePhase phase) {
        if (session.isEmpty()) {
            return "<details class=\"panel\"><summary>Restart or drain</summary>%s</details>\n"
                    .formatted(PageLayout.signIn("It takes <code>VTS_MANAGEMENT_TOKEN</code>."));
        }
        String formToken = session.get().formToken();
        String signOut = "<div class=\"plain\">" + form("sign-out", formToken, "Sign out") + "</div>";
        if (!session.get().mayChange()) {
            return "<div class=\"controls\"><p>Signed in to look.</p>" + signOut + "</div>\n";
        }
        String drain = phase == LifecyclePhase.SERVING
                ? confirmed(
                        "Drain",
                        "Says that it is not ready, and ends connections with their answers; all is served on.",
                        form("drain", formToken, "Drain now"))
                : "<div>" + form("resume", formToken, "Resume") + "</div>";
        return "<div class=\"controls\">"
                + confirmed(
                        "Restart the workers",
                        "They are replaced one after the other; no request is lost.",
                        form("restart", formToken, "Restart now"))
                + drain
                + signOut
                + "</div>\n";
    }

    private static String confirmed(String name, String explanation, String form) {
        return "<details class=\"panel\"><summary>%s</summary><p>%s</p>%s</details>".formatted(name, explanation, form);
    }

    private static String form(String action, String formToken, String name) {
        return """
                <form method="post" action="status/%s"><input type="hidden" name="form-token" value="%s"><button>%s</button></form>
                """.formatted(action, formToken, name);
    }
}
