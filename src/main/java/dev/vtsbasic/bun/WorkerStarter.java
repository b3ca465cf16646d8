package dev.vtsbasic.bun;

import dev.vtsbasic.bun.pool.LeastLoadedPool;
import dev.vtsbasic.bun.process.BunProcess;
import dev.vtsbasic.bun.process.BunProcessRegistry;
import dev.vtsbasic.bun.process.ProbeResponse;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.settings.WorkerSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts the workers of one slot, one after another, and waits until each is ready. */
final class WorkerStarter {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerStarter.class);

    private final int slot;
    private final BunProcessRegistry processes;
    private final String readyPath;
    private final WorkerSettings settings;
    private final LeastLoadedPool pool;
    private volatile int starts;
    private volatile BunProcess newest;

    /** @param base path under which browsers see the app; empty at the root */
    WorkerStarter(int slot, BunProcessRegistry processes, String base, WorkerSettings settings, LeastLoadedPool pool) {
        this.slot = slot;
        this.processes = processes;
        this.readyPath = base + settings.readyPath();
        this.settings = settings;
        this.pool = pool;
    }

    /** Name of the worker that was started last. */
    String newestName() {
        return "worker-" + slot + "-" + starts;
    }

    /** The last output of the worker that was started last. */
    SlotSnapshot.Output output() {
        BunProcess known = newest;
        return known == null
                ? new SlotSnapshot.Output("worker-" + slot, List.of())
                : new SlotSnapshot.Output(known.name(), known.lastLines());
    }

    /** Starts a worker and returns when it is ready. The caller then adds it to the pool as ready. */
    RunningWorker start(WorkerRevision revision) throws InterruptedException, StartFailedException {
        long begun = System.nanoTime();
        starts = starts + 1; // Only the slot's thread starts workers.
        BunProcess process;
        try {
            process = processes.start(newestName(), revision.dist());
            newest = process;
        } catch (IOException e) {
            throw new StartFailedException(BunFailure.Reason.CRASHED, "Bun could not be started: " + e.getMessage(), e);
        }
        Optional<Worker> listening = Optional.empty();
        try {
            long deadline = begun + settings.startupTimeout().toNanos();
            Worker worker = process.awaitListening(deadline);
            listening = Optional.of(worker);
            // If the response is slow, the pool may use the worker already, because the app may be waiting for the
            // response to a request of its own, which waits in the pool for a worker.
            ProbeResponse response = process.awaitReady(readyPath, deadline, () -> pool.addListening(worker));
            Duration took = Duration.ofMillis((System.nanoTime() - begun) / 1_000_000);
            logReady(process, response, revision, took);
            return new RunningWorker(process, revision, settings.rules(), pool, took);
        } catch (BunProcess.ExitedException e) {
            int exitCode = process.awaitExit();
            listening.ifPresent(worker -> RunningWorker.removeEnded(process, worker, pool));
            throw new StartFailedException(
                    BunFailure.Reason.CRASHED,
                    "Bun ended with exit code " + exitCode + " before it answered" + process.describeOutput(),
                    listening.filter(pool::hadRequests).isPresent(),
                    e);
        } catch (BunProcess.NotReadyException e) {
            listening.ifPresent(pool::removeStopped);
            process.kill();
            process.awaitExit();
            throw new StartFailedException(
                    BunFailure.Reason.NOT_READY_IN_TIME,
                    whyNotReady(e.last())
                            + (e.last().isEmpty() ? process.describeOutput() : process.describeLastLines()),
                    e);
        }
    }

    private void logReady(BunProcess process, ProbeResponse response, WorkerRevision revision, Duration took) {
        Event.WORKER_READY.log(
                LOG,
                "{worker} is ready after {duration_ms} ms (pid {pid}, Bun {bun})",
                process.name(),
                took.toMillis(),
                process.pid(),
                processes.bunVersion());
        if (response.isNotFound() && revision.markReadyPathNotFound()) {
            Event.READY_PATH_NOT_FOUND.log(
                    LOG,
                    "{worker} responds to {path} with status 404; VTS_READY_PATH sets the path of this check",
                    process.name(),
                    readyPath);
        }
    }

    private String whyNotReady(Optional<ProbeResponse> last) {
        long millis = settings.startupTimeout().toMillis();
        if (last.isEmpty()) {
            return "Bun did not answer " + readyPath + " within " + millis
                    + " ms; VTS_STARTUP_TIMEOUT sets how long it may take, VTS_READY_PATH what is asked";
        }
        ProbeResponse error = last.get();
        return "The app answered " + readyPath + " with status " + error.status() + " for " + millis
                + " ms; VTS_READY_PATH sets what is asked, VTS_STARTUP_TIMEOUT for how long"
                + (error.excerpt().isEmpty() ? "" : "; the answer begins: " + error.excerpt());
    }
}
