package dev.vtsbasic.bun;

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
 * A worker that became ready, and its measurements since. Only one thread at a time, one of its {@link WorkerSlot},
 * calls {@link #measureAtStart}, {@link #isHung} and {@link #whyTooOld}; the other methods are safe for any thread.
 */
final class RunningWorker {
    private static final Logger LOG = LoggerFactory.getLogger(RunningWorker.class);

    private final BunProcess process;
    private final Worker worker;
    private final WorkerRevision release;
    private final WorkerRules rules;
    private final long readySince = System.nanoTime();
    private final double jitter = 1 + ThreadLocalRandom.current().nextDouble(0.2);
    private final HangDetector hangDetector;
    private volatile long memory;
    private long maxMemory;

    /** @param process must be ready */
    RunningWorker(BunProcess process, Worker worker, WorkerRevision release, WorkerRules rules) {
        this.process = process;
        this.worker = worker;
        this.release = release;
        this.rules = rules;
        this.maxMemory = rules.maxMemory();
        this.hangDetector = new HangDetector(rules.hangTimeout());
    }

    BunProcess process() {
        return process;
    }

    Worker worker() {
        return worker;
    }

    WorkerRevision release() {
        return release;
    }

    /** How long ago it became ready. */
    Duration age() {
        return Duration.ofNanos(System.nanoTime() - readySince);
    }

    /**
     * Measures the worker's memory when it has just become ready. When that is above {@code VTS_WORKER_MAX_MEMORY}
     * already, the limit does not apply to this worker, because its successor would use as much.
     */
    void measureAtStart(Duration timeout) {
        try {
            process.ping(timeout).ifPresent(this::answered);
        } catch (HttpProbe.NotAskedException e) {
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
     * @param patience how long to wait when the hang timeout is zero; the result is then always false
     * @return whether the worker runs, but has not answered for the hang timeout
     */
    boolean isHung(Duration patience) {
        boolean mayBeBusyForEver = rules.hangTimeout().isZero();
        long asked = System.nanoTime();
        try {
            OptionalLong answer = process.ping(mayBeBusyForEver ? patience : rules.hangTimeout());
            if (answer.isPresent()) {
                answered(answer.getAsLong());
                return false;
            }
        } catch (HttpProbe.NotAskedException e) {
            Event.WORKER_NOT_ASKED.log(
                    LOG, "{worker} cannot be asked whether it lives: {problem}", worker.name(), e.getMessage());
            return false;
        }
        return !mayBeBusyForEver && hangDetector.isTooLong(asked, System.nanoTime()) && process.isAlive();
    }

    private void answered(long bytes) {
        memory = bytes;
        hangDetector.end();
    }

    /** @param requests how many the worker was leased for */
    SlotSnapshot.WorkerView view(long requests) {
        return new SlotSnapshot.WorkerView(
                worker.name(), process.pid(), memory, process.cpuTime(), process.started(), requests);
    }

    Optional<Replacement> whyTooOld(long requests) {
        if (maxMemory > 0 && memory > maxMemory) {
            return Optional.of(new Replacement(
                    RestartCause.MEMORY,
                    "it uses " + (memory >> 20) + " MB, which is more than VTS_WORKER_MAX_MEMORY"));
        }
        if (!rules.maxAge().isZero() && age().toNanos() > rules.maxAge().toNanos() * jitter) {
            return Optional.of(new Replacement(RestartCause.AGE, "it is as old as VTS_WORKER_MAX_AGE"));
        }
        if (rules.maxRequests() > 0 && requests > rules.maxRequests() * jitter) {
            return Optional.of(
                    new Replacement(RestartCause.REQUESTS, "it has had as many requests as VTS_WORKER_MAX_REQUESTS"));
        }
        return Optional.empty();
    }
}
