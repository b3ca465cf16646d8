package dev.vtsbasic.limit;

import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;

/** How many requests the app has at once; more wait, the first to come first. Safe for any number of threads. */
public final class ConcurrencyLimit {
    private static final Permit FREE = () -> {};

    private final Semaphore places;
    private final int mostWaiting;
    private final AtomicInteger waiting = new AtomicInteger();

    /** What a request has while the app has it. */
    @FunctionalInterface
    public interface Permit {
        /** A second time does nothing. */
        void leave();
    }

    /**
     * @param most how many there may be; 0 for any number
     * @param mostWaiting how many may wait; more are turned away at once
     */
    public ConcurrencyLimit(int most, int mostWaiting) {
        this.places = most == 0 ? null : new Semaphore(most, true);
        this.mostWaiting = mostWaiting;
    }

    /**
     * Waits for a place.
     *
     * @param ofApp whether the app may have made the request itself: it then has a place, which it would not leave while
     *     this one waits
     * @param deadline in terms of {@link System#nanoTime}
     * @param held is told how many nanoseconds it had to wait, if it had to
     * @return empty when the deadline passed or too many wait already
     */
    public Optional<Permit> enter(boolean ofApp, long deadline, LongConsumer held) {
        if (places == null || ofApp) {
            return Optional.of(FREE);
        }
        try {
            return places.tryAcquire(0, TimeUnit.NANOSECONDS) || await(deadline, held)
                    ? Optional.of(place())
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    private boolean await(long deadline, LongConsumer held) throws InterruptedException {
        if (waiting.incrementAndGet() > mostWaiting) {
            waiting.decrementAndGet();
            return false;
        }
        long since = System.nanoTime();
        try {
            return places.tryAcquire(deadline - since, TimeUnit.NANOSECONDS);
        } finally {
            waiting.decrementAndGet();
            held.accept(System.nanoTime() - since);
        }
    }

    /** How many wait now. */
    public int waiting() {
        return waiting.get();
    }

    private Permit place() {
        AtomicBoolean left = new AtomicBoolean();
        return () -> {
            if (left.compareAndSet(false, true)) {
                places.release();
            }
        };
    }
}
