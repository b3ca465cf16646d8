package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.RawAnswer;
import dev.vtsbasic.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The built WAR under a constant load while its workers fail or are replaced: no request may fail.
 *
 * <p>The only answers that may break off are those that a worker had begun when it was killed. For each worker there is
 * one that takes seconds, so that there always is one to break off, or to be finished.
 */
@Tag("java")
@Order(1)
class FaultIT {
    /** On Java 17, 1,200 requests may wait while no worker answers, which is up to seven seconds here. */
    private static final int PER_SECOND = LongSet.count(100, 150);

    private static final Duration BEFORE = Duration.ofSeconds(LongSet.count(1, 2));
    private static final Duration AFTER = Duration.ofSeconds(LongSet.count(1, 2));
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Until then the server has compiled little of what it does, and latencies say nothing. */
    private static final Duration WARM_UP = Duration.ofSeconds(1);

    private static final int LONG_PIECES = 3000 / OpenLoop.PIECE_MILLIS;

    /** More than the 512 that Bun lets wait until it accepts them, fewer than the 1000 that the front lets wait. */
    private static final int CROWD = 800;

    @TempDir
    private static Path directory;

    private static Vts one;
    private static Vts two;
    private static int faults;

    /** Makes workers fail, and returns when others are in their place. */
    private interface Fault {
        Effect strike(Vts vts, Map<Integer, FaultyApp.Running> workers) throws Exception;
    }

    /**
     * What a fault did.
     *
     * @param killed process ids of workers whose answers may have broken off
     * @param at a time when these could begin no more answers, in terms of {@link System#nanoTime}
     */
    private record Effect(Set<Long> killed, long at) {
        static final Effect NONE = new Effect(Set.of(), 0);
    }

    @BeforeAll
    static void start() throws Exception {
        FaultyApp.write(build());
        one = serve(1, Map.of("VTS_WORKER_MAX_MEMORY", FaultyApp.MAX_MEMORY));
        two = serve(2, Map.of("VTS_WORKER_MAX_MEMORY", FaultyApp.MAX_MEMORY));
    }

    private static Path build() {
        return directory.resolve("first");
    }

    private static Vts serve(int workers, Map<String, String> more) throws Exception {
        Map<String, String> environment = new HashMap<>();
        environment.put("VTS_APP_DIR", build().toString());
        environment.put("VTS_WORKERS", Integer.toString(workers));
        environment.put("VTS_HANG_TIMEOUT", "4s");
        environment.put("VTS_MANAGEMENT_TOKEN", FaultyApp.TOKEN);
        // Lost is lost, however slow the machine is.
        environment.put("VTS_HOLD_TIMEOUT", "1m");
        environment.put("VTS_HOLD_QUEUE", "10000");
        // No fault is to be taken for a sequel of the one before.
        environment.put("VTS_CRASH_WINDOW", "1s");
        environment.putAll(more);
        Vts vts = Vts.serve(environment);
        for (int place = 1; place <= workers; place++) {
            vts.awaitLine("worker-" + place + "-1 is ready");
        }
        return vts;
    }

    @AfterAll
    static void stop() {
        one.close();
        two.close();
    }

    @Test
    void oneOfTwoWorkersIsKilled() throws Exception {
        through("kill -9 of one of two", two, FaultIT::kill);
    }

    @Test
    void theOnlyWorkerIsKilled() throws Exception {
        through("kill -9 of the only one", one, FaultIT::kill);
    }

    @Test
    @Tag("long")
    void oneOfTwoWorkersHangs() throws Exception {
        through("hang of one of two", two, (vts, workers) -> silence(vts, workers, FaultyApp.HANG));
    }

    @Test
    void theOnlyWorkerHangs() throws Exception {
        through("hang of the only one", one, (vts, workers) -> silence(vts, workers, FaultyApp.HANG));
    }

