package dev.vtsbasic.testing.metrics;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The dashboard and the alert rules in {@code docs/monitoring}, and the metrics that their queries use. */
public final class MonitoringFiles {
    private static final YAMLMapper YAML = new YAMLMapper();
    public static final Path ALERTS = Path.of("docs/monitoring/alerts.yaml");

    /** A metric of VTS Basic or the JVM, and the matchers of its labels. */
    private static final Pattern SELECTOR = Pattern.compile("\\b((?:vts|jvm|process)_\\w+)(?:\\{([^}]*)})?");

    private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");

    private MonitoringFiles() {}

    /** Returns the metrics and labels of the queries that {@code scrape} does not have. */
    public static List<String> unknownNames(Scrape scrape) throws IOException {
        SortedMap<String, Double> samples = scrape.samples();
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
        return unknown;
    }

    /** Whether a sample has the matcher's label with a value that the matcher allows. */
    private static boolean matches(String sample, String matcher) {
        String[] parts = matcher.split("=~?", 2);
        String value = parts[1].replace("\"", "");
        return Pattern.compile("[{,]" + parts[0] + "=\"(" + value + ")\"")
                .matcher(sample)
                .find();
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

    public static JsonNode dashboard() throws IOException {
        return YAML.readTree(Path.of("docs/monitoring/dashboard.json").toFile());
    }

    public static List<JsonNode> rules() throws IOException {
        List<JsonNode> rules = new ArrayList<>();
        YAML.readTree(ALERTS.toFile()).get("groups").get(0).get("rules").forEach(rules::add);
        return rules;
    }
}
