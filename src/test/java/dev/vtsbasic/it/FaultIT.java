package dev.vtsbasic.it;

import static dev.vtsbasic.testing.load.FaultUnderLoad.through;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.load.FaultUnderLoad.Effect;
import dev.vtsbasic.testing.load.FaultyApp;
import dev.vtsbasic.testing.server.Signal;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The built WAR under constant load while its workers fail or are replaced: no request may fail.
 *
 * <p>Only a response that a worker had begun when it was killed may break off. Each worker always sends one response
 * that takes seconds, so that every fault meets a response in flight.
 */
@Tag("java")
@Order(1)
class FaultIT {
    /** More than the 512 connections in Bun's accept queue, fewer than the 1000 requests that the front holds. */
    private static final int CROWD = 800;

    @TempDir
    private static Path directory;

    private static Vts one;
    private static Vts two;
    private static int faults;

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
        // A long hold timeout, so that only a lost request fails, not one that a slow machine delays.
        environment.put("VTS_HOLD_TIMEOUT", "1m");
        environment.put("VTS_HOLD_QUEUE", "10000");
        // A short crash window, so that no crash counts as a repetition of the one before.
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
    void noRequestFailsWhenOneOfTwoWorkersIsKilled() throws Exception {
        through("kill -9 of one of two", two, FaultIT::kill);
    }

    @Test
    void noRequestFailsWhenTheOnlyWorkerIsKilled() throws Exception {
        through("kill -9 of the only one", one, FaultIT::kill);
    }

    @Test
    @Tag("long")
    void noRequestFailsWhenOneOfTwoWorkersHangs() throws Exception {
        through("hang of one of two", two, (vts, workers) -> silence(vts, workers, FaultyApp.HANG));
    }

    @Test
    void noRequestFailsWhenTheOnlyWorkerHangs() throws Exception {
        through("hang of the only one", one, (vts, workers) -> silence(vts, workers, FaultyApp.HANG));
    }

    @Test
    void moreRequestsThanTheSocketBacklogWaitForTheNextWorker() throws Exception {
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
    void noRequestFailsWhenOneOfTwoWorkersIsStopped() throws Exception {
        through("SIGSTOP of one of two", two, (vts, workers) -> silence(vts, workers, FaultyApp.STOP));
    }

    @Test
    @Tag("long")
    void noRequestFailsWhenTheOnlyWorkerIsStopped() throws Exception {
        through("SIGSTOP of the only one", one, (vts, workers) -> silence(vts, workers, FaultyApp.STOP));
    }

    /** A retiring worker gets no new requests, but its earlier ones still wait for their responses. */
    @Test
    void aRetiringWorkerThatIsStoppedIsKilledAndItsRequestIsRetried() throws Exception {
        FaultyApp.Running worker = FaultyApp.workers(one).get(1);
        try (RawClient waiting = new RawClient(one.uri().getPort())) {
            waiting.send(
                    "GET /fault/slow?number=" + worker.pid() + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            FaultyApp.awaitFault(one, FaultyApp.SLOW, Math.toIntExact(worker.pid()));
            restart(one, Map.of(1, worker));
            Signal.send("STOP", worker.pid());
            assertEquals(200, waiting.readToEnd().status());
            one.awaitLine("\\(pid " + worker.pid() + "\\) did not answer for 4000 ms and was killed");
        }
    }

    @Test
    @Tag("long")
    void noRequestFailsWhenOneOfTwoWorkersUsesTooMuchMemory() throws Exception {
        through("memory of one of two", two, FaultIT::leak);
    }

    @Test
    void noRequestFailsWhenTheOnlyWorkerUsesTooMuchMemory() throws Exception {
        through("memory of the only one", one, FaultIT::leak);
    }

    @Test
    @Tag("long")
    void noRequestFailsWhenWorkersAreReplacedByAge() throws Exception {
        try (Vts vts = serve(2, Map.of("VTS_WORKER_MAX_AGE", "2s"))) {
            through("age of two", vts, (server, workers) -> {
                awaitReplaced(server, workers.values(), "it is as old as VTS_WORKER_MAX_AGE");
                return Effect.NONE;
            });
        }
    }

    @Test
    void noRequestFailsWhenWorkersAreReplacedByRequests() throws Exception {
        try (Vts vts = serve(2, Map.of("VTS_WORKER_MAX_REQUESTS", "200"))) {
            through("requests of two", vts, (server, workers) -> {
                awaitReplaced(server, workers.values(), "it has had as many requests as VTS_WORKER_MAX_REQUESTS");
                return Effect.NONE;
            });
        }
    }

    @Test
    void noRequestFailsWhenTwoWorkersAreRestarted() throws Exception {
        through("restart of two", two, FaultIT::restart);
    }

    @Test
    @Tag("long")
    void noRequestFailsWhenTheOnlyWorkerIsRestarted() throws Exception {
        through("restart of the only one", one, FaultIT::restart);
    }

    @Test
    void noRequestFailsWhenABuildIsPutIntoServiceOrRefused() throws Exception {
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

    /** Atomically points a link to another build. */
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
}