    @Test
    void moreWaitThanASocketTakes() throws Exception {
        Map<Integer, FaultyApp.Running> workers = FaultyApp.workers(one);
        int number = ++faults;
        List<RawClient> crowd = new ArrayList<>();
        try (RawClient culprit = FaultyApp.ask(one, FaultyApp.HANG, number)) {
            long pid = FaultyApp.awaitFault(one, FaultyApp.HANG, number);
            for (int i = 0; i < CROWD; i++) {
                crowd.add(new RawClient(one.uri().getPort())
                        .send("GET /page?number=1 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.1\r\n"
                                + "Connection: close\r\n\r\n"));
            }
            one.awaitLine("\\(pid " + pid + "\\) did not answer for 4000 ms and was killed");
            one.awaitLine(named(workers, pid).successor() + " is ready");
            for (RawClient client : crowd) {
                assertEquals(200, client.readToEnd().status(), one.output());
            }
            assertEquals(502, culprit.readToEnd().status());
        } finally {
            for (RawClient client : crowd) {
                client.close();
            }
        }
    }

    @Test
    @Tag("long")
    void oneOfTwoWorkersIsStopped() throws Exception {
        through("SIGSTOP of one of two", two, (vts, workers) -> silence(vts, workers, FaultyApp.STOP));
    }

    @Test
    @Tag("long")
    void theOnlyWorkerIsStopped() throws Exception {
        through("SIGSTOP of the only one", one, (vts, workers) -> silence(vts, workers, FaultyApp.STOP));
    }

