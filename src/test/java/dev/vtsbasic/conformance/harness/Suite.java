package dev.vtsbasic.conformance.harness;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Cases, and the proxy on which they are played. */
public final class Suite implements AutoCloseable {
    /**
     * The result of a case or of a malformed request.
     *
     * @param failure the fault; empty when there was none
     */
    public record Outcome(String group, String name, String failure) {}

    private static final Duration CASE_TIMEOUT = Duration.ofSeconds(60);

    private final Upstream upstream = new Upstream();
    private final Map<String, List<Case>> cases;
    private final Proxy proxy;

    /** Starts a proxy in front of a server's port. */
    @FunctionalInterface
    public interface Start {
        Proxy before(int upstream) throws IOException;
    }

    public Suite(Map<String, List<Case>> cases, Start start) throws IOException {
        this.cases = cases;
        proxy = start.before(upstream.port());
    }

    /** Returns the cases; fails when two of them have the same name. */
    public static Map<String, List<Case>> withUniqueNames(Map<String, List<Case>> cases) {
        Set<String> names = new HashSet<>();
        cases.values().forEach(group -> group.forEach(c -> Check.that(names.add(c.name()), "twice: " + c.name())));
        return cases;
    }

    /** Plays a case; fails when the case fails, or when the proxy cannot serve the next case. */
    public void play(Case.Script script) throws Exception {
        Scene scene = new Scene(proxy.port(), upstream);
        FutureTask<Void> task = new FutureTask<>(() -> {
            script.play(scene);
            return null;
        });
        Thread player = new Thread(task, "case");
        player.setDaemon(true);
        player.start();
        try {
            task.get(CASE_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not over after " + CASE_TIMEOUT.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AssertionError failure ? failure : new AssertionError(e.getCause());
        } finally {
            scene.end();
        }
    }

    /** Plays every case and returns the results; a failing case does not throw. */
    public List<Outcome> playAll() {
        List<Outcome> outcomes = new ArrayList<>();
        cases.forEach((group, all) ->
                all.forEach(c -> outcomes.add(new Outcome(group, c.name(), failure(c.script())))));
        return outcomes;
    }

    /** Plays a script and returns its failure; empty when there was none. */
    public String failure(Case.Script script) {
        try {
            play(script);
            return "";
        } catch (Exception | AssertionError e) {
            return String.valueOf(e.getMessage());
        }
    }

    public String output() throws IOException {
        return proxy.output();
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        upstream.close();
    }
}
