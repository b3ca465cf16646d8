package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.load.FaultyApp;
import dev.vtsbasic.testing.load.OpenLoop;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The built WAR through many faults in a row, some of them at the same time: afterwards the server holds no leftovers
 * and responds to requests. {@code -Dtest.faults} sets the number of faults, {@code -Dtest.seed} repeats a random
 * choice.
 *
 * <p>A request may fail here, because two faults in a row may hit it.
 */
@EnabledOnOs(OS.LINUX)
@Tag("long")
@Isolated("Its time-outs are shorter than what others may hold a machine up for.")
class FaultSoakIT {
    private static final int FAULTS = Integer.getInteger("test.faults", 30);
    private static final long SEED = Long.getLong("test.seed", System.currentTimeMillis());
    private static final int WORKERS = 3;
    private static final int PER_SECOND = 50;
    /** Long enough for the thread pool to fill, because it grows with each request until it is full. */
    private static final Duration WARM_UP = Duration.ofSeconds(6);

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration LOOK_EVERY = Duration.ofMillis(500);
    private static final int MAX_PAUSE_MILLIS = 700;

    /** How many files and threads may come and go without a leak; fewer than one for each fault. */
    private static final int LEEWAY = 25;

    /**
     * The owner's file, and a socket and a mark file for each worker; there are more while a worker is being replaced.
     */
    private static final int SOCKETS = 1 + 2 * WORKERS;

    @TempDir
    private Path directory;

    private enum Fault {
        KILL,
        HANG,
        STOP,
        LEAK,
        RESTART
    }

    /** Counts of the server's resources, which a leak would raise. */
    private record ResourceCounts(long processes, long files, long threads, long sockets) {
        static ResourceCounts of(Vts vts, Path run) throws IOException {
            String server = "/proc/" + vts.pid();
            return new ResourceCounts(
                    ProcessHandle.of(vts.pid()).orElseThrow().descendants().count(),
                    count(Path.of(server, "fd")),
                    count(Path.of(server, "task")),
                    socketsAndMarks(run));
        }

        boolean hasNoMoreThan(ResourceCounts before) {
            return processes == WORKERS
                    && sockets == SOCKETS
                    && files <= before.files + LEEWAY
                    && threads <= before.threads + LEEWAY;
        }

