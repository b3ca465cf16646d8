package dev.vtsbasic.status;

import static dev.vtsbasic.text.Markup.escape;

import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.status.SvgChart.Line;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Renders the status as an HTML page. The page is complete without JavaScript; its script only replaces elements that
 * are marked {@code data-live} with newer ones.
 */
final class StatusPage {
    private final StatusSnapshot status;
    private final Traffic traffic;
    private final SampleInterval minute;

    StatusPage(StatusSnapshot status) {
        this.status = status;
        this.traffic = status.stats().traffic();
        this.minute = status.minute();
    }

    /** @param controls notice and buttons, as HTML */
    String html(String controls) {
        return PageLayout.of("Status", live(controls));
    }

    /** The HTML of the elements that the script of an open page replaces. */
    String live() {
        return live("");
    }

    private String live(String controls) {
        return head()
                + controls
                + tiles()
                + charts()
                + workers()
                + new TrafficTables(status).html()
                + events()
                + output()
                + settings()
                + versions();
    }

    private String head() {
        RuntimeStats.Build build = status.stats().build();
        boolean ready = status.health().ready();
        String state = ready ? "Ready" : "Not ready";
        String why = escape(status.health().problem().orElse("Bun responds")) + ".";
        String served = build.build().isEmpty()
                ? "The app runs on VTS_UPSTREAM."
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
                                .mapToLong(kind -> traffic.inFlight().getOrDefault(kind, 0L))
                                .sum()))
                + tile("Waiting", HumanFormat.count(status.stats().waiting()))
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
                                "Error responses",
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
        List<List<String>> rows = status.slots().stream().map(this::worker).toList();
        String caption = status.slots().isEmpty() ? "Workers: not managed by this server (VTS_UPSTREAM)" : "Workers";
        return HtmlTable.sections(new HtmlTable(
                "workers",
                caption,
                List.of("Worker", "State", "#pid", "#Up for", "#Memory", "#CPU", "#Requests", "Last restarts"),
                rows));
    }

    private List<String> worker(SlotSnapshot slot) {
        List<String> cells = new ArrayList<>();
        Optional<SlotSnapshot.WorkerView> ready = slot.ready();
        cells.add(escape(ready.map(SlotSnapshot.WorkerView::name).orElse("worker-" + slot.number())));
        cells.add(state(slot));
        cells.add(ready.map(worker -> Long.toString(worker.pid())).orElse(HumanFormat.NONE));
        cells.add(ready.map(worker -> HumanFormat.duration(Duration.between(worker.started(), status.time())))
                .orElse(HumanFormat.NONE));
        cells.add(ready.map(worker -> HumanFormat.bytes(worker.memory())).orElse(HumanFormat.NONE));
        cells.add(ready.map(worker -> HumanFormat.seconds(worker.cpu().toMillis() / 1e3))
                .orElse(HumanFormat.NONE));
        cells.add(ready.map(worker -> HumanFormat.count(worker.requests())).orElse(HumanFormat.NONE));
        cells.add(slot.restarts().stream()
                .sorted(Comparator.comparing(SlotSnapshot.Restart::time).reversed())
                .map(restart -> HumanFormat.label(restart.cause()) + " " + HumanFormat.time(restart.time()))
                .collect(Collectors.joining("<br>")));
        return cells;
    }

    private String state(SlotSnapshot slot) {
        List<String> states = new ArrayList<>(List.of(HumanFormat.label(status.state(slot))));
        if (slot.starting() && slot.ready().isPresent()) {
            states.add("next one starting");
        }
        if (slot.retiring() > 0) {
            states.add(slot.retiring() + " retiring");
        }
        return String.join(", ", states);
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
        return HtmlTable.sections(new HtmlTable(
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
        return HtmlTable.sections(
                new HtmlTable("settings", "Settings in force", List.of("Name", "Value", "From"), rows));
    }

    private String versions() {
        RuntimeStats.Build build = status.stats().build();
        return HtmlTable.sections(new HtmlTable(
                "versions",
                "Versions",
                List.of("Part", "Version"),
                List.of(
                        List.of("VTS Basic", escape(build.version())),
                        List.of("Bun", build.bun().isEmpty() ? HumanFormat.NONE : escape(build.bun())),
                        List.of("Java", escape(Runtime.version().toString())),
                        List.of("Server", escape(status.server())))));
    }
}
