package dev.vtsbasic.conformance.harness;

import dev.vtsbasic.conformance.harness.Suite.Outcome;
import java.io.IOException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The page with the results of the cases on VTS Basic and on other servers. */
public final class ResultPage {
    /** The group of the malformed requests. */
    public static final String SMUGGLING = "Request smuggling";

    private static final int MAX_REASON_LENGTH = 90;

    /** Stands for a missing reason when only VTS Basic passes a case. */
    private static final String UNEXPLAINED = "?";

    private final List<Proxy.Kind> kinds;
    private final Map<String, List<Case>> cases;
    private final List<String> malformed;
    private final Map<String, String> reasons;
    private final Map<Proxy.Kind, Map<String, String>> failures = new EnumMap<>(Proxy.Kind.class);
    private final Map<Proxy.Kind, List<Outcome>> smuggling = new EnumMap<>(Proxy.Kind.class);
    private final StringBuilder page = new StringBuilder();

    /**
     * @param kinds the proxies, VTS Basic first
     * @param malformed the family of each malformed request
     * @param reasons why only VTS Basic passes a case, by the name of the case
     */
    public ResultPage(
            List<Proxy.Kind> kinds,
            Map<String, List<Case>> cases,
            List<String> malformed,
            Map<String, String> reasons) {
        this.kinds = kinds;
        this.cases = cases;
        this.malformed = malformed;
        this.reasons = reasons;
    }

    public void add(Proxy.Kind kind, List<Outcome> outcomes) {
        failures.put(
                kind,
                outcomes.stream()
                        .filter(outcome -> !outcome.group().equals(SMUGGLING))
                        .collect(Collectors.toMap(Outcome::name, Outcome::failure)));
        smuggling.put(
                kind,
                outcomes.stream()
                        .filter(outcome -> outcome.group().equals(SMUGGLING))
                        .toList());
    }

    /** Appends the results to the text written by {@link #say}, and returns the page. */
    public String write(String... configurations) throws IOException {
        List<Case> all = cases.values().stream().flatMap(List::stream).toList();
        say("");
        say("| | " + columns(Proxy.Kind::title) + " |");
        say("|---|" + "---|".repeat(kinds.size()));
        row("version", Proxy.Kind::version);
        for (Case.Level level : Case.Level.values()) {
            List<Case> those = all.stream().filter(c -> c.level() == level).toList();
            row(level + ", of " + those.size(), kind -> count(kind, those));
        }
        if (!malformed.isEmpty()) {
            row(
                    "malformed requests, of " + malformed.size(),
                    kind -> ""
                            + smuggling.get(kind).stream()
                                    .filter(o -> o.failure().isEmpty())
                                    .count());
        }
        say("");
        say("**MUST**: an RFC says so. **SHOULD**: an RFC says so, or a user would call anything else a bug. **OURS**:"
                + " we promise it, others need not. ✓ shown · ✗ not shown, and what was seen instead · – not shown and"
                + " not promised. The peers run with the short configurations at the end of this page; some of their"
                + " – and ✗ have a setting that mends them.");
        cases.forEach(this::group);
        if (!malformed.isEmpty()) {
            malformed();
        }
        differences(all);
        configurations(configurations);
        return page.toString();
    }

    private String count(Proxy.Kind kind, List<Case> those) {
        return "" + those.stream().filter(c -> passed(kind, c)).count();
    }

    private boolean passed(Proxy.Kind kind, Case c) {
        return failures.get(kind).get(c.name()).isEmpty();
    }

    private void group(String title, List<Case> those) {
        say("");
        say("## " + title);
        say("");
        say("| behaviour | | asked for by | " + columns(Proxy.Kind::title) + " |");
        say("|---|---|---|" + "---|".repeat(kinds.size()));
        for (Case c : those) {
            say("| " + cell(c.name()) + " | " + c.level() + " | " + cell(c.source()) + " | "
                    + columns(kind -> result(kind, c)) + " |");
        }
    }

