package dev.vtsbasic.bun;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerExit;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leases the ready workers to requests; a request waits here while no worker is ready. Safe for any number of threads.
 *
 * <p>A request goes to the worker with the fewest requests in flight, as with nginx's {@code least_conn}. For its first
 * 10 s a worker counts as up to ten times as busy, because it still has to compile what the others have compiled.
 */
final class LeastLoadedPool implements WorkerPool {
    private static final long SLOW_START_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final double MIN_SLOW_START_SHARE = 0.1;

    private static final Logger LOG = LoggerFactory.getLogger(LeastLoadedPool.class);

    /** Size limit of {@link #ends}; more workers than that cannot end at the same time. */
    private static final int MAX_ENDS = 200;

    /** The end of a worker may be noticed this long after a request to it broke off. */
    private static final long NOTICE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** When SIGKILL ended a worker, for example because memory ran out, a younger request is not the cause. */
    private static final long MIN_AGE_AT_KILL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long a worker may go on working on a request that was given up. */
    private static final long GIVEN_UP_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** How many given-up requests are remembered per worker. */
    private static final int MAX_GIVEN_UP = 100;

    /** How long after its response a request may still end its worker, by a timer for example. */
    private static final long MAX_DELAYED_EXIT_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How many answered requests are remembered per worker. */
    private static final int MAX_ANSWERED = 32;

    /** Size limit of {@link #watched}. */
    private static final int MAX_WATCHED = 1000;

    private static final Seeker NO_SEEKER = new Seeker() {
        @Override
        public LeasedRequest request() {
            return LeasedRequest.of("", "", "");
        }

        @Override
        public void isBlocked() {
            // The caller passed no seeker to tell.
        }

        @Override
        public void waits() {
            // The caller passed no seeker to tell.
        }

        @Override
        public void isTurnedAway() {
            // The caller passed no seeker to tell.
        }
    };

    private final int mostWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Worker, Load> ready = new HashMap<>();
    private final Map<Worker, Load> retired = new HashMap<>();

    /** Workers that listen but are not ready yet; they get requests only while no worker is ready. */
    private final Map<Worker, Load> listening = new HashMap<>();

    private final BlockedRequests blocked = new BlockedRequests(System::nanoTime);

    /** While this is false, a response need not take the lock, because no request is suspected. */
    private volatile boolean anySuspected;

    /** Responses after which it is not known yet whether their workers live on; oldest first. */
    private final Deque<Answer> watched = new ArrayDeque<>();

    /** The last workers that ended, the oldest first. */
    private final Map<Worker, WorkerEnd> ends = new LinkedHashMap<>();

    private int waiting;
    private long leases;
    private boolean closed;
    private String givenUp;
    private String trouble;
    private boolean starting = true;

    /** @param mostWaiting how many requests may wait at a time; further ones are rejected at once */
    LeastLoadedPool(int mostWaiting) {
        this.mostWaiting = mostWaiting;
    }

    @Override
    public Optional<WorkerLease> lease(Worker avoid, long deadline) throws InterruptedException {
        return lease(avoid, deadline, NO_SEEKER);
    }

    @Override
    public Optional<WorkerLease> lease(Worker avoid, long deadline, Seeker seeker) throws InterruptedException {
        lock.lockInterruptibly();
        boolean counted = false;
        try {
            while (!closed && givenUp == null) {
                if (blocked.isBlocked(seeker.request())) {
                    seeker.isBlocked();
                    return Optional.empty();
                }
                Load load = leastLoaded(avoid, System.nanoTime());
                if (load != null) {
                    return Optional.of(load.lease(++leases, seeker.request()));
                }
                if (!counted && waiting == mostWaiting) {
                    seeker.isTurnedAway();
                    return Optional.empty();
                }
                if (!counted) {
                    waiting++;
                    counted = true;
                    seeker.waits();
                }
                long left = deadline - System.nanoTime();
                if (left <= 0 || !changed.await(left, TimeUnit.NANOSECONDS)) {
                    return Optional.empty();
                }
            }
            return Optional.empty();
        } finally {
            waiting -= counted ? 1 : 0;
            lock.unlock();
        }
    }

