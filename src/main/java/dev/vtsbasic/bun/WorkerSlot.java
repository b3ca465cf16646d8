package dev.vtsbasic.bun;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.settings.WorkerRules;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);

    /** How long a worker without requests may take to end before it is killed. */
    private static final Duration IDLE_STOP_TIMEOUT = Duration.ofSeconds(5);

    /** Time until a successor of the same revision is tried again after one did not become ready. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    /** How many restarts are remembered, with their time and cause. */
    private static final int MAX_RESTARTS = 5;

    private final int number;
    private final BunSupervisor supervisor;
    private final Settings settings;
    private final WorkerRules rules;
    private final LeastLoadedPool pool;
    private final Backoff backoff;
    private final Thread thread;
    private int starts;
    private WorkerRevision crashed;
    private WorkerRevision failed;
    private long failedAt;
    private final Deque<SlotSnapshot.Restart> restarts = new ArrayDeque<>();
    private volatile BunProcess newestProcess;
    private volatile RunningWorker running;
    private volatile boolean starting;
    private volatile RestartCause lastFailure;
    private final AtomicInteger retiring = new AtomicInteger();
    private volatile boolean replacing;

    WorkerSlot(int number, BunSupervisor supervisor, Settings settings, LeastLoadedPool pool) {
        this.number = number;
        this.supervisor = supervisor;
        this.settings = settings;
        this.rules = settings.workers().rules();
        this.pool = pool;
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

    /** The state of this slot now; a worker that is ready is asked, and has {@code timeout} to respond. */
    SlotHealth health(Duration timeout, boolean givenUp) {
        SlotState known = view().state(givenUp);
        SlotState state = known == SlotState.READY && !answers(timeout) ? SlotState.SILENT : known;
        return new SlotHealth("worker-" + number, state, Optional.ofNullable(lastFailure));
    }

    /** Whether the event loop of the slot's worker answers now; false when there is no worker. */
    private boolean answers(Duration timeout) {
        RunningWorker known = running;
        try {
            return known != null && known.process().ping(timeout).isPresent();
        } catch (HttpProbe.NotAskedException e) {
            Event.WORKER_NOT_ASKED.log(
                    LOG,
                    "{worker} cannot be asked whether it is ready: {problem}",
                    known.worker().name(),
                    e.getMessage());
            return false;
        }
    }

    /** Whether the slot's worker, if any, runs {@code release}, and no worker before it still gets requests. */
    boolean runsNothingBut(WorkerRevision release) {
        RunningWorker known = running;
        return !replacing && (known == null || known.release().equals(release));
    }

    /** The state of this slot for status and metrics, without asking the worker. */
    SlotSnapshot view() {
        RunningWorker known = running;
        // An ended worker stays in this field until its successor may be started.
        boolean ready = known != null && known.process().isAlive();
        Optional<SlotSnapshot.WorkerView> worker =
                ready ? Optional.of(known.view(pool.requests(known.worker()))) : Optional.empty();
        synchronized (restarts) {
            return new SlotSnapshot(number, worker, starting, retiring.get(), List.copyOf(restarts));
        }
    }

    /** What the worker that was started last in this slot printed last. */
    SlotSnapshot.Output output() {
        BunProcess known = newestProcess;
        return known == null ? new SlotSnapshot.Output("worker-" + number, List.of()) : known.output();
    }

    private void count(RestartCause cause) {
        synchronized (restarts) {
            if (restarts.size() == MAX_RESTARTS) {
                restarts.removeFirst();
            }
            restarts.add(new SlotSnapshot.Restart(Instant.now(), cause));
        }
        supervisor.count(cause);
    }

    private void run() {
        try {
            while (!supervisor.isStopping()) {
                WorkerRevision release = supervisor.releaseFor(number);
                try {
                    RunningWorker first = startOne(release);
                    pool.add(first.worker());
                    removeFromPoolWhenEnded(first);
                    watch(first);
                } catch (StartFailedException e) {
                    count(RestartCause.NOT_READY);
                    if (supervisor.rejected(release, e.failure)) {
                        supervisor.awaitNextStart(number, release, Duration.ZERO);
                    } else {
                        pauseAfterCrash(release, Duration.ZERO, e.hadRequests, e.failure, RestartCause.NOT_READY);
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
     * Tells the pool of the worker's end at once, because requests in flight wait for that, and this slot's thread may
     * be waiting for something different.
     */
    private void removeFromPoolWhenEnded(RunningWorker added) {
        added.process().whenEnded(() -> removeFromPool(added));
    }

    private void removeFromPool(RunningWorker ended) {
        removeFromPool(ended.process(), ended.worker());
    }

    private void removeFromPool(BunProcess ended, Worker worker) {
        BegunRequests begun = ended.begunRequests();
        if (ended.wasKilled()) {
            pool.removeKilled(worker, begun);
        } else {
            pool.remove(worker, begun);
        }
    }

    /** Starts a worker and returns when it is ready. */
    private RunningWorker startOne(WorkerRevision release) throws InterruptedException, StartFailedException {
        starting = true;
        try {
            return awaitStart(release);
        } finally {
            starting = false;
        }
    }

    private RunningWorker awaitStart(WorkerRevision release) throws InterruptedException, StartFailedException {
        long started = System.nanoTime();
        String name = "worker-" + number + "-" + ++starts;
        BunProcess process;
        try {
            process = supervisor.spawn(name, release);
            newestProcess = process;
        } catch (IOException e) {
            throw new StartFailedException(BunFailure.Reason.CRASHED, "Bun could not be started: " + e.getMessage());
        }
        Optional<Worker> listening = Optional.empty();
        try {
            long deadline = started + settings.workers().startupTimeout().toNanos();
            Worker worker = process.awaitListening(deadline);
            listening = Optional.of(worker);
            // The app may be waiting for the response to a request of its own, which waits in the pool for a worker.
            ProbeResponse response =
                    process.awaitReady(supervisor.readyPath(), deadline, () -> pool.addListening(worker));
            long took = (System.nanoTime() - started) / 1_000_000;
            Event.WORKER_READY.log(
                    LOG,
                    "{worker} is ready after {duration_ms} ms (pid {pid}, Bun {bun})",
                    name,
                    took,
                    process.pid(),
                    supervisor.bunVersion());
            if (response.isNotFound()) {
                supervisor.readyPathNotFound(release, name);
            }
            if (!supervisor.ready(number, release, Duration.ofMillis(took))) {
                pool.removeStopped(worker);
                process.kill();
                process.awaitExit();
                throw new StartFailedException(
                        BunFailure.Reason.CRASHED, name + " became ready after Bun was given up, and was ended");
            }
            RunningWorker next = new RunningWorker(process, worker, release, rules);
            next.measureAtStart(CHECK_INTERVAL);
            running = next;
            lastFailure = null;
            return next;
        } catch (BunProcess.ExitedException e) {
            int exitCode = process.awaitExit();
            listening.ifPresent(worker -> removeFromPool(process, worker));
            throw new StartFailedException(
                    BunFailure.Reason.CRASHED,
                    "Bun ended with exit code " + exitCode + " before it answered" + process.lastWords(),
                    listening.filter(pool::hadRequests).isPresent());
        } catch (BunProcess.NotReadyException e) {
            listening.ifPresent(pool::removeStopped);
            process.kill();
            process.awaitExit();
            throw new StartFailedException(
                    BunFailure.Reason.NOT_READY_IN_TIME,
                    whyNotReady(e.last()) + (e.last().isEmpty() ? process.lastWords() : process.lastLines()));
        }
    }

    private String whyNotReady(Optional<ProbeResponse> last) {
        long millis = settings.workers().startupTimeout().toMillis();
        if (last.isEmpty()) {
            return "Bun did not answer " + supervisor.readyPath() + " within " + millis
                    + " ms; VTS_STARTUP_TIMEOUT sets how long it may take, VTS_READY_PATH what is asked";
        }
        ProbeResponse error = last.get();
        return "The app answered " + supervisor.readyPath() + " with status " + error.status() + " for " + millis
                + " ms; VTS_READY_PATH sets what is asked, VTS_STARTUP_TIMEOUT for how long"
                + (error.excerpt().isEmpty() ? "" : "; the answer begins: " + error.excerpt());
    }

    /**
     * Watches the slot's worker and, one after the other, those that replace it. Returns when {@link #run} has to start
     * the next one, or when the supervisor is stopping.
     */
    private void watch(RunningWorker first) throws InterruptedException {
        RunningWorker current = first;
        while (current != null) {
            if (current.process().endsWithin(CHECK_INTERVAL)) {
                removeFromPool(current);
                count(RestartCause.CRASHED);
                died(current, exit(current), RestartCause.CRASHED);
                return;
            }
            if (supervisor.isStopping()) {
                return;
            }
            if (current.isHung(CHECK_INTERVAL)) {
                // First of all, so that the pool sends no more requests to it.
                pool.retire(current.worker());
                count(RestartCause.HUNG);
                died(current, endHung(current), RestartCause.HUNG);
                return;
            }
            Optional<Replacement> reason = whyReplace(current);
            if (reason.isPresent() && !justFailed(supervisor.releaseFor(number))) {
                current = replace(current, reason.get());
            }
        }
    }

    /**
     * Kills a worker that hangs. Its requests may then be retried, except the one that it began last, because that one
     * holds the event loop, busy or blocked. When a signal has stopped the process, no request is the cause.
     *
     * @return what happened to it, for the log
     */
    private String endHung(RunningWorker hung) throws InterruptedException {
        BunProcess process = hung.process();
        pool.removeHung(hung.worker(), process.isStopped() ? BegunRequests.UNKNOWN : process.begunRequests());
        hung.process().kill();
        hung.process().awaitExit();
        return "did not answer for " + rules.hangTimeout().toMillis() + " ms and was killed" + cause(hung);
    }

    /** The end of a log message that names the request that ended a worker; empty when the cause is unknown. */
    private String cause(RunningWorker ended) {
        return pool.cause(ended.worker())
                .map(request -> "; it was at request " + request.id() + ", " + BlockedRequests.shown(request))
                .orElse("");
    }

    private boolean justFailed(WorkerRevision release) {
        return release == failed && System.nanoTime() - failedAt < RETRY_AFTER.toNanos();
    }

    private void died(RunningWorker dead, String how, RestartCause cause) throws InterruptedException {
        Duration answered = dead.age();
        BunFailure failure = new BunFailure(BunFailure.Reason.CRASHED, describeEnd(dead, how));
        pauseAfterCrash(dead.release(), answered, pool.hadRequests(dead.worker()), failure, cause);
    }

    private static String describeEnd(RunningWorker dead, String how) throws InterruptedException {
        return dead.worker().name() + " (pid " + dead.process().pid() + ") " + how
                + dead.process().lastWords();
    }

    private String exit(RunningWorker dead) throws InterruptedException {
        return "ended with exit code " + dead.process().awaitExit() + cause(dead);
    }

    private Optional<Replacement> whyReplace(RunningWorker current) {
        WorkerRevision wanted = supervisor.releaseFor(number);
        if (wanted != current.release()) {
            return Optional.of(wanted.why());
        }
        return current.whyTooOld(pool.requests(current.worker()));
    }

    /**
     * Starts the next worker, and retires the current one only when the next one is ready. With a fixed {@code
     * VTS_BUN_PORT} the current one ends first.
     *
     * @return the worker to watch from now on; null when {@link #run} has to start the next one
     */
    private RunningWorker replace(RunningWorker current, Replacement why) throws InterruptedException {
        if (!supervisor.mayReplace().tryAcquire()) {
            return current; // Only one slot replaces its worker at a time; the next check tries again.
        }
        WorkerRevision release = supervisor.releaseFor(number);
        Duration answered = current.age();
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
                count(why.cause());
                retire(current, pool.retire(current.worker()));
                return null;
            }
            RunningWorker next = startOne(release);
            LeastLoadedPool.Load rest = pool.replace(current.worker(), next.worker());
            removeFromPoolWhenEnded(next);
            if (!current.process().isAlive()) {
                removeFromPool(current);
                count(RestartCause.CRASHED);
                Event.WORKER_ENDED.log(
                        LOG,
                        "{problem}",
                        describeEnd(current, exit(current) + " before it was replaced"),
                        "worker",
                        current.worker().name(),
                        "pid",
                        current.process().pid(),
                        "cause",
                        RestartCause.CRASHED);
                count(current.release(), answered, pool.hadRequests(current.worker()));
                return next;
            }
            count(why.cause());
            Thread retirement = new Thread(
                    () -> retire(current, rest), "vts-" + current.worker().name() + "-end");
            retirement.setDaemon(true);
            retirement.start();
            return next;
        } catch (StartFailedException e) {
            running = current;
            count(RestartCause.NOT_READY);
            if (!supervisor.rejected(release, e.failure) && current.process().isAlive()) {
                Event.WORKER_STAYS.log(
                        LOG, "{worker} stays: {problem}", current.worker().name(), e.failure.message());
            }
            failed = supervisor.releaseFor(number);
            failedAt = System.nanoTime();
            return current;
        } finally {
            replacing = false;
            supervisor.mayReplace().release();
        }
    }

    /**
     * Waits up to {@code VTS_STOP_TIMEOUT} for the requests of a replaced worker to end, then stops it. The worker is
     * watched meanwhile, because it may still hang.
     */
    private void retire(RunningWorker old, LeastLoadedPool.Load rest) {
        retiring.incrementAndGet();
        String name = old.worker().name();
        long deadline = System.nanoTime() + settings.server().stopTimeout().toNanos();
        try {
            int left = rest.awaitEnd(CHECK_INTERVAL);
            while (left > 0 && System.nanoTime() - deadline < 0) {
                if (old.isHung(CHECK_INTERVAL)) {
                    Event.WORKER_ENDED.log(
                            LOG,
                            "{worker} (pid {pid}) {problem}",
                            name,
                            old.process().pid(),
                            endHung(old),
                            "cause",
                            RestartCause.HUNG);
                    return;
                }
                left = rest.awaitEnd(CHECK_INTERVAL);
            }
            if (left > 0) {
                Event.REQUESTS_CUT.log(
                        LOG,
                        "{requests} requests to {worker} did not finish within VTS_STOP_TIMEOUT and are cut",
                        left,
                        name);
            }
            // The requests that are cut now did not end the worker.
            pool.removeStopped(old.worker());
            old.process().stop(IDLE_STOP_TIMEOUT);
        } catch (InterruptedException e) {
            old.process().kill();
        } finally {
            retiring.decrementAndGet();
        }
    }

    /** Logs and counts the end of a worker, then waits as long as {@link Backoff} says. */
    private void pauseAfterCrash(
            WorkerRevision release, Duration answered, boolean hadRequests, BunFailure failure, RestartCause cause)
            throws InterruptedException {
        if (supervisor.isStopping()) {
            return;
        }
        lastFailure = cause;
        logEnd(failure, cause);
        Duration pause = count(release, answered, hadRequests);
        supervisor.crashed(number, failure, hadRequests, backoff.isCrashLoop());
        supervisor.awaitNextStart(number, release, pause);
    }

    private void logEnd(BunFailure failure, RestartCause cause) {
        Event.WORKER_ENDED.log(
                LOG, "{problem}", failure.message(), "worker", "worker-" + number + "-" + starts, "cause", cause);
    }

    /**
     * Counts a crash. Crashes before a restart or a new build no longer count.
     *
     * @return how long to wait before the next start
     */
    private Duration count(WorkerRevision release, Duration answered, boolean hadRequests) {
        if (release != crashed) {
            backoff.reset();
            crashed = release;
        }
        return hadRequests ? backoff.endedAfterRequests(answered) : backoff.crashed(answered);
    }

    /** A worker did not become ready. */
    private static final class StartFailedException extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient BunFailure failure;
        private final boolean hadRequests;

        StartFailedException(BunFailure.Reason reason, String message) {
            this(reason, message, false);
        }

        /** @param hadRequests whether a client's request had been sent to the worker, and may have ended it */
        StartFailedException(BunFailure.Reason reason, String message, boolean hadRequests) {
            super(message);
            this.failure = new BunFailure(reason, message);
            this.hadRequests = hadRequests;
        }
    }
}
