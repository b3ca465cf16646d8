package dev.vtsbasic.proxy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds how many WebSocket handshakes wait for a worker's response. Each holds a thread of the container, and without
 * threads the container responds to no request, not even to the probes of a load balancer. An open WebSocket holds no
 * thread and does not count.
 *
 * <p>The first handshakes may wait as long as any request. Further ones must get their response within five seconds, so
 * that any number of clients may connect again at the same moment. The permit of a handshake that took longer stays in
 * use for some time afterwards, so that slow handshakes do not take the threads that quick ones need. Safe for any
 * number of threads.
 */
final class HandshakeLimit {
    /** Half of the 200 threads that servers have by default. */
    static final int MAX_UNTIMED = 100;

    static final int MAX_TIMED = 100;
    static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(5);
    static final long PENALTY_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LongSupplier nanoTime;
    private int untimed;
    private int timed;

    /** The times at which the permits that were held for too long become free. */
    private final Deque<Long> penalties = new ArrayDeque<>();

    /** @param nanoTime the clock, in terms of {@link System#nanoTime} */
    HandshakeLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * Returns a permit, which the caller closes once the handshake holds no thread any more; empty when the handshake
     * must be refused.
     */
    synchronized Optional<Permit> enter() {
        long now = nanoTime.getAsLong();
        while (!penalties.isEmpty() && now - penalties.getFirst() >= 0) {
            penalties.removeFirst();
        }
        if (untimed < MAX_UNTIMED) {
            untimed++;
            return Optional.of(new Permit(false, now));
        }
        if (timed + penalties.size() < MAX_TIMED) {
            timed++;
            return Optional.of(new Permit(true, now));
        }
        return Optional.empty();
    }

    private synchronized void leave(Permit permit) {
        if (!permit.isTimed) {
            untimed--;
            return;
        }
        timed--;
        long now = nanoTime.getAsLong();
        if (now - permit.entered >= TIMEOUT_NANOS) {
            penalties.add(now + PENALTY_NANOS);
        }
    }

    final class Permit implements AutoCloseable {
        private final boolean isTimed;
        private final long entered;

        private Permit(boolean isTimed, long entered) {
            this.isTimed = isTimed;
            this.entered = entered;
        }

        /** The time by which the worker must have responded, in terms of {@link System#nanoTime}; empty for none. */
        OptionalLong deadline() {
            return isTimed ? OptionalLong.of(entered + TIMEOUT_NANOS) : OptionalLong.empty();
        }

        @Override
        public void close() {
            leave(this);
        }
    }
}