        private static long count(Path directory) throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                return files.count();
            }
        }

        private static long socketsAndMarks(Path run) throws IOException {
            try (Stream<Path> files = Files.walk(run)) {
                return files.filter(file -> file.toString().matches(".*\\.(sock|mark)"))
                        .count();
            } catch (UncheckedIOException e) {
                return -1; // A file was removed during the walk.
            }
        }
    }

    @Test
    void manyFaultsLeaveNoProcessFileThreadOrSocket() throws Exception {
        FaultyApp.write(directory.resolve("build"));
        Path run = Files.createDirectory(directory.resolve("run"));
        Map<String, String> environment = Map.of(
                "VTS_APP_DIR",
                directory.resolve("build").toString(),
                "VTS_WORKERS",
                Integer.toString(WORKERS),
                "VTS_HANG_TIMEOUT",
                "3s",
                "VTS_WORKER_MAX_MEMORY",
                FaultyApp.MAX_MEMORY,
                "VTS_MAX_CRASHES",
                "1000",
                "VTS_CRASH_WINDOW",
                "500ms",
                "VTS_MANAGEMENT_TOKEN",
                FaultyApp.TOKEN,
                "JAVA_TOOL_OPTIONS",
                "-Djava.io.tmpdir=" + run);
        System.out.println("faults: " + FAULTS + ", seed " + SEED);
        long started = System.nanoTime();
        try (Vts vts = Vts.serve(environment)) {
            vts.awaitLines("worker-\\d-1 is ready", WORKERS);
            ResourceCounts before;
            try (OpenLoop load = OpenLoop.start(vts.uri(), 4 * PER_SECOND)) {
                load.go(WARM_UP);
            }
            try (OpenLoop load = OpenLoop.start(vts.uri(), PER_SECOND)) {
                // The hang timeout is short, so first make sure that it killed no worker during the warm-up.
                assertFalse(vts.output().contains("did not answer"), vts.output());
                before = ResourceCounts.of(vts, run);
                Map<Fault, Integer> counts = strike(vts, load);
                List<OpenLoop.Asked> all = load.finish(PATIENCE);
                report(all, counts, started);
            }
            ResourceCounts after = awaitNoMoreThan(before, vts, run);
            System.out.printf("faults: before %s%nfaults: after  %s%n", before, after);
        }
    }

    /** No worker fails in this test, so code that handles failures cannot be what cleans up after a worker. */
    @Test
    void manyReplacementsLeaveNoProcessFileThreadOrSocket() throws Exception {
        FaultyApp.write(directory.resolve("build"));
        Path run = Files.createDirectory(directory.resolve("run"));
        Map<String, String> environment = Map.of(
                "VTS_APP_DIR",
                directory.resolve("build").toString(),
                "VTS_WORKERS",
                Integer.toString(WORKERS),
                "VTS_WORKER_MAX_REQUESTS",
                "10",
                "JAVA_TOOL_OPTIONS",
                "-Djava.io.tmpdir=" + run);
        try (Vts vts = Vts.serve(environment);
                OpenLoop load = OpenLoop.start(vts.uri(), 4 * PER_SECOND)) {
            vts.awaitLines("worker-\\d-\\d+ is replaced: it has had", WORKERS);
            load.go(WARM_UP);
            ResourceCounts before = ResourceCounts.of(vts, run);
            vts.awaitLines("worker-\\d-\\d+ is replaced: it has had", 2 * LEEWAY);
            load.finish(PATIENCE).forEach(asked -> assertEquals(OpenLoop.Outcome.WHOLE, asked.outcome(), asked.what()));
            ResourceCounts after = awaitNoMoreThan(before, vts, run);
            System.out.printf("faults: before %s%nfaults: after  %s%n", before, after);
        }
    }

    private static Map<Fault, Integer> strike(Vts vts, OpenLoop load) throws Exception {
        Random random = new Random(SEED);
        Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
        // Fewer faults at the same time than there are workers.
        ExecutorService strikers = Executors.newFixedThreadPool(WORKERS - 1);
        List<Future<?>> strikes = new ArrayList<>();
        try {
            for (int i = 1; i <= FAULTS; i++) {
                Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
                int place = 1 + random.nextInt(WORKERS);
                int number = i;
                counts.merge(fault, 1, Integer::sum);
                load.go(Duration.ofMillis(random.nextInt(MAX_PAUSE_MILLIS)));
                strikes.add(strikers.submit(() -> {
                    strike(vts, fault, number, place);
                    return null;
                }));
                if (strikes.size() >= WORKERS) {
                    strikes.remove(0).get();
                }
            }
            for (Future<?> strike : strikes) {
                strike.get();
            }
        } finally {
            strikers.shutdownNow();
        }
        return counts;
    }

    private static void strike(Vts vts, Fault fault, int number, int place) throws Exception {
        switch (fault) {
            case KILL ->
                ProcessHandle.of(FaultyApp.workers(vts).get(place).pid()).ifPresent(ProcessHandle::destroyForcibly);
            case RESTART -> {
                try (RawClient operator = FaultyApp.restart(vts)) {
                    assertEquals(202, operator.readToEnd().status());
                }
            }
            default -> {
                String kind = fault.name().toLowerCase(Locale.ROOT);
                // Another fault may end the requested worker first, so repeat the request until a worker reports this
                // fault.
                while (!vts.output().contains("fault " + number + ": " + kind)) {
                    try (RawClient culprit = FaultyApp.ask(vts, kind, number)) {
                        culprit.readRest();
                    }
                }
            }
        }
    }

    /** Compares under load, which also shows that the server responds to requests. */
    private static ResourceCounts awaitNoMoreThan(ResourceCounts before, Vts vts, Path run) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        ResourceCounts now;
        try (OpenLoop load = OpenLoop.start(vts.uri(), PER_SECOND)) {
            do {
                load.go(LOOK_EVERY);
                now = ResourceCounts.of(vts, run);
                assertTrue(
                        now.hasNoMoreThan(before) || System.nanoTime() < deadline,
                        before + " became " + now + "\n" + vts.output());
            } while (!now.hasNoMoreThan(before));
        }
        try (OpenLoop load = OpenLoop.start(vts.uri(), PER_SECOND)) {
            load.go(Duration.ofSeconds(1));
            boolean allWhole =
                    load.finish(PATIENCE).stream().allMatch(asked -> asked.outcome() == OpenLoop.Outcome.WHOLE);
            assertTrue(allWhole, vts.output());
        }
        return now;
    }

    private static void report(List<OpenLoop.Asked> all, Map<Fault, Integer> counts, long started) {
        System.out.printf(
                Locale.ROOT,
                "faults: %s in %.1f s; %d requests, %d failed, %d cut%n",
                counts,
                (System.nanoTime() - started) / 1e9,
                all.size(),
                all.stream()
                        .filter(asked -> asked.outcome() == OpenLoop.Outcome.FAILED)
                        .count(),
                all.stream()
                        .filter(asked -> asked.outcome() == OpenLoop.Outcome.CUT)
                        .count());
        all.stream()
                .filter(asked -> asked.outcome() == OpenLoop.Outcome.FAILED)
                .forEach(asked -> System.out.println(
                        "faults: failed " + asked.what().lines().findFirst().orElse("")));
    }
}