    private String result(Proxy.Kind kind, Case c) {
        if (passed(kind, c)) {
            return "✓";
        }
        if (kind == Proxy.Kind.VTS && !c.limit().isEmpty()) {
            return "– " + cell(c.limit());
        }
        boolean promised = c.level() != Case.Level.OURS || kind == Proxy.Kind.VTS;
        return promised ? "✗ " + reason(failures.get(kind).get(c.name())) : "–";
    }

    private void malformed() {
        say("");
        say("## " + SMUGGLING);
        say("");
        say("Malformed and ambiguous requests. After each of them the server has seen nothing but well-formed requests"
                + " with the expected targets, and both the same connection, where it survives, and a fresh one serve"
                + " on; where RFC 9112 leaves no other way, the request is refused.");
        say("");
        say("| family | requests | " + columns(Proxy.Kind::title) + " |");
        say("|---|---|" + "---|".repeat(kinds.size()));
        malformed.stream()
                .collect(Collectors.groupingBy(Function.identity(), LinkedHashMap::new, Collectors.counting()))
                .forEach((family, count) -> say(
                        "| " + cell(family) + " | " + count + " | " + columns(kind -> family(kind, family)) + " |"));
    }

    private String family(Proxy.Kind kind, String family) {
        List<Outcome> failed = smuggling.get(kind).stream()
                .filter(outcome ->
                        outcome.name().equals(family) && !outcome.failure().isEmpty())
                .toList();
        return failed.isEmpty()
                ? "✓"
                : "✗ " + failed.size() + ", as "
                        + reason(failed.get(0).failure().replaceFirst("(?s).*\": ", ""));
    }

    /** Writes the cases that only VTS Basic passes, with the reasons. */
    private void differences(List<Case> all) {
        say("");
        say(kinds.size() > 2 ? "## Where both peers differ from us, and why we do it" : "## Where we differ, and why");
        say("");
        all.stream()
                .filter(this::isOursAlone)
                .forEach(c -> say("- " + cell(c.name()) + " (" + cell(c.source()) + "): "
                        + reasons.getOrDefault(c.name(), UNEXPLAINED)));
    }

    private boolean isOursAlone(Case c) {
        return kinds.stream().allMatch(kind -> passed(kind, c) == (kind == Proxy.Kind.VTS));
    }

    /** The cases that only VTS Basic passes and that have no reason. */
    public List<String> unexplained() {
        return cases.values().stream()
                .flatMap(List::stream)
                .filter(c -> isOursAlone(c) && !reasons.containsKey(c.name()))
                .map(Case::name)
                .toList();
    }

    private void configurations(String... names) throws IOException {
        for (String name : names) {
            say("");
            say("## " + name);
            say("");
            say("```");
            say(Proxy.configuration(name).strip());
            say("```");
        }
    }

    private void row(String title, Column column) throws IOException {
        StringBuilder row = new StringBuilder("| " + title + " |");
        for (Proxy.Kind kind : kinds) {
            row.append(' ').append(column.of(kind)).append(" |");
        }
        say(row.toString());
    }

    private String columns(Function<Proxy.Kind, String> column) {
        return kinds.stream().map(column).collect(Collectors.joining(" | "));
    }

    /** The observed behaviour, without the parts that differ between runs. */
    private static String reason(String failure) {
        String stable = failure.replaceAll("(:\\d\\d){2} GMT", " GMT").replaceAll("\\b[0-9a-f]{32}\\b|7F00\\S+", "...");
        return cell(stable.length() > MAX_REASON_LENGTH ? stable.substring(0, MAX_REASON_LENGTH) + "..." : stable);
    }

    private static String cell(String text) {
        return text.replace("\n", " ").replaceAll("([|\\\\`*_<>\\[\\]])", "\\\\$1");
    }

    public void say(String line) {
        page.append(line).append('\n');
    }

    @FunctionalInterface
    private interface Column {
        String of(Proxy.Kind kind) throws IOException;
    }
}
