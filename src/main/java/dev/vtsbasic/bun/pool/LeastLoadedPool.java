package dev.vtsbasic.bun.pool;

import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Leases the ready workers to requests. A request waits in the pool while no worker is ready. Safe for any number of
 * threads.
 *
 * <p>A request goes to the worker with the fewest requests in flight, as with nginx's {@code least_conn}. For its first
 * 10 s a worker counts as up to ten times as busy, because it still has to compile code that the others have compiled.
 */
public final class LeastLoadedPool implements WorkerPool {
    /** Size limit of {@link #exits}. Fewer workers than this can end at the same time. */
    private static final int MAX_EXITS = 200;

    /**
     * How long a retry waits for a worker that serves no other retry. A worker that ends leaves several requests behind,
     * one of which may end the next worker; the others must not be beside it again.
     */
    private static final Duration RETRY_WAIT = Duration.ofSeconds(1);

    private static final Seeker NO_SEEKER = () -> LeasedRequest.of("", "", "");

    private final int maxWaiting;
    private final long retryWaitNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Worker, WorkerLoad> ready = new HashMap<>();
    private final Map<Worker, WorkerLoad> retired = new HashMap<>();

    /** Workers that listen but are not ready yet; they get requests only while no worker is ready. */
    private final Map<Worker, WorkerLoad> listening = new HashMap<>();

    private final SuspicionTracker suspicions = new SuspicionTracker();
    private final BiConsumer<WorkerLoad, LeasedRequest> onResponse = this::clearSuspicion;

    /** The last workers that ended, the oldest first. */
    private final Map<Worker, Exit> exits = new LinkedHashMap<>();

    private int waiting;
    private long leases;
    private boolean closed;
    private String givenUp;
    private String trouble;
    private boolean starting = true;

    /**
     * How a worker ended.
     *
     * @param cause the request that ended it, as far as the evidence shows
     * @param hadRequests whether a client's request had been sent to it
     */
    private record Exit(Optional<LeasedRequest> cause, boolean hadRequests) {}

    /** @param maxWaiting how many requests may wait at a time; further ones are rejected at once */
    public LeastLoadedPool(int maxWaiting) {
        this(maxWaiting, RETRY_WAIT);
    }

    LeastLoadedPool(int maxWaiting, Duration retryWait) {
        this.maxWaiting = maxWaiting;
        this.retryWaitNanos = retryWait.toNanos();
    }

    @Override
    public Optional<WorkerLease> lease(Worker avoid, long deadline) throws InterruptedException {
        return lease(avoid, deadline, NO_SEEKER);
    }

    @Override
    public Optional<WorkerLease> lease(Worker avoid, long deadline, Seeker seeker) throws InterruptedException {
        long aloneUntil = System.nanoTime() + retryWaitNanos;
        lock.lockInterruptibly();
        boolean counted = false;
        try {
            while (!closed && givenUp == null) {
                if (suspicions.isBlocked(seeker.request())) {
                    seeker.onBlocked();
                    return Optional.empty();
                }
                long now = System.nanoTime();
                boolean alone = seeker.request().isRetry() && now - aloneUntil < 0;
                WorkerLoad load = leastLoaded(avoid, alone, now);
                if (load != null) {
                    return Optional.of(load.lease(++leases, seeker.request(), onResponse));
                }
                if (!counted && waiting == maxWaiting) {
                    seeker.onRejected();
                    return Optional.empty();
                }
                if (!counted) {
                    waiting++;
                    counted = true;
                    seeker.onWait();
                }
                long left = deadline - now;
                if (left <= 0) {
                    return Optional.empty();
                }
                changed.awaitNanos(alone ? Math.min(left, aloneUntil - now) : left);
            }
            return Optional.empty();
        } finally {
            waiting -= counted ? 1 : 0;
            lock.unlock();
        }
    }

    /** @param alone whether workers that serve a retry are left out */
    private WorkerLoad leastLoaded(Worker avoid, boolean alone, long now) {
        WorkerLoad best = null;
        double least = Double.MAX_VALUE;
        for (WorkerLoad load : ready.isEmpty() ? listening.values() : ready.values()) {
            double cost = load.cost(now);
            boolean better = cost < least || cost == least && load.lastLease() < best.lastLease();
            if (better && !load.worker().equals(avoid) && !(alone && load.servesRetry())) {
                best = load;
                least = cost;
            }
        }
        return best;
    }

    private void clearSuspicion(WorkerLoad load, LeasedRequest request) {
        if (suspicions.hasAny()) {
            SuspicionTracker.log(locked(() -> suspicions.recordResponse(load, request)));
        }
    }

    @Override
    public int waiting() {
        return locked(() -> waiting);
    }

    /** The request that ended a worker, as far as the evidence shows; empty when the cause is unknown. */
    public Optional<LeasedRequest> cause(Worker ended) {
        return exit(ended).flatMap(Exit::cause);
    }

    /**
     * Whether a client's request was sent to this ended worker. Such a request may have ended it, even long after it
     * was sent.
     */
    public boolean hadRequests(Worker ended) {
        return exit(ended).map(Exit::hadRequests).orElse(false);
    }