    @Override
    public int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    private Load leastLoaded(Worker avoid, long now) {
        Load best = null;
        double least = Double.MAX_VALUE;
        for (Load load : ready.isEmpty() ? listening.values() : ready.values()) {
            double cost = load.cost(now);
            boolean better = cost < least || cost == least && load.lastLease < best.lastLease;
            if (better && !load.worker.equals(avoid)) {
                best = load;
                least = cost;
            }
        }
        return best;
    }

    /** The request that ended a worker, as far as the evidence shows; empty when the cause is unknown. */
    Optional<LeasedRequest> cause(Worker ended) {
        lock.lock();
        try {
            WorkerEnd end = ends.get(ended);
            return end == null ? Optional.empty() : end.cause();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a client's request was sent to this ended worker; such a request may have ended it, however late. */
    boolean hadRequests(Worker ended) {
        lock.lock();
        try {
            WorkerEnd end = ends.get(ended);
            return end != null && end.hadRequests();
        } finally {
            lock.unlock();
        }
    }

    /** The requests that are rejected for now, because workers ended at them. */
    List<BlockedRequest> blocked() {
        lock.lock();
        try {
            return blocked.blocked();
        } finally {
            lock.unlock();
        }
    }

    /** Unblocks all requests, because a restarted app or a new build may be able to answer them. */
    void unblock() {
        change(() -> {
            blocked.clear();
            watched.clear();
            anySuspected = false;
        });
    }

    boolean isEmpty() {
        lock.lock();
        try {
            return ready.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** How many requests {@code worker} was leased for; 0 when it is not ready. */
    long requests(Worker worker) {
        lock.lock();
        try {
            Load load = ready.get(worker);
            return load == null ? 0 : load.requests;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Adds a worker that listens but has not answered yet. It gets the waiting requests while no worker is ready,
     * because the app itself may have sent one of them: an app may fetch something from this server before it can
     * answer.
     */
    void addListening(Worker worker) {
        change(() -> listening.putIfAbsent(worker, new Load(worker)));
    }

    void add(Worker worker) {
        change(() -> {
            Load load = listening.remove(worker);
            ready.put(worker, load == null ? new Load(worker) : load);
            starting = false;
            trouble = null;
        });
    }

    /** Records why a worker ended or did not become ready, for {@link #trouble}. */
    void note(String what) {
        change(() -> trouble = what);
    }

    @Override
    public Optional<String> trouble() {
        lock.lock();
        try {
            return ready.isEmpty() ? Optional.ofNullable(trouble) : Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isStarting() {
        lock.lock();
        try {
            return starting;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the wait of all requests, and leases no worker until {@link #resume}. */
    void giveUp(String why) {
        change(() -> {
            givenUp = why;
            trouble = why;
        });
    }

    /** Lets requests wait for workers again. */
    void resume() {
        change(() -> givenUp = null);
    }

    @Override
    public Optional<String> givenUp() {
        lock.lock();
        try {
            return Optional.ofNullable(givenUp);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Removes a worker that ended by itself. If the app had only one request, that request is not retried. If it had
     * several, and only one of them (by method and path) was a retry, that one is not retried again.
     *
     * @param begun the requests that the app received; a request may have been sent when the worker had already ended
     */
    void remove(Worker worker, BegunRequests begun) {
        removed(worker, load -> load.causesOfExit(begun, 0), load -> load.evidenceOfExit(begun, 0));
    }

    /**
     * As {@link #remove}, for a worker that SIGKILL ended, from outside or because memory ran out. A request that began
     * less than 500 ms before is not the cause.
     */
    void removeKilled(Worker worker, BegunRequests begun) {
        removed(
                worker,
                load -> load.causesOfExit(begun, MIN_AGE_AT_KILL_NANOS),
                load -> load.evidenceOfExit(begun, MIN_AGE_AT_KILL_NANOS));
    }

    /**
     * Removes a worker that hangs; call this before it is killed.
     *
     * @param begun the requests that the app received; the last of them is not retried
     */
    void removeHung(Worker worker, BegunRequests begun) {
        removed(worker, load -> load.causesOfHang(begun), load -> load.evidenceOfHang(begun));
    }

    /** Removes a worker that is ended on purpose; none of its requests is the cause. */
    void removeStopped(Worker worker) {
        removed(worker, load -> Causes.NONE, load -> Evidence.NONE);
    }

    private void removed(Worker worker, Function<Load, Causes> causesOf, Function<Load, Evidence> evidenceOf) {
        List<BlockedRequest> newlyBlocked = List.of();
        lock.lock();
        try {
            Load load = ready.remove(worker);
            load = load == null ? retired.remove(worker) : load;
            load = load == null ? listening.remove(worker) : load;
            if (load == null) {
                return;
            }
            load.ended = true;
            load.endedAt = System.nanoTime();
            Causes causes = closed ? Causes.NONE : causesOf.apply(load);
            causes.certain.forEach(lease -> lease.isCause = true);
            if (!closed) {
                Evidence evidence = evidenceOf.apply(load);
                newlyBlocked = blocked.ended(Load.requests(evidence.suspects), Load.requests(evidence.doubts));
                anySuspected = !blocked.isEmpty();
            }
            if (ends.size() == MAX_ENDS) {
                ends.remove(ends.keySet().iterator().next());
            }
            ends.put(worker, new WorkerEnd(causes.first(), load.hadRequests));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        log(newlyBlocked);
    }

    private static void log(List<BlockedRequest> newlyBlocked) {
        newlyBlocked.forEach(request -> Event.REQUEST_BLOCKED.log(
                LOG,
                "{request} ended {workers} workers, and is answered 502 without being sent for {seconds} s",
                request.request(),
                request.workers(),
                BlockedRequests.BLOCKED_FOR.toSeconds()));
    }

    private void acquit(Load load, LeasedRequest request) {
        List<BlockedRequest> newlyBlocked;
        lock.lock();
        try {
            newlyBlocked = new ArrayList<>(blocked.answered(request));
            long now = System.nanoTime();
            while (!watched.isEmpty() && now - watched.getFirst().at >= MAX_DELAYED_EXIT_NANOS) {
                Answer answer = watched.removeFirst();
                if (answer.wasSurvived()) {
                    newlyBlocked.addAll(blocked.survived(answer.request));
                }
            }
            if (blocked.hasDoubts() && watched.size() < MAX_WATCHED) {
                watched.add(new Answer(load, request, now));
            }
            anySuspected = !blocked.isEmpty();
        } finally {
            lock.unlock();
        }
        log(newlyBlocked);
    }

    /** A response and its worker. Ask {@link #wasSurvived} once {@link #MAX_DELAYED_EXIT_NANOS} have passed. */
    private record Answer(Load load, LeasedRequest request, long at) {
        boolean wasSurvived() {
            return !load.ended || load.endedAt - at >= MAX_DELAYED_EXIT_NANOS;
        }
    }

    /**
     * The requests that are not retried after the end of their worker, because all evidence points to them. There are
     * several only when they have the same method and path or, after a hang, the same id. The evidence is no proof, but
     * a mistake costs a request no more than its retry.
     */
    private record Causes(List<Lease> certain) {
        static final Causes NONE = new Causes(List.of());

        Optional<LeasedRequest> first() {
            return certain.stream().findFirst().map(lease -> lease.request);
        }
    }

    /**
     * The requests that may have ended a worker, see {@link BlockedRequests}.
     *
     * @param suspects the requests that were in flight
     * @param doubts others that may have ended the worker, for example by a timer: event streams, WebSockets, and
     *     requests that were answered or given up before
     */
    private record Evidence(List<Lease> suspects, List<Lease> doubts) {
        static final Evidence NONE = new Evidence(List.of(), List.of());
    }

    /**
     * How a worker ended.
     *
     * @param cause the request that ended it, as far as the evidence shows
     * @param hadRequests whether a client's request had been sent to it
     */
    private record WorkerEnd(Optional<LeasedRequest> cause, boolean hadRequests) {}

    /**
     * Sends new requests to {@code next} instead of {@code old}.
     *
     * @return the requests that {@code old} still has; none when it has ended
     */
    Load replace(Worker old, Worker next) {
        lock.lock();
        try {
            add(next);
            return retire(old);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends no more requests to a worker.
     *
     * @return the requests that it still has; none when it has ended
     */
    Load retire(Worker old) {
        lock.lock();
        try {
            changed.signalAll();
            Load rest = ready.remove(old);
            if (rest == null) {
                return new Load(old);
            }
            retired.put(old, rest);
            return rest;
        } finally {
            lock.unlock();
        }
    }

    void close() {
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

    /** The requests of one worker: in flight, endless, and those that were given up or answered lately. */
    final class Load {
        private final Worker worker;
        private final long readySince = System.nanoTime();
        private final Set<Lease> endless = ConcurrentHashMap.newKeySet();
        private final Set<Lease> underWay = new LinkedHashSet<>();

        /** Closed without a complete response, so that the worker may still be working on them; oldest first. */
        private final Deque<Lease> givenUp = new ArrayDeque<>();

        /** The last answered requests; oldest first. */
        private final Deque<Lease> answered = new ArrayDeque<>();

        private boolean ended;
        private long endedAt;
        private volatile boolean hadRequests;
        private long requests;
        private long lastLease;

        private Load(Worker worker) {
            this.worker = worker;
        }

        /**
         * Ends the endless requests, and waits until the others have ended.
         *
         * @return how many are left when {@code timeout} has passed
         */
        int awaitEnd(Duration timeout) throws InterruptedException {
            // Called without the lock, because ending a request closes its connection and its lease.
            endless.forEach(lease -> lease.end.run());
            lock.lockInterruptibly();
            try {
                for (long left = timeout.toNanos(); !underWay.isEmpty() && left > 0; ) {
                    left = changed.awaitNanos(left);
                }
                return underWay.size();
            } finally {
                lock.unlock();
            }
        }

        private double cost(long now) {
            double age = (double) (now - readySince) / SLOW_START_NANOS;
            return (underWay.size() + endless.size() + 1) / Math.min(1, Math.max(MIN_SLOW_START_SHARE, age));
        }

        private Lease lease(long number, LeasedRequest request) {
            lastLease = number;
            requests++;
            Lease lease = new Lease(this, request, requests);
            underWay.add(lease);
            return lease;
        }

        /** @param minAgeNanos how long ago a request must have begun to be the cause, in nanoseconds */
        private Causes causesOfExit(BegunRequests begun, long minAgeNanos) {
            long now = System.nanoTime();
            List<Lease> suspects = of(underWay, begun);
            of(givenUp, begun).stream()
                    .filter(lease -> now - lease.closedAt < NOTICE_NANOS)
                    .forEach(suspects::add);
            if (suspects.isEmpty()) {
                // Their clients disconnected, but the app's handlers may still run.
                of(givenUp, begun).stream()
                        .filter(lease -> now - lease.closedAt < GIVEN_UP_NANOS)
                        .forEach(suspects::add);
            }
            List<Lease> replays =
                    suspects.stream().filter(lease -> lease.request.replay()).toList();
            // A retry has already failed at a worker once; the other requests have not.
            List<Lease> causes =
                    suspects.size() > 1 && BlockedRequests.count(requests(replays)) == 1 ? replays : suspects;
            boolean certain = (causes.size() == 1 || causes == replays) && areOlder(causes, now - minAgeNanos);
            return certain ? new Causes(causes) : Causes.NONE;
        }

        private Causes causesOfHang(BegunRequests begun) {
            List<Lease> all = of(underWay, begun);
            all.addAll(endless);
            all.addAll(givenUp);
            List<Lease> last = all.stream()
                    .filter(lease ->
                            !begun.last().isEmpty() && lease.request.id().equals(begun.last()))
                    .toList();
            return new Causes(last);
        }

        private Evidence evidenceOfExit(BegunRequests begun, long minAgeNanos) {
            long now = System.nanoTime();
            List<Lease> suspects = of(underWay, begun);
            List<Lease> doubts = of(endless, begun);
            for (Lease lease : of(givenUp, begun)) {
                long ago = now - lease.closedAt;
                if (ago < NOTICE_NANOS) {
                    suspects.add(lease);
                } else if (ago < GIVEN_UP_NANOS) {
                    doubts.add(lease);
                }
            }
            doubts.addAll(answeredSince(now - MAX_DELAYED_EXIT_NANOS));
            return areOlder(suspects, now - minAgeNanos) ? new Evidence(suspects, doubts) : Evidence.NONE;
        }

        private static boolean areOlder(List<Lease> leases, long nanoTime) {
            return leases.stream().allMatch(lease -> nanoTime - lease.begunAt >= 0);
        }

        /**
         * All requests in flight are suspects, because the one that began last need not be the cause: the handler of
         * another may have gone on after a pause, and now blocks the event loop.
         */
        private Evidence evidenceOfHang(BegunRequests begun) {
            List<Lease> suspects = of(underWay, begun);
            suspects.addAll(of(givenUp, begun));
            if (suspects.stream().noneMatch(lease -> lease.request.id().equals(begun.last()))) {
                return Evidence.NONE;
            }
            List<Lease> doubts = of(endless, begun);
            if (!answered.isEmpty()) {
                // A hung worker answers nothing, so the hang began after its last response.
                doubts.addAll(answeredSince(answered.getLast().closedAt - MAX_DELAYED_EXIT_NANOS));
            }
            return new Evidence(suspects, doubts);
        }

        private List<Lease> answeredSince(long nanoTime) {
            return answered.stream()
                    .filter(lease -> lease.closedAt - nanoTime > 0)
                    .toList();
        }

        /** Of {@code leases}, those whose requests were sent and may have reached the app. */
        private List<Lease> of(Collection<Lease> leases, BegunRequests begun) {
            return leases.stream()
                    .filter(lease -> lease.begun && !begun.exclude(lease.request, requests - lease.number))
                    .collect(Collectors.toCollection(ArrayList::new));
        }

        private static List<LeasedRequest> requests(Collection<Lease> leases) {
            return leases.stream().map(lease -> lease.request).toList();
        }
    }

    private final class Lease implements WorkerLease {
        private final Load load;
        private final LeasedRequest request;
        private final long number;
        private Runnable end;
        private volatile boolean begun;
        private volatile long begunAt;
        private volatile boolean answered;
        private boolean isCause;
        private boolean returned;
        private long closedAt;

        /** @param number the request's number among those of the worker, from 1 */
        Lease(Load load, LeasedRequest request, long number) {
            this.load = load;
            this.request = request;
            this.number = number;
        }

        @Override
        public Worker worker() {
            return load.worker;
        }

        @Override
        public void begin() {
            begunAt = System.nanoTime();
            begun = true;
            load.hadRequests = true;
        }

        @Override
        public void answered() {
            answered = true;
            if (anySuspected) {
                acquit(load, request);
            }
        }

        @Override
        public WorkerExit awaitExit(long deadline) throws InterruptedException {
            lock.lockInterruptibly();
            try {
                for (long left = deadline - System.nanoTime(); !load.ended && left > 0; ) {
                    left = changed.awaitNanos(left);
                }
                if (!load.ended) {
                    return WorkerExit.NONE;
                }
                return isCause ? WorkerExit.ENDED_BY_REQUEST : WorkerExit.ENDED;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void endless(Runnable end) {
            boolean leaving;
            lock.lock();
            try {
                if (returned || this.end != null) {
                    return;
                }
                this.end = end;
                load.endless.add(this);
                // The response has begun and has no end to wait for, so the request counts as answered now.
                answered();
                countDown();
                leaving = ready.get(load.worker) != load && listening.get(load.worker) != load;
            } finally {
                lock.unlock();
            }
            if (leaving) {
                end.run();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                if (returned) {
                    return;
                }
                returned = true;
                if (end == null) {
                    countDown();
                } else {
                    load.endless.remove(this);
                }
                if (begun && !load.ended) {
                    closedAt = System.nanoTime();
                    Deque<Lease> closed = answered ? load.answered : load.givenUp;
                    if (closed.size() == (answered ? MAX_ANSWERED : MAX_GIVEN_UP)) {
                        closed.removeFirst();
                    }
                    closed.add(this);
                }
            } finally {
                lock.unlock();
            }
        }

        private void countDown() {
            load.underWay.remove(this);
            if (load.underWay.isEmpty()) {
                changed.signalAll();
            }
        }
    }
}
