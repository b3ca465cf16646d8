package dev.vtsbasic.testing.matrix;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes the results of {@link ServerMatrix} into the table of the README. */
public final class ServerTable {
    public static final Path RESULTS = Path.of("target/server-matrix");

    private static final List<String> ORDER =
            List.of("Tomcat", "Jetty", "WildFly", "Open Liberty", "Payara", "GlassFish");
    private static final String BEGIN = "<!-- made by ServerTable: servers -->\n";
    private static final String END = "<!-- end of servers -->\n";

    private final Map<String, Server> servers;
    private final List<String> notes = new ArrayList<>();

    /** The results of one server on each Java version that it ran on. */
    private record Server(String title, TreeMap<Integer, JsonObject> results) {
        /** The worst outcome. */
        String outcome(ServerFeature feature) {
            List<String> outcomes = results.values().stream()
                    .map(result -> result.getJsonObject("features").getString(feature.name(), ServerMatrix.NO))
                    .toList();
            return outcomes.contains(ServerMatrix.NO)
                    ? ServerMatrix.NO
                    : outcomes.stream()
                            .filter(outcome -> !outcome.equals(ServerMatrix.YES))
                            .findFirst()
                            .orElse(ServerMatrix.YES);
        }

        /** The setting that the feature needs, or an exception to it; empty when there is neither. */
        String setting(ServerFeature feature) {
            return results.lastEntry().getValue().getJsonObject("settings").getString(feature.name(), "");
        }

        /** The name of the server's page in {@code docs/servers}. */
        String page() {
            return title.replaceFirst(" \\d.*", "").toLowerCase(Locale.ROOT).replace(' ', '-') + ".md";
        }
    }

    private ServerTable(Map<String, Server> servers) {
        this.servers = servers;
    }

    /** @param args the README; and {@code check} to fail when the README is out of date, instead of updating it */
    public static void main(String[] args) throws IOException {
        List<JsonObject> results = read();
        List<String> wars = results.stream()
                .map(result -> result.getString("war"))
                .distinct()
                .toList();
        if (wars.size() != 1) {
            throw new IllegalStateException("Not one WAR but " + wars.size() + " were deployed: remove " + RESULTS
                    + " and run mvn verify -Pservers again");
        }
        Map<String, Server> servers = new LinkedHashMap<>();
        for (JsonObject result : results) {
            servers.computeIfAbsent(result.getString("server"), title -> new Server(title, new TreeMap<>()))
                    .results()
                    .put(result.getInt("java"), result);
        }
        String table = new ServerTable(servers).table();
        System.out.println(table + "\nThe same file everywhere, sha-256 " + wars.get(0));
        Path readme = Path.of(args[0]);
        String before = Files.readString(readme);
        String after = before.substring(0, before.indexOf(BEGIN) + BEGIN.length())
                + table
                + before.substring(before.indexOf(END));
        if (args.length > 1 && args[1].equals("check")) {
            if (!after.equals(before)) {
                System.err.println("The table in " + readme + " is not what was seen: run mvn verify -Pservers on each"
                        + " Java, then mvn exec:exec@server-table");
                System.exit(1);
            }
        } else {
            Files.writeString(readme, after);
        }
    }

    private static List<JsonObject> read() throws IOException {
        List<JsonObject> results = new ArrayList<>();
        try (Stream<Path> files = Files.list(RESULTS)) {
            for (Path file :
                    files.filter(file -> file.toString().endsWith(".json")).toList()) {
                try (JsonReader reader = Json.createReader(Files.newBufferedReader(file))) {
                    results.add(reader.readObject());
                }
            }
        }
        results.sort(Comparator.comparing((JsonObject result) -> place(result.getString("server")))
                .thenComparing(result -> result.getString("server")));
        return results;
    }

    private static int place(String title) {
        return ORDER.indexOf(
                ORDER.stream().filter(title::startsWith).findFirst().orElseThrow());
    }

    private String table() {
        StringBuilder table = new StringBuilder();
        row(
                table,
                "",
                servers.values().stream()
                        .map(server -> "[" + server.title() + "](docs/servers/" + server.page() + ")"));
        row(table, "---", servers.values().stream().map(server -> "---"));
        row(
                table,
                "on Java",
                servers.values().stream()
                        .map(server -> server.results().keySet().stream()
                                .map(String::valueOf)
                                .collect(Collectors.joining(", "))));
        for (ServerFeature feature : ServerFeature.values()) {
            row(table, feature.title(), servers.values().stream().map(server -> cell(server, feature)));
        }
        table.append('\n');
        for (int i = 0; i < notes.size(); i++) {
            table.append(i + 1).append(". ").append(notes.get(i)).append('\n');
        }
        return table.toString();
    }

    private static void row(StringBuilder table, String first, Stream<String> cells) {
        table.append("| ")
                .append(first)
                .append(" | ")
                .append(cells.collect(Collectors.joining(" | ")))
                .append(" |\n");
    }

    private String cell(Server server, ServerFeature feature) {
        String outcome = server.outcome(feature);
        if (outcome.equals(ServerMatrix.NO)) {
            return "**no**";
        }
        if (!outcome.equals(ServerMatrix.YES)) {
            return "no " + note(outcome);
        }
        String setting = server.setting(feature);
        return setting.isEmpty() ? "✓" : "✓ " + note(setting);
    }

    private String note(String text) {
        if (!notes.contains(text)) {
            notes.add(text);
        }
        return "<sup>" + (notes.indexOf(text) + 1) + "</sup>";
    }
}