    private Optional<Exit> exit(Worker ended) {
        return locked(() -> Optional.ofNullable(exits.get(ended)));
    }

    /** The requests that the pool rejects for now, because workers ended at them. */
    public List<BlockedRequest> blocked() {
        return locked(suspicions::blocked);
    }

    /** Unblocks all requests, because a restarted app or a new build may be able to serve them. */
    public void unblock() {
        change(suspicions::clear);
    }

    boolean isEmpty() {
        return locked(ready::isEmpty);
    }

    /** How many requests {@code worker} was leased for; 0 when it is not ready. */
    public long requests(Worker worker) {
        return locked(() -> {
            WorkerLoad load = ready.get(worker);
            return load == null ? 0 : load.requests();
        });
    }

    /**
     * Adds a worker that listens but has not responded yet. It gets the waiting requests while no worker is ready,
     * because the app itself may have sent one of them: an app may request something from this server before it can
     * respond.
     */
    public void addListening(Worker worker) {
        change(() -> listening.computeIfAbsent(worker, this::newLoad));
    }

    public void add(Worker worker) {
        change(() -> {
            WorkerLoad load = listening.remove(worker);
            ready.put(worker, load == null ? newLoad(worker) : load);
            starting = false;
            trouble = null;
        });
    }

    private WorkerLoad newLoad(Worker worker) {
        return new WorkerLoad(worker, lock, changed);
    }

    /** Records why a worker ended or did not become ready, for {@link #trouble}. */
    public void recordTrouble(String why) {
        change(() -> trouble = why);
    }

    @Override
    public Optional<String> trouble() {
        return locked(() -> ready.isEmpty() ? Optional.ofNullable(trouble) : Optional.empty());
    }

    @Override
    public boolean isStarting() {
        return locked(() -> starting);
    }

    /** Ends the wait of all requests, and leases no worker until {@link #resume}. */
    public void giveUp(String why) {
        change(() -> {
            givenUp = why;
            trouble = why;
        });
    }

    /** Lets requests wait for workers again. */
    public void resume() {
        change(() -> givenUp = null);
    }

    @Override
    public Optional<String> givenUp() {
        return locked(() -> Optional.ofNullable(givenUp));
    }

    /**
     * Removes a worker that ended by itself. If the app had only one request, that request is not retried. If it had
     * several, and only one of them (by method and path) was a retry, that one is not retried again.
     *
     * @param begun the requests that the app received; a request may also have been sent after the worker had ended
     */
    public void remove(Worker worker, BegunRequests begun) {
        remove(worker, load -> ExitEvidence.ofExit(load, begun));
    }

    /**
     * As {@link #remove}, for a worker that SIGKILL ended, from outside or because memory ran out. A request that began
     * less than 500 ms before is not the cause.
     */
    public void removeKilled(Worker worker, BegunRequests begun) {
        remove(worker, load -> ExitEvidence.ofKill(load, begun));
    }

    /**
     * Removes a worker that hangs. To be called before the worker is killed.
     *
     * @param begun the requests that the app received; the last of them is not retried
     */
    public void removeHung(Worker worker, BegunRequests begun) {
        remove(worker, load -> ExitEvidence.ofHang(load, begun));
    }

    /** Removes a worker that this program stops; none of its requests is the cause. */
    public void removeStopped(Worker worker) {
        remove(worker, load -> ExitEvidence.NONE);
    }

    private void remove(Worker worker, Function<WorkerLoad, ExitEvidence> evidenceOf) {
        List<BlockedRequest> newlyBlocked;
        lock.lock();
        try {
            WorkerLoad load = ready.remove(worker);
            load = load == null ? retired.remove(worker) : load;
            load = load == null ? listening.remove(worker) : load;
            if (load == null) {
                return;
            }
            load.markEnded();
            // After close(), this program stops all workers, so no request is the cause.
            ExitEvidence evidence = closed ? ExitEvidence.NONE : evidenceOf.apply(load);
            evidence.causes().forEach(lease -> lease.isCause = true);
            newlyBlocked = suspicions.recordEnd(evidence);
            if (exits.size() == MAX_EXITS) {
                exits.remove(exits.keySet().iterator().next());
            }
            exits.put(worker, new Exit(evidence.cause(), load.hadRequests()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        SuspicionTracker.log(newlyBlocked);
    }

    /**
     * Sends new requests to {@code next} instead of {@code old}.
     *
     * @return the requests that {@code old} still serves; none if it has ended
     */
    public WorkerLoad replace(Worker old, Worker next) {
        return locked(() -> {
            add(next);
            return retire(old);
        });
    }

    /**
     * Sends no more requests to a worker.
     *
     * @return the requests that it still serves; none if it has ended
     */
    public WorkerLoad retire(Worker old) {
        lock.lock();
        try {
            changed.signalAll();
            WorkerLoad rest = ready.remove(old);
            if (rest == null) {
                return newLoad(old);
            }
            rest.markRetired();
            retired.put(old, rest);
            return rest;
        } finally {
            lock.unlock();
        }
    }

    public void close() {
        change(() -> closed = true);
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

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
