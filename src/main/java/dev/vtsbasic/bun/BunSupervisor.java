package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.settings.WorkerRules;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps Bun workers running, each in a {@link WorkerSlot}: decides which build they run, and gives up when the workers
 * of all slots keep crashing. Safe for any number of threads.
 */
public final class BunSupervisor implements Upstream {
    private static final Logger LOG = LoggerFactory.getLogger(BunSupervisor.class);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(5);

    private static final Replacement ASKED = new Replacement(RestartCause.ASKED, "a restart was asked for");
    private static final Replacement NEW_BUILD = new Replacement(RestartCause.NEW_BUILD, "there is a new build");

    /** Number of the slot that tries a new build first. */
    private static final int CANARY = 1;

    private final BunBinary bun;
    private final String base;
    private final Settings settings;
    private final WorkerRules rules;
    private final RunDirectory run;
    private final WorkingDirectory workingDirectory;
    private final OrphanReaper orphans = OrphanReaper.start();
    private final LeastLoadedPool pool;
    private final List<WorkerSlot> slots;
    private final Set<BunProcess> processes = ConcurrentHashMap.newKeySet();
    private final Semaphore mayReplace = new Semaphore(1);
    private final CompletableFuture<Duration> firstReady = new CompletableFuture<>();
    private final CompletableFuture<BunFailure> failure = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Integer> crashLoops = new HashSet<>();
    private final Map<RestartCause, LongAdder> restarts = new EnumMap<>(RestartCause.class);
    private final AtomicReference<WorkerRevision> notFoundIn = new AtomicReference<>();
    private volatile WorkerRevision release;
    private volatile Deployment deployment;
    private volatile boolean stopping;

    /** A new build on trial in the canary slot. */
    private record Deployment(WorkerRevision release, CompletableFuture<Optional<BunFailure>> outcome) {}

    private BunSupervisor(
            BunBinary bun,
            Dist dist,
            String base,
            Settings settings,
            WorkingDirectory workingDirectory,
            RunDirectory run) {
        this.bun = bun;
        this.base = base;
        this.settings = settings;
        this.rules = settings.workers().rules();
        this.workingDirectory = workingDirectory;
        this.run = run;
        this.release = WorkerRevision.first(dist);
        for (RestartCause cause : RestartCause.values()) {
            restarts.put(cause, new LongAdder());
        }
        this.pool = new LeastLoadedPool(settings.proxy().holdQueue());
        this.slots = IntStream.rangeClosed(1, rules.count())
                .mapToObj(number -> new WorkerSlot(number, this, settings, pool))
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
        // Before the run directory, because a failure here would leave that directory behind.
        WorkingDirectory workingDirectory = WorkingDirectory.of(settings);
        BunSupervisor supervisor =
                new BunSupervisor(bun, dist, base, settings, workingDirectory, RunDirectory.in(runDirectories));
        supervisor.slots.forEach(WorkerSlot::start);
        return supervisor;
    }

    @Override
    public WorkerPool pool() {
        return pool;
    }

    @Override
    public CompletableFuture<Duration> firstReady() {
        return firstReady;
    }

    @Override
    public CompletableFuture<BunFailure> failure() {
        return failure;
    }

    @Override
    public List<SlotHealth> health() {
        boolean givenUp = givenUp();
        if (slots.size() == 1) {
            return List.of(slots.get(0).health(PROBE_TIMEOUT, givenUp));
        }
        List<CompletableFuture<SlotHealth>> asked = slots.stream()
                .map(slot -> CompletableFuture.supplyAsync(() -> slot.health(PROBE_TIMEOUT, givenUp), this::ask))
                .toList();
        return asked.stream().map(CompletableFuture::join).toList();
    }

