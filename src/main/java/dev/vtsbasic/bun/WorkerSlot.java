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
 * One place for a worker. Its thread tells the whole story of the workers that follow one another there: start, watch,
 * replace or mourn, from the beginning.
 */
final class WorkerSlot {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerSlot.class);

    /** Also how long it may take until a wish for a restart is seen. */
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /** How long a worker that has no more requests may take to end. */
    private static final Duration LAST_GRACE = Duration.ofSeconds(5);

    /** How long a worker stays whose successor did not become ready. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(10);

    /** Restarts of which it is known when and why. */
    private static final int REMEMBERED = 5;

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
    private volatile BunProcess youngest;
    private volatile RunningWorker occupant;
    private volatile boolean starting;
    private volatile RestartCause lastFailure;
    private final AtomicInteger retiring = new AtomicInteger();
    private volatile boolean replacing;

    WorkerSlot(int number, BunSupervisor supervisor, Settings settings, LeastLoadedPool pool) {
        this.number = number;
        this.supervisor = supervisor;
        this.settings = settings;
        this.rules = settings.workers();
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

    /** What it has now, asked. */
    SlotHealth health(Duration timeout, boolean givenUp) {
        SlotState known = view().state(givenUp);
        SlotState state = known == SlotState.READY && !answers(timeout) ? SlotState.SILENT : known;
        return new SlotHealth("worker-" + number, state, Optional.ofNullable(lastFailure));
    }

    /** Whether its worker's event loop answers now; false when it has none. */
    private boolean answers(Duration timeout) {
        RunningWorker known = occupant;
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

    /** Whether its worker, if it has one, runs this, and none that ran before gets requests any more. */
    boolean runsNothingBut(WorkerRevision release) {
        RunningWorker known = occupant;
        return !replacing && (known == null || known.release().equals(release));
    }

    /** What it has now, for figures. */
    SlotSnapshot view() {
        RunningWorker known = occupant;
        // One that ended stays there until its successor may be started.
        boolean ready = known != null && known.process().isAlive();
        Optional<SlotSnapshot.WorkerView> worker =
                ready ? Optional.of(known.view(pool.requests(known.worker()))) : Optional.empty();
        synchronized (restarts) {
            return new SlotSnapshot(number, worker, starting, retiring.get(), List.copyOf(restarts));
        }
    }

    /** What the worker printed that was started here last. */
    SlotSnapshot.Output output() {
        BunProcess known = youngest;
        return known == null ? new SlotSnapshot.Output("worker-" + number, List.of()) : known.output();
    }

    private void count(RestartCause cause) {
        synchronized (restarts) {
            if (restarts.size() == REMEMBERED) {
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
                    forgetWhenEnded(first);
                    watch(first);
                } catch (StartFailedException e) {
                    count(RestartCause.NOT_READY);
                    if (supervisor.rejected(release, e.failure)) {
                        supervisor.awaitNextStart(number, release, Duration.ZERO);
                    } else {
                        mourn(release, Duration.ZERO, e.hadRequests, e.failure, RestartCause.NOT_READY);
                    }
                } finally {
                    occupant = null;
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Supervision ended", e);
        }
    }

    /** Whoever has a request at a worker that ends is to learn it at once, whatever this place's thread is waiting for. */
    private void forgetWhenEnded(RunningWorker added) {
        added.process().whenEnded(() -> forget(added));
    }

    private void forget(RunningWorker ended) {
        forget(ended.process(), ended.worker());
    }

    private void forget(BunProcess ended, Worker worker) {
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
            youngest = process;
        } catch (IOException e) {
            throw new StartFailedException(BunFailure.Reason.CRASHED, "Bun could not be started: " + e.getMessage());
        }
        Optional<Worker> listening = Optional.empty();
        try {
            long deadline = started + settings.startupTimeout().toNanos();
            Worker worker = process.awaitListening(deadline);
            listening = Optional.of(worker);
            // What the app waits for may be the answer to a request of its own, which waits for a worker.
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
            next.measureAtStart(LOOK_EVERY);
            occupant = next;
            lastFailure = null;
            return next;
        } catch (BunProcess.ExitedException e) {
            int exitCode = process.awaitExit();
            listening.ifPresent(worker -> forget(process, worker));
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
        long millis = settings.startupTimeout().toMillis();
        if (last.isEmpty()) {
            return "Bun did not answer " + supervisor.readyPath() + " within " + millis
                    + " ms; VTS_STARTUP_TIMEOUT sets how long it may take, VTS_READY_PATH what is asked";
        }
        ProbeResponse error = last.get();
        return "The app answered " + supervisor.readyPath() + " with status " + error.status() + " for " + millis
                + " ms; VTS_READY_PATH sets what is asked, VTS_STARTUP_TIMEOUT for how long"
                + (error.excerpt().isEmpty() ? "" : "; the answer begins: " + error.excerpt());
    }

    /** Returns when the worker of this place has died, and all that replaced it. */
    private void watch(RunningWorker first) throws InterruptedException {
        RunningWorker current = first;
        while (current != null) {
            if (current.process().endsWithin(LOOK_EVERY)) {
                forget(current);
                count(RestartCause.CRASHED);
                died(current, exit(current), RestartCause.CRASHED);
                return;
            }
            if (supervisor.isStopping()) {
                return;
            }
            if (current.isHung(LOOK_EVERY)) {
                // First of all nobody else may get to it.
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
     * Kills a worker that hangs. What waits for its answer is then sent to another, but for the request that it began last:
     * that holds the event loop, busy or blocked, unless a signal has stopped the process.
     *
     * @return what became of it
     */
    private String endHung(RunningWorker hung) throws InterruptedException {
        BunProcess process = hung.process();
        pool.removeHung(hung.worker(), process.isStopped() ? BegunRequests.UNKNOWN : process.begunRequests());
        hung.process().kill();
        hung.process().awaitExit();
        return "did not answer for " + rules.hangTimeout().toMillis() + " ms and was killed" + cause(hung);
    }

    /** At which request a worker ended, to be put behind what became of it. */
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
        BunFailure failure = new BunFailure(BunFailure.Reason.CRASHED, obituary(dead, how));
        mourn(dead.release(), answered, pool.hadRequests(dead.worker()), failure, cause);
    }

    private static String obituary(RunningWorker dead, String how) throws InterruptedException {
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
     * Starts the next one, and only when it is ready lets the current one go.
     *
     * @return the one that is watched from now on; null when the next is to be started by {@link #run}
     */
    private RunningWorker replace(RunningWorker current, Replacement why) throws InterruptedException {
        if (!supervisor.mayReplace().tryAcquire()) {
            return current; // One place after the other; asked again at the next look.
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
            if (settings.bunPort() != 0) {
                // The next one needs the same port.
                occupant = null;
                count(why.cause());
                retire(current, pool.retire(current.worker()));
                return null;
            }
            RunningWorker next = startOne(release);
            LeastLoadedPool.Load rest = pool.replace(current.worker(), next.worker());
            forgetWhenEnded(next);
            if (!current.process().isAlive()) {
                forget(current);
                count(RestartCause.CRASHED);
                Event.WORKER_ENDED.log(
                        LOG,
                        "{problem}",
                        obituary(current, exit(current) + " before it was replaced"),
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
            occupant = current;
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

    /** Lets a worker end what it has to do; it may hang even now. */
    private void retire(RunningWorker old, LeastLoadedPool.Load rest) {
        retiring.incrementAndGet();
        String name = old.worker().name();
        long deadline = System.nanoTime() + settings.stopTimeout().toNanos();
        try {
            int left = rest.awaitEnd(LOOK_EVERY);
            while (left > 0 && System.nanoTime() - deadline < 0) {
                if (old.isHung(LOOK_EVERY)) {
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
                left = rest.awaitEnd(LOOK_EVERY);
            }
            if (left > 0) {
                Event.REQUESTS_CUT.log(
                        LOG,
                        "{requests} requests to {worker} did not finish within VTS_STOP_TIMEOUT and are cut",
                        left,
                        name);
            }
            // What is cut now is the cause of nothing.
            pool.removeStopped(old.worker());
            old.process().stop(LAST_GRACE);
        } catch (InterruptedException e) {
            old.process().kill();
        } finally {
            retiring.decrementAndGet();
        }
    }

    /** Notes a crash and waits for as long as it is wise to before the next start. */
    private void mourn(WorkerRevision release, Duration answered, boolean hadRequests, BunFailure failure, RestartCause cause)
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

    /** Notes a crash; what is to run after a restart or a new build has none yet. */
    private Duration count(WorkerRevision release, Duration answered, boolean hadRequests) {
        if (release != crashed) {
            backoff.forget();
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

        /** @param hadRequests whether a client's request, which may have ended it, had been sent to it */
        StartFailedException(BunFailure.Reason reason, String message, boolean hadRequests) {
            super(message);
            this.failure = new BunFailure(reason, message);
            this.hadRequests = hadRequests;
        }
    }
}
