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
 * The workers that are ready now; requests wait here when there is none.
 *
 * <p>A request goes to the worker with the fewest requests under way (nginx's {@code least_conn}). One that has just
 * started counts as busier than it is for its first seconds: it still compiles what the others have compiled.
 */
final class LeastLoadedPool implements WorkerPool {
    private static final long SLOW_START_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final double FIRST_SHARE = 0.1;

    private static final Logger LOG = LoggerFactory.getLogger(LeastLoadedPool.class);

    /** More than there can be workers that end at a time. */
    private static final int REMEMBERED = 200;

    /** How long after a request broke off the end of its worker may be noticed. */
    private static final long NOTICE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How old a request must be to be why memory ran out. */
    private static final long KILLED_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** How long a worker may be at work for a request that was given up. */
    private static final long GIVEN_UP_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Of those that were given up at one worker. */
    private static final int MAX_GIVEN_UP = 100;

    /** For how long after its answer a request may still end its worker, by a timer for instance. */
    private static final long AFTERMATH_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Of the last answers of a worker. */
    private static final int MAX_ANSWERED = 32;

    /** Answers of which it is to be seen whether their workers live on. */
    private static final int MAX_WATCHED = 1000;

    private static final Seeker NOBODY = new Seeker() {
        @Override
        public LeasedRequest request() {
            return LeasedRequest.of("", "", "");
        }

        @Override
        public void isBlocked() {
            // Nobody wants to know.
        }

        @Override
        public void waits() {
            // Nobody wants to know.
        }

        @Override
        public void isTurnedAway() {
            // Nobody wants to know.
        }
    };

    private final int mostWaiting;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Worker, Load> ready = new HashMap<>();
    private final Map<Worker, Load> retired = new HashMap<>();

    /** Those that are not ready yet and get requests nevertheless, as long as none is ready. */
    private final Map<Worker, Load> listening = new HashMap<>();

    private final BlockedRequests blocked = new BlockedRequests(System::nanoTime);

    /** Spares the answers the lock, as long as there is nothing to acquit a request of. */
    private volatile boolean anySuspected;

    private final Deque<Answer> watched = new ArrayDeque<>();

    /** The last workers that ended, the oldest first. */
    private final Map<Worker, WorkerEnd> ends = new LinkedHashMap<>();

    private int waiting;
    private long leases;
    private boolean closed;
    private String givenUp;
    private String trouble;
    private boolean starting = true;

    /** @param mostWaiting how many requests may wait at a time; more are turned away at once */
    LeastLoadedPool(int mostWaiting) {
        this.mostWaiting = mostWaiting;
    }

    @Override
    public Optional<WorkerLease> lease(Worker avoid, long deadline) throws InterruptedException {
        return lease(avoid, deadline, NOBODY);
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

    /** Which request is taken for the cause of a worker's end. */
    Optional<LeasedRequest> cause(Worker ended) {
        lock.lock();
        try {
            WorkerEnd end = ends.get(ended);
            return end == null ? Optional.empty() : end.cause();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a client's request was sent to a worker that has ended since, which may so have ended it, however late. */
    boolean hadRequests(Worker ended) {
        lock.lock();
        try {
            WorkerEnd end = ends.get(ended);
            return end != null && end.hadRequests();
        } finally {
            lock.unlock();
        }
    }

    /** The requests that are not sent now. */
    List<BlockedRequest> blocked() {
        lock.lock();
        try {
            return blocked.blocked();
        } finally {
            lock.unlock();
        }
    }

    /** Something else runs from now on, which may answer what was blocked. */
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

    /** How many requests {@code worker} was given. */
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
     * A worker listens, but has not answered yet. It gets the requests that wait while no worker is ready, because one of
     * them may be its own: an app may ask the server for something that it needs for an answer.
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

    /** A worker died, or did not become ready. */
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

    /** Nobody is to wait for a worker any more. */
    void giveUp(String why) {
        change(() -> {
            givenUp = why;
            trouble = why;
        });
    }

    /** There may be workers again. */
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
     * Forgets a worker that has ended by itself. When its app had one request alone, that is not sent again; else the only one
     * of those that were sent before.
     *
     * @param begun what its app was given: a request may have come when the worker was dead already, and not yet known to be
     */
    void remove(Worker worker, BegunRequests begun) {
        removed(worker, load -> load.causesOfExit(begun, 0), load -> load.evidenceOfExit(begun, 0));
    }

    /**
     * The same for a worker that a signal has killed, from outside or because memory ran out. A request that was begun only
     * moments before is not taken for the cause.
     */
    void removeKilled(Worker worker, BegunRequests begun) {
        removed(
                worker,
                load -> load.causesOfExit(begun, KILLED_NANOS),
                load -> load.evidenceOfExit(begun, KILLED_NANOS));
    }

    /**
     * Forgets a worker that hangs; to be called before it is killed.
     *
     * @param begun what its app was given, of which the last is not sent again
     */
    void removeHung(Worker worker, BegunRequests begun) {
        removed(worker, load -> load.causesOfHang(begun), load -> load.evidenceOfHang(begun));
    }

    /** Forgets a worker that is ended on purpose, whatever it has to do. */
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
            if (ends.size() == REMEMBERED) {
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
            while (!watched.isEmpty() && now - watched.getFirst().at >= AFTERMATH_NANOS) {
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

    /** An answer after which a worker was to live on. To be asked when the time for that has passed. */
    private record Answer(Load load, LeasedRequest request, long at) {
        boolean wasSurvived() {
            return !load.ended || load.endedAt - at >= AFTERMATH_NANOS;
        }
    }

    /**
     * The requests that are not sent again after the end of their worker, since all points to them; more than one only when
     * they are the same request. That costs a request its second try, and is no proof.
     */
    private record Causes(List<Lease> certain) {
        static final Causes NONE = new Causes(List.of());

        Optional<LeasedRequest> first() {
            return certain.stream().findFirst().map(lease -> lease.request);
        }
    }

    /**
     * What the end of a worker is held against, see {@link BlockedRequests}.
     *
     * @param suspects what was under way
     * @param doubts what was not under way any more, but may have ended the worker, by a timer for instance
     */
    private record Evidence(List<Lease> suspects, List<Lease> doubts) {
        static final Evidence NONE = new Evidence(List.of(), List.of());
    }

    /**
     * What is known of a worker that ended.
     *
     * @param cause the request that is taken for the cause
     * @param hadRequests whether a client's request had been sent to it
     */
    private record WorkerEnd(Optional<LeasedRequest> cause, boolean hadRequests) {}

    /**
     * Gives a worker's requests to another one from now on.
     *
     * @return what it still has to do: nothing when it has ended
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
     * Gives a worker no more requests.
     *
     * @return what it still has to do: nothing when it has ended
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

    /** What one worker has to do. */
    final class Load {
        private final Worker worker;
        private final long readySince = System.nanoTime();
        private final Set<Lease> endless = ConcurrentHashMap.newKeySet();
        private final Set<Lease> underWay = new LinkedHashSet<>();

        /** Those that were closed without a whole answer, although the worker may still be at work for them; oldest first. */
        private final Deque<Lease> givenUp = new ArrayDeque<>();

        /** The last that were answered; oldest first. */
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
         * Ends the requests that would not end by themselves, and waits until the others have.
         *
         * @return how many are left when {@code timeout} has passed
         */
        int awaitEnd(Duration timeout) throws InterruptedException {
            // Not under the lock: ending one closes its lease.
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
            return (underWay.size() + endless.size() + 1) / Math.min(1, Math.max(FIRST_SHARE, age));
        }

        private Lease lease(long number, LeasedRequest request) {
            lastLease = number;
            requests++;
            Lease lease = new Lease(this, request, requests);
            underWay.add(lease);
            return lease;
        }

        /** @param minAgeNanos how long ago a request must have begun to be a cause */
        private Causes causesOfExit(BegunRequests begun, long minAgeNanos) {
            long now = System.nanoTime();
            List<Lease> suspects = of(underWay, begun);
            of(givenUp, begun).stream()
                    .filter(lease -> now - lease.closedAt < NOTICE_NANOS)
                    .forEach(suspects::add);
            if (suspects.isEmpty()) {
                // Their clients left, which ends no handler.
                of(givenUp, begun).stream()
                        .filter(lease -> now - lease.closedAt < GIVEN_UP_NANOS)
                        .forEach(suspects::add);
            }
            List<Lease> replays =
                    suspects.stream().filter(lease -> lease.request.replay()).toList();
            // A replay was there when another worker ended, and the others were not.
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
            doubts.addAll(answeredSince(now - AFTERMATH_NANOS));
            return areOlder(suspects, now - minAgeNanos) ? new Evidence(suspects, doubts) : Evidence.NONE;
        }

        private static boolean areOlder(List<Lease> leases, long nanoTime) {
            return leases.stream().allMatch(lease -> nanoTime - lease.begunAt >= 0);
        }

        /** The request that was begun last may only have been under way, while another went on after a pause and blocks. */
        private Evidence evidenceOfHang(BegunRequests begun) {
            List<Lease> suspects = of(underWay, begun);
            suspects.addAll(of(givenUp, begun));
            if (suspects.stream().noneMatch(lease -> lease.request.id().equals(begun.last()))) {
                return Evidence.NONE;
            }
            List<Lease> doubts = of(endless, begun);
            if (!answered.isEmpty()) {
                // It has answered nothing since it hangs.
                doubts.addAll(answeredSince(answered.getLast().closedAt - AFTERMATH_NANOS));
            }
            return new Evidence(suspects, doubts);
        }

        private List<Lease> answeredSince(long nanoTime) {
            return answered.stream()
                    .filter(lease -> lease.closedAt - nanoTime > 0)
                    .toList();
        }

        /** Those that were sent and that the app may have been given. */
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

        /** @param number among the requests of the worker */
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
                // Its answer has begun, and has no end to wait for.
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
