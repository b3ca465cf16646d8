package dev.vtsbasic.bun;

import dev.vtsbasic.bun.pool.LeastLoadedPool;
import dev.vtsbasic.bun.pool.WorkerLoad;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.settings.WorkerRules;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One slot for a worker. Its thread runs one worker after another: it starts a worker, watches it, and replaces it or,
 * when it has crashed, pauses and starts the next one.
 */
final class WorkerSlot {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerSlot.class);

    /** Time between two checks of a worker; a request for a restart is noticed at the next check. */
    static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    /**
     * After a successor did not become ready, the slot waits this long before it tries one of the same revision again.
     */
    private static final Duration REPLACEMENT_RETRY_DELAY = Duration.ofSeconds(10);

    private final int number;
    private final SlotOwner owner;
    private final WorkerStarter starter;
    private final Settings settings;
    private final LeastLoadedPool pool;
    private final Backoff backoff;
    private final Thread thread;
    private final RestartHistory restarts = new RestartHistory();
    private final AtomicInteger retiring = new AtomicInteger();
    private WorkerRevision crashed;
    private WorkerRevision failed;
    private long failedAt;
    private volatile RunningWorker running;
    private volatile boolean starting;
    private volatile boolean replacing;
    private volatile RestartCause lastFailure;

    WorkerSlot(int number, SlotOwner owner, WorkerStarter starter, Settings settings, LeastLoadedPool pool) {
        this.number = number;
        this.owner = owner;
        this.starter = starter;
        this.settings = settings;
        this.pool = pool;
        WorkerRules rules = settings.workers().rules();
        this.backoff = new Backoff(rules.maxCrashes(), rules.crashWindow());
        this.thread = new Thread(this::run, "vts-worker-" + number);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void join(Duration timeout) throws InterruptedException {
        thread.join(timeout.toMillis());
    }

    /** The state of this slot now. A worker that is ready is probed, and has {@code timeout} to respond. */
    SlotHealth health(Duration timeout, boolean givenUp) {
        SlotState known = snapshot().state(givenUp);
        RunningWorker current = running;
        boolean silent = known == SlotState.READY && (current == null || !current.answers(timeout));
        return new SlotHealth("worker-" + number, silent ? SlotState.SILENT : known, Optional.ofNullable(lastFailure));
    }

    /** Whether the slot's worker, if any, runs {@code revision}, and no earlier worker still gets requests. */
    boolean runsOnly(WorkerRevision revision) {
        RunningWorker known = running;
        return !replacing && (known == null || known.revision().equals(revision));
    }

    /** The state of this slot for status and metrics, without a probe of the worker. */
    SlotSnapshot snapshot() {
        RunningWorker known = running;
        // The field still holds a worker that has ended until the pause before its successor is over.
        Optional<SlotSnapshot.WorkerView> worker =
                known != null && known.process().isAlive() ? Optional.of(known.snapshot()) : Optional.empty();
        return new SlotSnapshot(number, worker, starting, retiring.get(), restarts.list());
    }

    /** The last output of the worker that was started last in this slot. */
    SlotSnapshot.Output output() {
        return starter.output();
    }

    private void countRestart(RestartCause cause) {
        restarts.add(cause);
        owner.countRestart(cause);
    }

    private void run() {
        try {
            while (!owner.isStopping()) {
                WorkerRevision revision = owner.revisionFor(number);
                try {
                    RunningWorker first = startOne(revision);
                    pool.add(first.worker());
                    removeFromPoolWhenEnded(first);
                    watch(first);
                } catch (StartFailedException e) {
                    countRestart(RestartCause.NOT_READY);
                    if (owner.reject(revision, e.failure())) {
                        owner.awaitNextStart(number, revision, Duration.ZERO);
                    } else {
                        pauseAfterCrash(revision, Duration.ZERO, e.hadRequests(), e.failure(), RestartCause.NOT_READY);
                    }
                } finally {
                    running = null;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Supervision ended", e);
        }
    }

    /**
     * Tells the pool of the worker's end at once, because in-flight requests wait for that, and this slot's thread may
     * be waiting for another event.
     */
    private static void removeFromPoolWhenEnded(RunningWorker added) {
        added.process().whenEnded(added::removeEnded);
    }

    /** Starts a worker and returns when it is ready. */
    private RunningWorker startOne(WorkerRevision revision) throws InterruptedException, StartFailedException {
        starting = true;
        try {
            RunningWorker next = starter.start(revision);
            if (!owner.admit(number, revision, next.startDuration())) {
                next.discard();
                throw new StartFailedException(
                        BunFailure.Reason.CRASHED,
                        next.worker().name() + " became ready after Bun was given up, and was ended",
                        null);
            }
            next.measureAtStart(CHECK_INTERVAL);
            running = next;
            lastFailure = null;
            return next;
        } finally {
            starting = false;
        }
    }

    /**
     * Watches the slot's worker and, one after the other, those that replace it. Returns when {@link #run} has to start
     * the next one, or when the supervisor is stopping.
     */
    private void watch(RunningWorker first) throws InterruptedException {
        RunningWorker current = first;
        while (current != null) {
            if (current.process().endsWithin(CHECK_INTERVAL)) {
                current.removeEnded();
                countRestart(RestartCause.CRASHED);
                pauseAfterEnd(current, current.describeExit(), RestartCause.CRASHED);
                return;
            }
            if (owner.isStopping()) {
                return;
            }
            if (current.isHung(CHECK_INTERVAL)) {
                // The pool retires the worker first, so that it gets no more requests.
                pool.retire(current.worker());
                countRestart(RestartCause.HUNG);
                pauseAfterEnd(current, current.killHung(), RestartCause.HUNG);
                return;
            }
            Optional<Replacement> reason = whyReplace(current);
            if (reason.isPresent() && !justFailed(owner.revisionFor(number))) {
                current = replace(current, reason.get());
            }
        }
    }

    private boolean justFailed(WorkerRevision revision) {
        return revision == failed && System.nanoTime() - failedAt < REPLACEMENT_RETRY_DELAY.toNanos();
    }

    private void pauseAfterEnd(RunningWorker ended, String how, RestartCause cause) throws InterruptedException {
        Duration readyFor = ended.age();
        BunFailure failure = new BunFailure(BunFailure.Reason.CRASHED, ended.describeEnd(how));
        pauseAfterCrash(ended.revision(), readyFor, ended.hadRequests(), failure, cause);
    }

    private Optional<Replacement> whyReplace(RunningWorker current) {
        WorkerRevision wanted = owner.revisionFor(number);
        if (wanted != current.revision()) {
            return Optional.of(wanted.why());
        }
        return current.whyReplace();
    }

    /**
     * Starts the next worker, and retires the current one only when the next one is ready. With a fixed {@code
     * VTS_BUN_PORT} the current one ends first.
     *
     * @return the worker to watch from now on; null when {@link #run} has to start the next one
     */
    private RunningWorker replace(RunningWorker current, Replacement why) throws InterruptedException {
        if (!owner.replacementPermit().tryAcquire()) {
            return current; // Only one slot replaces its worker at a time; the next check tries again.
        }
        WorkerRevision revision = owner.revisionFor(number);
        Duration readyFor = current.age();
        replacing = true;
        try {
            Event.WORKER_REPLACED.log(
                    LOG,
                    "{worker} is replaced: {reason}",
                    current.worker().name(),
                    why.reason(),
                    "pid",
                    current.process().pid(),
                    "cause",
                    why.cause());
            if (settings.workers().port() != 0) {
                // The next worker needs the same port, so this one has to end first.
                running = null;
                countRestart(why.cause());
                retire(current, pool.retire(current.worker()));
                return null;
            }
            RunningWorker next = startOne(revision);
            WorkerLoad rest = pool.replace(current.worker(), next.worker());
            removeFromPoolWhenEnded(next);
            if (!current.process().isAlive()) {
                current.removeEnded();
                countRestart(RestartCause.CRASHED);
                Event.WORKER_ENDED.log(
                        LOG,
                        "{problem}",
                        current.describeEnd(current.describeExit() + " before it was replaced"),
                        "worker",
                        current.worker().name(),
                        "pid",
                        current.process().pid(),
                        "cause",
                        RestartCause.CRASHED);
                countCrash(current.revision(), readyFor, current.hadRequests());
                return next;
            }
            countRestart(why.cause());
            Thread retirement = new Thread(
                    () -> retire(current, rest), "vts-" + current.worker().name() + "-end");
            retirement.setDaemon(true);
            retirement.start();
            return next;
        } catch (StartFailedException e) {
            running = current;
            countRestart(RestartCause.NOT_READY);
            if (!owner.reject(revision, e.failure()) && current.process().isAlive()) {
                Event.WORKER_STAYS.log(
                        LOG,
                        "{worker} stays: {problem}",
                        current.worker().name(),
                        e.failure().message());
            }
            failed = owner.revisionFor(number);
            failedAt = System.nanoTime();
            return current;
        } finally {
            replacing = false;
            owner.replacementPermit().release();
        }
    }

    private void retire(RunningWorker old, WorkerLoad rest) {
        retiring.incrementAndGet();
        try {
            new WorkerRetirement(old, rest, pool, settings.server().stopTimeout()).run();
        } finally {
            retiring.decrementAndGet();
        }
    }

    /** Logs and counts the end of a worker, then waits for the pause that {@link Backoff} computes. */
    private void pauseAfterCrash(
            WorkerRevision revision, Duration readyFor, boolean hadRequests, BunFailure failure, RestartCause cause)
            throws InterruptedException {
        if (owner.isStopping()) {
            return;
        }
        lastFailure = cause;
        logEnd(failure, cause);
        Duration pause = countCrash(revision, readyFor, hadRequests);
        owner.recordCrash(number, failure, hadRequests, backoff.isCrashLoop());
        owner.awaitNextStart(number, revision, pause);
    }

    private void logEnd(BunFailure failure, RestartCause cause) {
        Event.WORKER_ENDED.log(LOG, "{problem}", failure.message(), "worker", starter.newestName(), "cause", cause);
    }

    /**
     * Counts a crash. Crashes before a restart or a new build no longer count.
     *
     * @return how long to wait before the next start
     */
    private Duration countCrash(WorkerRevision revision, Duration readyFor, boolean hadRequests) {
        if (revision != crashed) {
            backoff.reset();
            crashed = revision;
        }
        return hadRequests ? backoff.recordEndAfterRequests(readyFor) : backoff.recordCrash(readyFor);
    }
}
