package dev.vtsbasic.conformance;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** All cases, and a proxy that they are played on. */
final class Suite implements AutoCloseable {
    /** The group of the malformed requests. */
    static final String SMUGGLING = "Request smuggling";

    /**
     * What came of a case, or of a malformed request.
     *
     * @param failure what was wrong; empty when nothing was
     */
    record Outcome(String group, String name, String failure) {}

    private static final Duration LONGEST_CASE = Duration.ofSeconds(60);

    private final Upstream upstream = new Upstream();
    private final Map<String, List<Case>> cases;
    private final List<Malformed> malformed;
    private final Proxy proxy;

    /** How a proxy is started before a server's port. */
    @FunctionalInterface
    interface Start {
        Proxy before(int upstream) throws IOException;
    }

    /** The cases of a proxy. */
    Suite(Proxy.Kind kind) throws IOException {
        this(cases(), Smuggling.requests(), kind::start);
    }

    Suite(Map<String, List<Case>> cases, List<Malformed> malformed, Start start) throws IOException {
        this.cases = cases;
        this.malformed = malformed;
        proxy = start.before(upstream.port());
    }

    /** The cases by theme. */
    static Map<String, List<Case>> cases() {
        Map<String, List<Case>> cases = new LinkedHashMap<>();
        cases.put("Request line", RequestLineCases.all());
        cases.put("Request header", RequestHeaderCases.all());
        cases.put("Request body", RequestBodyCases.all());
        cases.put("Response", ResponseCases.all());
        cases.put("Streaming", StreamingCases.all());
        cases.put("Connections", ConnectionCases.all());
        cases.put("Failure", FailureCases.all());
        cases.put("Upgrade", UpgradeCases.all());
        cases.put("Forwarding", ForwardingCases.all());
        return withoutNamesakes(cases);
    }

    /** The cases, once it is sure that a name tells one from all others. */
    static Map<String, List<Case>> withoutNamesakes(Map<String, List<Case>> cases) {
        Set<String> names = new HashSet<>();
        cases.values().forEach(group -> group.forEach(c -> Check.that(names.add(c.name()), "twice: " + c.name())));
        return cases;
    }

    /** Plays a case; fails as the case fails, or when the proxy is in no state for the next one. */
    void play(Case.Script script) throws Exception {
        Scene scene = new Scene(proxy.port(), upstream);
        FutureTask<Void> task = new FutureTask<>(() -> {
            script.play(scene);
            return null;
        });
        Thread player = new Thread(task, "case");
        player.setDaemon(true);
        player.start();
        try {
            task.get(LONGEST_CASE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not over after " + LONGEST_CASE.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AssertionError failure ? failure : new AssertionError(e.getCause());
        } finally {
            scene.end();
        }
    }

    /** Plays every case and every malformed request; nothing is thrown. */
    List<Outcome> playAll() {
        List<Outcome> outcomes = new ArrayList<>();
        cases.forEach((group, all) ->
                all.forEach(c -> outcomes.add(new Outcome(group, c.name(), failure(c.script())))));
        for (Malformed request : malformed) {
            String failure = failure(scene -> Smuggling.play(request, scene));
            String told = failure.isEmpty() ? "" : Text.quote(request.text()) + ": " + failure;
            outcomes.add(new Outcome(SMUGGLING, request.family(), told));
        }
        return outcomes;
    }

    private String failure(Case.Script script) {
        try {
            play(script);
            return "";
        } catch (Exception | AssertionError e) {
            return String.valueOf(e.getMessage());
        }
    }

    String output() throws IOException {
        return proxy.output();
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        upstream.close();
    }
}
