package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.bun.pool.LeastLoadedPool;
import dev.vtsbasic.bun.process.BunBinary;
import dev.vtsbasic.bun.process.BunProcessRegistry;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Keeps Bun workers running, each in a {@link WorkerSlot}. Safe for any number of threads. */
public final class BunSupervisor implements Upstream {
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(5);

    private final BunProcessRegistry processes;
    private final Duration stopTimeout;
    private final LeastLoadedPool pool;
    private final SlotCoordinator coordinator;
    private final List<WorkerSlot> slots;

    private BunSupervisor(BunProcessRegistry processes, Dist dist, String base, Settings settings) {
        this.processes = processes;
        this.stopTimeout = settings.server().stopTimeout();
        this.pool = new LeastLoadedPool(settings.proxy().holdQueue());
        this.coordinator = new SlotCoordinator(dist, settings.workers().rules(), pool);
        this.slots = IntStream.rangeClosed(1, settings.workers().rules().count())
                .mapToObj(number -> new WorkerSlot(
                        number,
                        coordinator,
                        new WorkerStarter(number, processes, base, settings.workers(), pool),
                        settings,
                        pool))
                .toList();
    }

    /**
     * Begins to start the workers and returns at once.
     *
     * @param base path under which browsers see the app; empty at the root
     * @param runDirectories candidates for the directory of the workers' sockets, best first
     * @throws IOException when none of them can be used, or the directory for the app to run in does not exist
     */
    public static BunSupervisor start(
            BunBinary bun, Dist dist, String base, Settings settings, List<Path> runDirectories) throws IOException {
        BunProcessRegistry processes = BunProcessRegistry.create(bun, base, settings, runDirectories);
        BunSupervisor supervisor = new BunSupervisor(processes, dist, base, settings);
        supervisor.slots.forEach(WorkerSlot::start);
        return supervisor;
    }

    @Override
    public WorkerPool pool() {
        return pool;
    }

    @Override
    public CompletableFuture<Duration> firstReady() {
        return coordinator.firstReady();
    }

    @Override
    public CompletableFuture<BunFailure> failure() {
        return coordinator.failure();
    }

    @Override
    public List<SlotHealth> health() {
        boolean givenUp = givenUp();
        if (slots.size() == 1) {
            return List.of(slots.get(0).health(PROBE_TIMEOUT, givenUp));
        }
        List<CompletableFuture<SlotHealth>> probes = slots.stream()
                .map(slot -> CompletableFuture.supplyAsync(
                        () -> slot.health(PROBE_TIMEOUT, givenUp), BunSupervisor::runInBackground))
                .toList();
        return probes.stream().map(CompletableFuture::join).toList();
    }

    private static void runInBackground(Runnable probe) {
        Thread thread = new Thread(probe, "vts-health");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public boolean givenUp() {
        return pool.givenUp().isPresent();
    }

    @Override
    public List<SlotSnapshot> slots() {
        return slots.stream().map(WorkerSlot::snapshot).toList();
    }

    @Override
    public List<SlotSnapshot.Output> output() {
        return slots.stream().map(WorkerSlot::output).toList();
    }

    @Override
    public List<BlockedRequest> blocked() {
        return pool.blocked();
    }

    @Override
    public long restarts(RestartCause cause) {
        return coordinator.restarts(cause);
    }

    @Override
    public String build() {
        return coordinator.revision().buildId();
    }

    @Override
    public Instant buildSince() {
        return coordinator.revision().since();
    }

    @Override
    public String bunVersion() {
        return processes.bunVersion();
    }

    /**
     * Replaces all workers, one slot at a time. Each worker keeps serving until its successor is ready, except with a
     * fixed {@code VTS_BUN_PORT}. If the workers were given up, they are started again.
     */
    @Override
    public boolean restart() {
        coordinator.restart();
        return true;
    }

    /**
     * Replaces all workers with workers that run another build, if the first of these becomes ready. To be called for
     * one build at a time: if it is called again before the first result has completed, that result never completes.
     *
     * @return completes empty when the first new worker is ready, or with the reason why it did not become ready; then
     *     the old workers stay
     */
    public CompletableFuture<Optional<BunFailure>> deploy(Dist dist) {
        processes.warnIfWorkingDirectoryReplaced();
        return coordinator.deploy(dist);
    }

    /** Whether all workers that get requests run the build in service; false while a slot replaces its worker. */
    public boolean runsOneBuild() {
        return slots.stream().allMatch(slot -> slot.runsOnly(coordinator.revision()));
    }

    /** Stops all workers. Those that do not end within {@code VTS_STOP_TIMEOUT} are killed. */
    @Override
    public void close() {
        close(stopTimeout);
    }

    @Override
    public void close(Duration grace) {
        coordinator.stop();
        pool.close();
        try {
            processes.stopAll(grace);
            for (WorkerSlot slot : slots) {
                slot.join(JOIN_TIMEOUT);
            }
        } catch (InterruptedException e) {
            processes.killAll();
            Thread.currentThread().interrupt();
        }
        processes.removeFiles();
    }
}