    private void ask(Runnable question) {
        Thread thread = new Thread(question, "vts-health");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public boolean givenUp() {
        return pool.givenUp().isPresent();
    }

    @Override
    public List<SlotSnapshot> places() {
        return slots.stream().map(WorkerSlot::view).toList();
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
        return restarts.get(cause).sum();
    }

    void count(RestartCause cause) {
        if (!stopping) {
            restarts.get(cause).increment();
        }
    }

    @Override
    public String build() {
        return release.buildId();
    }

    @Override
    public Instant buildSince() {
        return release.since();
    }

    @Override
    public String bunVersion() {
        return bun.version();
    }

    /**
     * Replaces all workers, one slot at a time. Each worker goes on until its successor is ready, except with a fixed
     * {@code VTS_BUN_PORT}. After giving up, starts workers again.
     */
    @Override
    public boolean restart() {
        change(() -> {
            release = release.next(release.dist(), ASKED);
            resume();
        });
        return true;
    }

    /** Allows starts and requests again after crashes. */
    private void resume() {
        crashLoops.clear();
        pool.unblock();
        pool.resume();
    }

    /**
     * Replaces all workers by workers that run another build, if the first of these becomes ready. To be called for one
     * build at a time: a further call before the first has completed leaves that one incomplete.
     *
     * @return completes empty when the first new worker is ready, or with the reason why it is not; then the other
     *     workers stay
     */
    public CompletableFuture<Optional<BunFailure>> deploy(Dist dist) {
        workingDirectory.warnIfReplaced();
        Deployment next = new Deployment(release.next(dist, NEW_BUILD), new CompletableFuture<>());
        change(() -> deployment = next);
        return next.outcome();
    }

    /** Whether no worker that runs a build other than the one in service still gets requests. */
    public boolean runsOneBuild() {
        return slots.stream().allMatch(slot -> slot.runsNothingBut(release));
    }

    boolean isStopping() {
        return stopping;
    }

    /** Path, base path included, that a probe requests to see whether a worker answers. */
    String readyPath() {
        return base + settings.workers().readyPath();
    }

    /** A slot may replace its worker only while it holds the one permit. */
    Semaphore mayReplace() {
        return mayReplace;
    }

    /** The revision that the worker in this slot has to run; the canary slot gets a build on trial. */
    WorkerRevision releaseFor(int slot) {
        Deployment trial = deployment;
        return slot == CANARY && trial != null ? trial.release() : release;
    }

    BunProcess spawn(String name, WorkerRevision release) throws IOException {
        BunProcess process = BunProcess.start(name, bun, release.dist(), workingDirectory.path(), base, settings, run);
        processes.add(process);
        process.whenEnded(() -> processes.remove(process));
        if (stopping) {
            process.kill(); // close() may have listed the processes before this one was added.
        }
        return process;
    }

    /**
     * Records that a worker is ready.
     *
     * @param took how long its start took
     * @return whether it may serve: false when all workers were given up while it started
     */
    boolean ready(int slot, WorkerRevision accepted, Duration took) {
        lock.lock();
        try {
            if (!mayStart(slot)) {
                return false;
            }
            crashLoops.remove(slot);
            Deployment trial = deployment;
            if (trial != null && trial.release() == accepted) {
                release = accepted;
                deployment = null;
                resume();
                changed.signalAll();
                trial.outcome().complete(Optional.empty());
            }
        } finally {
            lock.unlock();
        }
        firstReady.complete(took);
        return true;
    }

    /** Logs, once for all workers of a revision, that the app has no page at the ready path. */
    void readyPathNotFound(WorkerRevision found, String worker) {
        if (notFoundIn.getAndSet(found) != found) {
            Event.READY_PATH_NOT_FOUND.log(
                    LOG,
                    "{worker} answers {path} with status 404; VTS_READY_PATH sets what is asked",
                    worker,
                    readyPath());
        }
    }

    /** After giving up, no worker starts until a restart or a new build, which the canary slot tries first. */
    private boolean mayStart(int slot) {
        return pool.givenUp().isEmpty() || slot == CANARY && deployment != null;
    }

    /**
     * Records that a worker did not become ready. If it ran a build on trial, that build is rejected.
     *
     * @return whether it ran a build on trial
     */
    boolean rejected(WorkerRevision rejected, BunFailure why) {
        Deployment trial = deployment;
        if (trial == null || trial.release() != rejected) {
            return false;
        }
        change(() -> deployment = null);
        trial.outcome().complete(Optional.of(why));
        return true;
    }

    /**
     * Records that a worker crashed.
     *
     * @param hadRequests whether a client's request had been sent to it; then the crash is no failed start
     * @param loop whether the workers of this slot keep crashing
     */
    void crashed(int slot, BunFailure why, boolean hadRequests, boolean loop) {
        pool.note(why.message());
        BunFailure givenUp = new BunFailure(
                why.reason(),
                "Bun crashed " + rules.maxCrashes() + " times within "
                        + rules.crashWindow().toSeconds() + " s and is not started again. " + why.message());
        if (giveUp(slot, loop, givenUp.message())) {
            Event.WORKERS_GIVEN_UP.log(LOG, "{problem}", givenUp.message());
            failure.complete(givenUp);
        } else if (!firstReady.isDone() && !hadRequests) {
            failure.complete(why);
        }
    }

    /** Gives up when the workers of all slots keep crashing, and none of them has become ready since. */
    private boolean giveUp(int slot, boolean loop, String why) {
        lock.lock();
        try {
            if (loop) {
                crashLoops.add(slot);
            }
            if (crashLoops.size() < slots.size() || pool.givenUp().isPresent()) {
                return false;
            }
            pool.giveUp(why);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for {@code pause}, or until there is another revision to run; then waits until a worker may start in this
     * slot. Returns at once when the supervisor stops.
     */
    void awaitNextStart(int slot, WorkerRevision crashed, Duration pause) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            for (long left = pause.toNanos(); !stopping && releaseFor(slot) == crashed && left > 0; ) {
                left = changed.awaitNanos(left);
            }
            while (!stopping && !mayStart(slot)) {
                changed.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Stops all workers. Those that do not end within {@code VTS_STOP_TIMEOUT} are killed. */
    @Override
    public void close() {
        close(settings.server().stopTimeout());
    }

    @Override
    public void close(Duration grace) {
        change(() -> stopping = true);
        pool.close();
        orphans.close();
        try {
            List<Thread> ends = processes.stream()
                    .map(process -> stopInBackground(process, grace))
                    .toList();
            for (Thread end : ends) {
                end.join();
            }
            for (WorkerSlot slot : slots) {
                slot.join(JOIN_TIMEOUT);
            }
        } catch (InterruptedException e) {
            processes.forEach(BunProcess::kill);
            Thread.currentThread().interrupt();
        }
        try {
            run.close();
        } catch (IOException e) {
            Event.LEFT_BEHIND.log(LOG, "Left behind: {problem}", e.getMessage());
        }
    }

    private static Thread stopInBackground(BunProcess process, Duration grace) {
        Thread thread = new Thread(
                () -> {
                    try {
                        process.stop(grace);
                    } catch (InterruptedException e) {
                        process.kill();
                    }
                },
                "vts-stop");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
