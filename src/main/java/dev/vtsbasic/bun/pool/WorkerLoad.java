package dev.vtsbasic.bun.pool;

import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerExit;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/**
 * The requests of one worker: in-flight ones, endless ones, and those that recently ended with or without a response.
 * The pool's lock guards it: {@link #awaitEnd} and the methods that a lease calls take that lock, and callers of the
 * other methods hold it.
 */
public final class WorkerLoad {
    private static final long SLOW_START_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final double MIN_SLOW_START_SHARE = 0.1;

    /** Size limit of {@link #givenUp}. */
    private static final int MAX_GIVEN_UP = 100;

    /** Size limit of {@link #answered}. */
    private static final int MAX_ANSWERED = 32;

    private final Worker worker;
    private final ReentrantLock lock;
    private final Condition changed;
    private final long readySince = System.nanoTime();
    private final Set<PoolLease> endless = ConcurrentHashMap.newKeySet();
    private final Set<PoolLease> inFlight = new LinkedHashSet<>();

    /** Closed without a complete response, so that the worker may still be working on them; oldest first. */
    private final Deque<PoolLease> givenUp = new ArrayDeque<>();

    /** The last requests that got a complete response; oldest first. */
    private final Deque<PoolLease> answered = new ArrayDeque<>();

    private boolean retired;
    private boolean ended;
    private long endedAt;
    private volatile boolean hadRequests;
    private long requests;
    private int retries;
    private long lastLease;

    /** @param changed signalled when the worker has ended, and when a retry or its last in-flight request
     *     has ended */
    WorkerLoad(Worker worker, ReentrantLock lock, Condition changed) {
        this.worker = worker;
        this.lock = lock;
        this.changed = changed;
    }

    Worker worker() {
        return worker;
    }

    /**
     * Ends the endless requests, and waits until the others have ended.
     *
     * @return how many are left when {@code timeout} has passed
     */
    public int awaitEnd(Duration timeout) throws InterruptedException {
        // Called without the lock, because ending a request closes its connection and its lease.
        endless.forEach(lease -> lease.end.run());
        lock.lockInterruptibly();
        try {
            for (long left = timeout.toNanos(); !inFlight.isEmpty() && left > 0; ) {
                left = changed.awaitNanos(left);
            }
            return inFlight.size();
        } finally {
            lock.unlock();
        }
    }

    /** The number of open requests including the next one, multiplied by up to ten during the worker's slow start. */
    double cost(long now) {
        double age = (double) (now - readySince) / SLOW_START_NANOS;
        return (inFlight.size() + endless.size() + 1) / Math.min(1, Math.max(MIN_SLOW_START_SHARE, age));
    }

    /** @param number the lease's number among all of the pool */
    PoolLease lease(long number, LeasedRequest request, BiConsumer<WorkerLoad, LeasedRequest> onResponse) {
        lastLease = number;
        requests++;
        PoolLease lease = new PoolLease(this, request, requests, onResponse);
        inFlight.add(lease);
        retries += request.isRetry() ? 1 : 0;
        return lease;
    }

    long lastLease() {
        return lastLease;
    }

    /** How many requests the worker was leased for. */
    long requests() {
        return requests;
    }

    /** Records that a request was sent to the worker. */
    void markUsed() {
        hadRequests = true;
    }

    boolean hadRequests() {
        return hadRequests;
    }

    /** Records that the worker gets no more requests; one that becomes endless is ended at once. */
    void markRetired() {
        retired = true;
    }

    void markEnded() {
        retired = true;
        ended = true;
        endedAt = System.nanoTime();
    }

    /** Whether the worker ran on for at least {@code nanos} after {@code since}. */
    boolean survivedFor(long since, long nanos) {
        return !ended || endedAt - since >= nanos;
    }

    WorkerExit awaitExit(PoolLease lease, long deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            for (long left = deadline - System.nanoTime(); !ended && left > 0; ) {
                left = changed.awaitNanos(left);
            }
            if (!ended) {
                return WorkerExit.NONE;
            }
            return lease.isCause ? WorkerExit.ENDED_BY_REQUEST : WorkerExit.ENDED;
        } finally {
            lock.unlock();
        }
    }

    /** Returns true if the caller has to end the request, because the worker is already being replaced. */
    boolean addEndless(PoolLease lease, Runnable end) {
        lock.lock();
        try {
            if (lease.closed || lease.end != null) {
                return false;
            }
            lease.end = end;
            endless.add(lease);
            // The response has begun and is endless, so the request counts as answered now.
            lease.markAnswered();
            removeInFlight(lease);
            return retired;
        } finally {
            lock.unlock();
        }
    }

    void close(PoolLease lease) {
        lock.lock();
        try {
            if (lease.closed) {
                return;
            }
            lease.closed = true;
            if (lease.end == null) {
                removeInFlight(lease);
            } else {
                endless.remove(lease);
            }
            if (lease.wasSent() && !ended) {
                lease.closedAt = System.nanoTime();
                Deque<PoolLease> closed = lease.isAnswered() ? answered : givenUp;
                if (closed.size() == (lease.isAnswered() ? MAX_ANSWERED : MAX_GIVEN_UP)) {
                    closed.removeFirst();
                }
                closed.add(lease);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether one of the in-flight requests is a retry. */
    boolean servesRetry() {
        return retries > 0;
    }

    private void removeInFlight(PoolLease lease) {
        boolean wasRetry = inFlight.remove(lease) && lease.request.isRetry();
        retries -= wasRetry ? 1 : 0;
        if (wasRetry || inFlight.isEmpty()) {
            changed.signalAll();
        }
    }

    List<PoolLease> inFlightAtApp(BegunRequests begun) {
        return atApp(inFlight, begun);
    }

    List<PoolLease> endlessAtApp(BegunRequests begun) {
        return atApp(endless, begun);
    }

    List<PoolLease> givenUpAtApp(BegunRequests begun) {
        return atApp(givenUp, begun);
    }

    /** Of {@code leases}, those whose requests were sent and may have reached the app. */
    private List<PoolLease> atApp(Collection<PoolLease> leases, BegunRequests begun) {
        return leases.stream()
                .filter(lease -> lease.wasSent() && !begun.excludes(lease.request, requests - lease.number))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** The endless requests and those that were given up. */
    List<PoolLease> endlessAndGivenUp() {
        List<PoolLease> all = new ArrayList<>(endless);
        all.addAll(givenUp);
        return all;
    }

    /** The requests whose responses were complete after {@code nanoTime}. */
    List<PoolLease> answeredSince(long nanoTime) {
        return answered.stream().filter(lease -> lease.closedAt - nanoTime > 0).toList();
    }

    /** The requests whose responses were complete in the last {@code nanos} before the last response. */
    List<PoolLease> answeredBeforeLastResponse(long nanos) {
        return answered.isEmpty() ? List.of() : answeredSince(answered.getLast().closedAt - nanos);
    }
}
