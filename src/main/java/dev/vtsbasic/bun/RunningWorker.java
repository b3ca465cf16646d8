package dev.vtsbasic.bun;

import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.bun.pool.LeastLoadedPool;
import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.bun.process.BunProcess;
import dev.vtsbasic.bun.process.HttpProbe;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.settings.WorkerRules;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker that became ready, with its measured memory and its hang detection. Only one thread at a time, one of its
 * {@link WorkerSlot}, calls {@link #measureAtStart}, {@link #isHung} and {@link #whyReplace}; the other methods are
 * safe for any thread.
 */
final class RunningWorker {
    private static final Logger LOG = LoggerFactory.getLogger(RunningWorker.class);

    private final BunProcess process;
    private final Worker worker;
    private final WorkerRevision revision;
    private final WorkerRules rules;
    private final LeastLoadedPool pool;
    private final Duration startDuration;
    private final long readySince = System.nanoTime();
    private final double jitter = 1 + ThreadLocalRandom.current().nextDouble(0.2);
    private final HangDetector hangDetector;
    private volatile long memory;
    private long maxMemory;

    /**
     * @param process must be ready
     * @param startDuration how long its start took
     */
    RunningWorker(
            BunProcess process,
            WorkerRevision revision,
            WorkerRules rules,
            LeastLoadedPool pool,
            Duration startDuration) {
        this.process = process;
        this.worker = process.worker();
        this.revision = revision;
        this.rules = rules;
        this.pool = pool;
        this.startDuration = startDuration;
        this.maxMemory = rules.maxMemory();
        this.hangDetector = new HangDetector(rules.hangTimeout());
    }

    BunProcess process() {
        return process;
    }

    Worker worker() {
        return worker;
    }

    WorkerRevision revision() {
        return revision;
    }

    Duration startDuration() {
        return startDuration;
    }

    /** How long ago it became ready. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - readySince);
    }

    /**
     * Measures the worker's memory when it has just become ready. If the worker already uses more than {@code
     * VTS_WORKER_MAX_MEMORY}, that limit does not apply to it, because its successor would use as much.
     */
    void measureAtStart(Duration timeout) {
        try {
            process.ping(timeout).ifPresent(this::recordResponse);
        } catch (HttpProbe.ProbeNotSentException e) {
            Event.WORKER_NOT_ASKED.log(LOG, "{worker} cannot be asked: {problem}", worker.name(), e.getMessage());
        }
        if (maxMemory > 0 && memory > maxMemory) {
            Event.WORKER_MEMORY_LIMIT_LOW.log(
                    LOG,
                    "{worker} uses {memory_mb} MB when it has just started: VTS_WORKER_MAX_MEMORY is too low to be of use",
                    worker.name(),
                    memory >> 20);
            maxMemory = 0;
        }
    }

    /**
     * Asks the event loop, waits up to {@code VTS_HANG_TIMEOUT} for its response, and records the memory it reports.
     *
     * @param patience how long to wait for the response when the hang timeout is zero; the result is then always false
     * @return whether the worker's process runs, but has not responded for the hang timeout
     */
    boolean isHung(Duration patience) {
        boolean hangLimitDisabled = rules.hangTimeout().isZero();
        long asked = System.nanoTime();
        try {
            OptionalLong reported = process.ping(hangLimitDisabled ? patience : rules.hangTimeout());
            if (reported.isPresent()) {
                recordResponse(reported.getAsLong());
                return false;
            }
        } catch (HttpProbe.ProbeNotSentException e) {
            Event.WORKER_NOT_ASKED.log(
                    LOG, "{worker} cannot be asked whether it lives: {problem}", worker.name(), e.getMessage());
            return false;
        }
        return !hangLimitDisabled && hangDetector.recordTimeout(asked, System.nanoTime()) && process.isAlive();
    }

    private void recordResponse(long bytes) {
        memory = bytes;
        hangDetector.recordResponse();
    }

    SlotSnapshot.WorkerView snapshot() {
        return new SlotSnapshot.WorkerView(
                worker.name(), process.pid(), memory, process.cpuTime(), process.started(), requests());
    }

    /** The limit of the settings that requires a new worker; empty if this one stays. */
    Optional<Replacement> whyReplace() {
        if (maxMemory > 0 && memory > maxMemory) {
            return Optional.of(new Replacement(
                    RestartCause.MEMORY,
                    "it uses " + (memory >> 20) + " MB, which is more than VTS_WORKER_MAX_MEMORY"));
        }
        if (!rules.maxAge().isZero() && age().toNanos() > rules.maxAge().toNanos() * jitter) {
            return Optional.of(new Replacement(RestartCause.AGE, "it is as old as VTS_WORKER_MAX_AGE"));
        }
        if (rules.maxRequests() > 0 && requests() > rules.maxRequests() * jitter) {
            return Optional.of(
                    new Replacement(RestartCause.REQUESTS, "it has had as many requests as VTS_WORKER_MAX_REQUESTS"));
        }
        return Optional.empty();
    }

    private long requests() {
        return pool.requests(worker);
    }

    /** Whether the event loop responds within {@code timeout}. */
    boolean answers(Duration timeout) {
        try {
            return process.ping(timeout).isPresent();
        } catch (HttpProbe.ProbeNotSentException e) {
            Event.WORKER_NOT_ASKED.log(
                    LOG, "{worker} cannot be asked whether it is ready: {problem}", worker.name(), e.getMessage());
            return false;
        }
    }

    /** Whether a client's request was sent to this worker; false until the pool has removed it. */
    boolean hadRequests() {
        return pool.hadRequests(worker);
    }

    /** Tells the pool that the worker has ended. */
    void removeEnded() {
        removeEnded(process, worker, pool);
    }

    static void removeEnded(BunProcess ended, Worker worker, LeastLoadedPool pool) {
        BegunRequests begun = ended.begunRequests();
        if (ended.wasKilled()) {
            pool.removeKilled(worker, begun);
        } else {
            pool.remove(worker, begun);
        }
    }

    /** Kills a worker that must not serve, because all workers were given up while it started. */
    void discard() throws InterruptedException {
        pool.removeStopped(worker);
        process.kill();
        process.awaitExit();
    }

    /**
     * Kills a worker that hangs. Its requests may then be retried, except the one that it began last, because that one
     * probably blocks the event loop. If a signal has stopped the process, all of them may be retried, because no
     * request is the cause.
     *
     * @return what happened to it, for the log
     */
    String killHung() throws InterruptedException {
        pool.removeHung(worker, process.isStopped() ? BegunRequests.UNKNOWN : process.begunRequests());
        process.kill();
        process.awaitExit();
        return "did not answer for " + rules.hangTimeout().toMillis() + " ms and was killed" + describeCause();
    }

    /** How the worker ended, for the log; waits for its end. */
    String describeExit() throws InterruptedException {
        return "ended with exit code " + process.awaitExit() + describeCause();
    }

    /** The end of a log message that names the request that ended the worker; empty when the cause is unknown. */
    private String describeCause() {
        return pool.cause(worker)
                .map(request -> "; it was at request " + request.id() + ", " + BlockedRequest.describe(request))
                .orElse("");
    }

    /** @param how from {@link #killHung} or {@link #describeExit} */
    String describeEnd(String how) throws InterruptedException {
        return worker.name() + " (pid " + process.pid() + ") " + how + process.describeOutput();
    }
}
