package dev.vtsbasic.limit;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/**
 * Limits the number of requests that the app has at once. Further requests wait for a permit, in order of arrival. Safe
 * for any number of threads.
 */
public final class ConcurrencyLimit {
    private static final Permit FREE = () -> {};

    private final Semaphore permits;
    private final int maxWaiting;
    private final AtomicInteger waiting = new AtomicInteger();

    /** The permit of a request, held while the app has the request. */
    @FunctionalInterface
    public interface Permit {
        /** Releases the permit. A second call does nothing. */
        void release();
    }

    /**
     * @param max number of permits; 0 for no limit
     * @param maxWaiting number of requests that may wait; more are refused at once
     */
    public ConcurrencyLimit(int max, int maxWaiting) {
        this.permits = max == 0 ? null : new Semaphore(max, true);
        this.maxWaiting = maxWaiting;
    }

    /**
     * Waits for a permit.
     *
     * @param fromApp whether the app may have made the request itself. Such a request does not wait, because the app may
     *     make it while it holds a permit, and would not release that permit until this request is done
     * @param deadline as a value of {@link System#nanoTime}
     * @param held called with the nanoseconds waited, if the request had to wait
     * @return empty if the deadline passed, too many requests wait already, or the thread was interrupted
     */
    public Optional<Permit> acquire(boolean fromApp, long deadline, LongConsumer held) {
        if (permits == null || fromApp) {
            return Optional.of(FREE);
        }
        try {
            return permits.tryAcquire(0, TimeUnit.NANOSECONDS) || await(deadline, held)
                    ? Optional.of(permit())
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private boolean await(long deadline, LongConsumer held) throws InterruptedException {
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            return false;
        }
        long since = System.nanoTime();
        try {
            return permits.tryAcquire(deadline - since, TimeUnit.NANOSECONDS);
        } finally {
            waiting.decrementAndGet();
            held.accept(System.nanoTime() - since);
        }
    }

    /** The number of requests that wait now. */
    public int waiting() {
        return waiting.get();
    }

    private Permit permit() {
        AtomicBoolean released = new AtomicBoolean();
        return () -> {
            if (released.compareAndSet(false, true)) {
                permits.release();
            }
        };
    }
}
