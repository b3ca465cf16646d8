package dev.vtsbasic.bun;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The workers that are ready now; requests wait here when there is none.
 *
 * <p>A request goes to the worker with the fewest requests under way (nginx's {@code least_conn}). One that has just
 * started counts as busier than it is for its first seconds: it still compiles what the others have compiled.
 */
final class ReadyWorkers implements WorkerPool {
    private static final long SLOW_START_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final double FIRST_SHARE = 0.1;

    /** More than there can be workers that hang at a time. */
    private static final int REMEMBERED = 200;

    private static final Seeker NOBODY = new Seeker() {
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
    private final Deque<String> blamed = new ArrayDeque<>();
    private int waiting;
    private long leases;
    private boolean closed;
    private String givenUp;
    private String trouble;
    private boolean starting = true;

    /** @param mostWaiting how many requests may wait at a time; more are turned away at once */
    ReadyWorkers(int mostWaiting) {
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
                Load load = leastLoaded(avoid, System.nanoTime());
                if (load != null) {
                    return Optional.of(load.lease(++leases));
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
        for (Load load : ready.values()) {
            double cost = load.cost(now);
            boolean better = cost < least || cost == least && load.lastLease < best.lastLease;
            if (better && !load.worker.equals(avoid)) {
                best = load;
                least = cost;
            }
        }
        return best;
    }

    @Override
    public boolean hasEnded(Worker worker, long deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            for (long left = deadline - System.nanoTime(); ready.containsKey(worker) && left > 0; ) {
                left = changed.awaitNanos(left);
            }
            return !ready.containsKey(worker);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isBlamed(String requestId) {
        lock.lock();
        try {
            return blamed.contains(requestId);
        } finally {
            lock.unlock();
        }
    }

    /** Says which request keeps a worker from answering; to be called before the worker is killed. */
    void blame(String requestId) {
        change(() -> {
            if (blamed.size() == REMEMBERED) {
                blamed.removeFirst();
            }
            blamed.add(requestId);
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

    void add(Worker worker) {
        change(() -> {
            ready.put(worker, new Load(worker));
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

    /** Forgets a worker that has ended. */
    void remove(Worker worker) {
        change(() -> ready.remove(worker));
    }

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
            return rest == null ? new Load(old) : rest;
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
        private int underWay;
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
                for (long left = timeout.toNanos(); underWay > 0 && left > 0; ) {
                    left = changed.awaitNanos(left);
                }
                return underWay;
            } finally {
                lock.unlock();
            }
        }

        private double cost(long now) {
            double age = (double) (now - readySince) / SLOW_START_NANOS;
            return (underWay + endless.size() + 1) / Math.min(1, Math.max(FIRST_SHARE, age));
        }

        private Lease lease(long number) {
            lastLease = number;
            requests++;
            underWay++;
            return new Lease(this);
        }
    }

    private final class Lease implements WorkerLease {
        private final Load load;
        private Runnable end;
        private boolean returned;

        Lease(Load load) {
            this.load = load;
        }

        @Override
        public Worker worker() {
            return load.worker;
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
                countDown();
                leaving = ready.get(load.worker) != load;
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
            } finally {
                lock.unlock();
            }
        }

        private void countDown() {
            if (--load.underWay == 0) {
                changed.signalAll();
            }
        }
    }
}
