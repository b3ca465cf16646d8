package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.bun.pool.LeastLoadedPool;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.WorkerRules;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides for all slots which revision their workers run, and gives up when the workers of all slots keep crashing.
 * Safe for any number of threads.
 */
final class SlotCoordinator implements SlotOwner {
    private static final Logger LOG = LoggerFactory.getLogger(SlotCoordinator.class);

    private static final Replacement ASKED = new Replacement(RestartCause.ASKED, "a restart was asked for");
    private static final Replacement NEW_BUILD = new Replacement(RestartCause.NEW_BUILD, "there is a new build");

    /** Number of the slot that tries a new build first. */
    private static final int CANARY_SLOT = 1;

    private final WorkerRules rules;
    private final LeastLoadedPool pool;
    private final Semaphore replacementPermit = new Semaphore(1);
    private final CompletableFuture<Duration> firstReady = new CompletableFuture<>();
    private final CompletableFuture<BunFailure> failure = new CompletableFuture<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Set<Integer> crashLoops = new HashSet<>();
    private final Map<RestartCause, LongAdder> restarts = new EnumMap<>(RestartCause.class);
    private volatile WorkerRevision revision;
    private volatile Trial trial;
    private volatile boolean stopping;

    /** A new build on trial in the canary slot. */
    private record Trial(WorkerRevision revision, CompletableFuture<Optional<BunFailure>> outcome) {}

    SlotCoordinator(Dist dist, WorkerRules rules, LeastLoadedPool pool) {
        this.revision = WorkerRevision.first(dist);
        this.rules = rules;
        this.pool = pool;
        for (RestartCause cause : RestartCause.values()) {
            restarts.put(cause, new LongAdder());
        }
    }

    /** Completes with the time that the start of the first ready worker took. */
    CompletableFuture<Duration> firstReady() {
        return firstReady;
    }

    /** Completes when the first start failed or all workers were given up. */
    CompletableFuture<BunFailure> failure() {
        return failure;
    }

    /** The revision in service. */
    WorkerRevision revision() {
        return revision;
    }

    long restarts(RestartCause cause) {
        return restarts.get(cause).sum();
    }

    /** Makes all slots replace their workers, and allows starts again after giving up. */
    void restart() {
        change(() -> {
            revision = revision.next(revision.dist(), ASKED);
            resume();
        });
    }

    /** Allows starts and requests again after crashes. */
    private void resume() {
        crashLoops.clear();
        pool.unblock();
        pool.resume();
    }

    /**
     * Puts a build on trial. Completes empty when its first worker is ready, or with the reason why that worker did not
     * become ready.
     */
    CompletableFuture<Optional<BunFailure>> deploy(Dist dist) {
        Trial next = new Trial(revision.next(dist, NEW_BUILD), new CompletableFuture<>());
        change(() -> trial = next);
        return next.outcome();
    }

    /** Makes all slots end. */
    void stop() {
        change(() -> stopping = true);
    }

    @Override
    public boolean isStopping() {
        return stopping;
    }

    @Override
    public WorkerRevision revisionFor(int slot) {
        Trial current = trial;
        return slot == CANARY_SLOT && current != null ? current.revision() : revision;
    }

    @Override
    public Semaphore replacementPermit() {
        return replacementPermit;
    }

    @Override
    public void countRestart(RestartCause cause) {
        if (!stopping) {
            restarts.get(cause).increment();
        }
    }

    @Override
    public boolean admit(int slot, WorkerRevision accepted, Duration took) {
        lock.lock();
        try {
            if (!mayStart(slot)) {
                return false;
            }
            crashLoops.remove(slot);
            Trial current = trial;
            if (current != null && current.revision() == accepted) {
                revision = accepted;
                trial = null;
                resume();
                changed.signalAll();
                current.outcome().complete(Optional.empty());
            }
        } finally {
            lock.unlock();
        }
        firstReady.complete(took);
        return true;
    }

    /**
     * Whether a worker may start in this slot. After giving up, only the canary slot may start one, for a new build; a
     * restart allows all slots to start workers again.
     */
    private boolean mayStart(int slot) {
        return pool.givenUp().isEmpty() || slot == CANARY_SLOT && trial != null;
    }

    @Override
    public boolean reject(WorkerRevision rejected, BunFailure why) {
        Trial current = trial;
        if (current == null || current.revision() != rejected) {
            return false;
        }
        change(() -> trial = null);
        current.outcome().complete(Optional.of(why));
        return true;
    }

    @Override
    public void recordCrash(int slot, BunFailure why, boolean hadRequests, boolean loop) {
        pool.recordTrouble(why.message());
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

    /**
     * Gives up if the workers of all slots keep crashing and none has become ready since. Returns true only if this
     * call gave up.
     */
    private boolean giveUp(int slot, boolean loop, String why) {
        lock.lock();
        try {
            if (loop) {
                crashLoops.add(slot);
            }
            if (crashLoops.size() < rules.count() || pool.givenUp().isPresent()) {
                return false;
            }
            pool.giveUp(why);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void awaitNextStart(int slot, WorkerRevision crashed, Duration pause) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            for (long left = pause.toNanos(); !stopping && revisionFor(slot) == crashed && left > 0; ) {
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
}