    /** It gets no more requests, but some wait for its answer. */
    @Test
    void aWorkerThatIsToGoIsStopped() throws Exception {
        FaultyApp.Running worker = FaultyApp.workers(one).get(1);
        try (RawClient waiting = new RawClient(one.uri().getPort())) {
            waiting.send(
                    "GET /fault/slow?number=" + worker.pid() + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            FaultyApp.awaitFault(one, FaultyApp.SLOW, Math.toIntExact(worker.pid()));
            restart(one, Map.of(1, worker));
            Process stop = new ProcessBuilder(Vts.BUN.toString(), "-e", "process.kill(" + worker.pid() + ", 'SIGSTOP')")
                    .start();
            assertEquals(0, stop.waitFor());
            assertEquals(200, waiting.readToEnd().status());
            one.awaitLine("\\(pid " + worker.pid() + "\\) did not answer for 4000 ms and was killed");
        }
    }

    @Test
    @Tag("long")
    void oneOfTwoWorkersUsesTooMuchMemory() throws Exception {
        through("memory of one of two", two, FaultIT::leak);
    }

    @Test
    void theOnlyWorkerUsesTooMuchMemory() throws Exception {
        through("memory of the only one", one, FaultIT::leak);
    }

    @Test
    @Tag("long")
    void workersAreReplacedByAge() throws Exception {
        try (Vts vts = serve(2, Map.of("VTS_WORKER_MAX_AGE", "2s"))) {
            through("age of two", vts, (server, workers) -> {
                awaitReplaced(server, workers.values(), "it is as old as VTS_WORKER_MAX_AGE");
                return Effect.NONE;
            });
        }
    }

    @Test
    void workersAreReplacedByRequests() throws Exception {
        try (Vts vts = serve(2, Map.of("VTS_WORKER_MAX_REQUESTS", "200"))) {
            through("requests of two", vts, (server, workers) -> {
                awaitReplaced(server, workers.values(), "it has had as many requests as VTS_WORKER_MAX_REQUESTS");
                return Effect.NONE;
            });
        }
    }

    @Test
    void twoWorkersAreRestarted() throws Exception {
        through("restart of two", two, FaultIT::restart);
    }

    @Test
    @Tag("long")
    void theOnlyWorkerIsRestarted() throws Exception {
        through("restart of the only one", one, FaultIT::restart);
    }

    @Test
    void buildsArePutIntoServiceOrRefused() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("current"), build());
        FaultyApp.write(directory.resolve("second"));
        SmallBuild.write(directory.resolve("unfit"), "const css = '/assets/styles-AAAAAAAA.css';");
        SmallBuild.write(directory.resolve("broken"), "throw new Error('the database is away')");
        try (Vts vts = serve(2, Map.of("VTS_APP_DIR", link.toString()))) {
            through("new build", vts, (server, workers) -> {
                lead(link, "second");
                server.awaitLine("The new build in .*second is in service");
                awaitReplaced(server, workers.values(), "there is a new build");
                return Effect.NONE;
            });
            through("build that does not fit", vts, (server, workers) -> {
                lead(link, "unfit");
                return refused(server, workers, "styles-AAAAAAAA.css does not exist", 1);
            });
            through("build that does not start", vts, (server, workers) -> {
                lead(link, "broken");
                return refused(server, workers, "Bun ended with exit code 1 before it answered", 2);
            });
        }
    }

    private static Effect refused(Vts vts, Map<Integer, FaultyApp.Running> workers, String why, int refusals)
            throws InterruptedException {
        vts.awaitLines("The new build in .* is not put into service", refusals);
        vts.awaitLine(why);
        assertEquals(workers, FaultyApp.workers(vts));
        return Effect.NONE;
    }

    /** Switches a link to another build, at once. */
    private static void lead(Path link, String build) throws IOException {
        Path next = Files.createSymbolicLink(directory.resolve("next"), directory.resolve(build));
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    }

    private static Effect restart(Vts vts, Map<Integer, FaultyApp.Running> workers) throws Exception {
        try (RawClient operator = FaultyApp.restart(vts)) {
            assertEquals(202, operator.readToEnd().status());
        }
        awaitReplaced(vts, workers.values(), "a restart was asked for");
        return Effect.NONE;
    }

    private static Effect kill(Vts vts, Map<Integer, FaultyApp.Running> workers) throws InterruptedException {
        FaultyApp.Running victim = workers.get(1);
        assertTrue(ProcessHandle.of(victim.pid()).orElseThrow().destroyForcibly());
        vts.awaitLine("\\(pid " + victim.pid() + "\\) ended with exit code 137");
        long at = System.nanoTime();
        vts.awaitLine(victim.successor() + " is ready");
        return new Effect(Set.of(victim.pid()), at);
    }

    private static Effect silence(Vts vts, Map<Integer, FaultyApp.Running> workers, String fault) throws Exception {
        int number = ++faults;
        try (RawClient culprit = FaultyApp.ask(vts, fault, number)) {
            long pid = FaultyApp.awaitFault(vts, fault, number);
            long at = System.nanoTime();
            vts.awaitLine("\\(pid " + pid + "\\) did not answer for 4000 ms and was killed");
            vts.awaitLine(named(workers, pid).successor() + " is ready");
            assertEquals(502, culprit.readToEnd().status());
            return new Effect(Set.of(pid), at);
        }
    }

    private static Effect leak(Vts vts, Map<Integer, FaultyApp.Running> workers) throws Exception {
        int number = ++faults;
        try (RawClient culprit = FaultyApp.ask(vts, FaultyApp.LEAK, number)) {
            long pid = FaultyApp.awaitFault(vts, FaultyApp.LEAK, number);
            awaitReplaced(vts, List.of(named(workers, pid)), "it uses \\d+ MB");
            assertEquals(200, culprit.readToEnd().status());
            return Effect.NONE;
        }
    }

    private static FaultyApp.Running named(Map<Integer, FaultyApp.Running> workers, long pid) {
        return workers.values().stream()
                .filter(worker -> worker.pid() == pid)
                .findFirst()
                .orElseThrow();
    }

    private static void awaitReplaced(Vts vts, Collection<FaultyApp.Running> workers, String why)
            throws InterruptedException {
        for (FaultyApp.Running worker : workers) {
            vts.awaitLine(worker.name() + " is replaced: " + why);
            vts.awaitLine(worker.successor() + " is ready");
        }
    }

    private static void through(String name, Vts vts, Fault fault) throws Exception {
        try (OpenLoop loop = OpenLoop.start(vts.uri(), PER_SECOND)) {
            long first = System.nanoTime();
            loop.go(BEFORE);
            Map<Integer, FaultyApp.Running> workers = FaultyApp.workers(vts);
            Map<Long, BegunResponse> responses = longResponses(vts, workers.size());
            long from = System.nanoTime();
            Effect effect = fault.strike(vts, workers);
            long to = System.nanoTime();
            loop.go(AFTER);
            List<OpenLoop.Asked> all = loop.finish(PATIENCE);
            report(name, all, first + WARM_UP.toNanos(), from, to);
            for (Map.Entry<Long, BegunResponse> response : responses.entrySet()) {
                boolean whole = response.getValue().end().looksComplete();
                assertEquals(!effect.killed.contains(response.getKey()), whole, name + ": pid " + response.getKey());
            }
            assertEquals(List.of(), what(all, OpenLoop.Outcome.FAILED), vts.output());
            boolean cutsAreOfTheKilled = all.stream()
                    .filter(asked -> asked.outcome() == OpenLoop.Outcome.CUT)
                    .allMatch(asked -> !effect.killed.isEmpty() && asked.due() < effect.at);
            assertTrue(cutsAreOfTheKilled, () -> what(all, OpenLoop.Outcome.CUT) + "\n" + vts.output());
        }
    }

    /** A response whose first part was read. */
    private record BegunResponse(RawClient client, String start) {
        /** On a busy machine all of it may come at once, and then with a Content-Length. */
        RawAnswer end() throws IOException {
            try (client) {
                return new RawAnswer(start + client.readRest());
            }
        }
    }

    /** A response of each worker that has begun and takes seconds, by the worker's process id. */
    private static Map<Long, BegunResponse> longResponses(Vts vts, int workers) throws IOException {
        Map<Long, BegunResponse> responses = new HashMap<>();
        for (int i = 0; responses.size() < workers; i++) {
            assertFalse(i > 100, "a worker gets no requests");
            RawClient client = new RawClient(vts.uri().getPort())
                    .send("GET /stream?number=0&pieces=" + LONG_PIECES
                            + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            String head = client.readUntil("stream of ");
            String pid = client.readUntil(" ");
            BegunResponse another = responses.put(Long.parseLong(pid.strip()), new BegunResponse(client, head + pid));
            if (another != null) {
                another.client().close();
            }
        }
        return responses;
    }

    private static List<String> what(List<OpenLoop.Asked> all, OpenLoop.Outcome outcome) {
        return all.stream()
                .filter(asked -> asked.outcome() == outcome)
                .map(OpenLoop.Asked::what)
                .collect(Collectors.toList());
    }

    private static void report(String name, List<OpenLoop.Asked> all, long first, long from, long to) {
        long[] before = latencies(all, asked -> asked.due() >= first && asked.end() < from);
        long[] during = latencies(all, asked -> asked.due() < to && asked.end() >= from);
        System.out.printf(
                Locale.ROOT,
                "%-26s %5d requests, %d failed, %d cut; before: p99 %d ms, max %d ms; during %.1f s: p99 %d ms, max %d ms;"
                        + " added %d ms%n",
                name + ":",
                all.size(),
                what(all, OpenLoop.Outcome.FAILED).size(),
                what(all, OpenLoop.Outcome.CUT).size(),
                share(before, 99),
                share(before, 100),
                (to - from) / 1e9,
                share(during, 99),
                share(during, 100),
                share(during, 100) - share(before, 100));
    }

    private static long[] latencies(List<OpenLoop.Asked> all, Predicate<OpenLoop.Asked> which) {
        return all.stream()
                .filter(which)
                .mapToLong(asked -> asked.latencyNanos() / 1_000_000)
                .sorted()
                .toArray();
    }

    private static long share(long[] sorted, int percent) {
        return sorted.length == 0 ? 0 : sorted[(sorted.length - 1) * percent / 100];
    }
}
