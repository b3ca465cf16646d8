package dev.vtsbasic.conformance;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Reasons;
import dev.vtsbasic.conformance.harness.ResultPage;
import dev.vtsbasic.conformance.harness.Suite;
import dev.vtsbasic.conformance.harness.Suite.Outcome;
import dev.vtsbasic.conformance.harness.Text;
import dev.vtsbasic.conformance.smuggling.MalformedRequest;
import dev.vtsbasic.conformance.smuggling.SmugglingCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Plays all proxy cases on VTS Basic and on Debian's nginx and HAProxy, and writes the results to a page. */
final class ConformanceTable {
    private ConformanceTable() {}

    /** @param args the page to write; or {@code -} and the name of a proxy, whose failures are then printed */
    public static void main(String[] args) throws IOException {
        if (args[0].equals("-")) {
            printFailures(Proxy.Kind.valueOf(args[1]));
            return;
        }
        ResultPage page = new ResultPage(
                List.of(Proxy.Kind.values()),
                ProxyCases.all(),
                SmugglingCheck.requests().stream().map(MalformedRequest::family).toList(),
                Reasons.read("reasons.txt"));
        for (Proxy.Kind kind : Proxy.Kind.values()) {
            System.out.println("Playing on " + kind.title());
            try (Suite suite = new Suite(ProxyCases.all(), kind::start)) {
                page.add(kind, playAll(suite));
            }
        }
        page.say("# Conformance: VTS Basic, nginx and HAProxy side by side");
        page.say("");
        page.say("Made by `mvn -q -DskipTests package exec:exec@conformance` on " + LocalDate.now()
                + "; it needs Debian's packages `nginx-light` and `haproxy`. A client and a server are scripted byte by"
                + " byte, and each case is played on each proxy. `ConformanceIT` plays the same on VTS Basic in every"
                + " build.");
        Files.writeString(Path.of(args[0]), page.write("nginx.conf", "haproxy.cfg"));
    }

    private static void printFailures(Proxy.Kind kind) throws IOException {
        try (Suite suite = new Suite(ProxyCases.all(), kind::start)) {
            playAll(suite).stream()
                    .filter(outcome -> !outcome.failure().isEmpty())
                    .forEach(outcome -> System.out.println(outcome.name() + " | " + outcome.failure()));
            System.out.println(suite.output());
        }
    }

    /** Plays every case and every malformed request. */
    private static List<Outcome> playAll(Suite suite) {
        List<Outcome> outcomes = new ArrayList<>(suite.playAll());
        for (MalformedRequest request : SmugglingCheck.requests()) {
            String failure = suite.failure(scene -> SmugglingCheck.play(request, scene));
            String quoted = failure.isEmpty() ? "" : Text.quote(request.text()) + ": " + failure;
            outcomes.add(new Outcome(ResultPage.SMUGGLING, request.family(), quoted));
        }
        return outcomes;
    }
}
