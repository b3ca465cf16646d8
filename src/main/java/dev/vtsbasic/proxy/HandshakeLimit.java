package dev.vtsbasic.proxy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds how many WebSocket handshakes wait for a worker's answer, each on a thread of the container's, because without threads
 * nothing is answered, not even the probes of a load balancer. An open WebSocket holds no thread and does not count.
 *
 * <p>Half of the threads are for handshakes that take as long as others may. The other half is lent to handshakes that are
 * answered soon, so that any number of clients may connect again at the same moment: one that is not answered within five
 * seconds is refused, and what it was lent is lent again only later, so that slow handshakes keep no more than the first half.
 * Safe for any number of threads.
 */
final class HandshakeLimit {
    /** Half of the 200 threads that servers have by default. */
    static final int MAX_PATIENT = 100;

    static final int MAX_QUICK = 100;
    static final long QUICK_NANOS = TimeUnit.SECONDS.toNanos(5);
    static final long PENALTY_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LongSupplier nanoTime;
    private int patient;
    private int quick;

    /** When the places that were kept for too long are free again. */
    private final Deque<Long> penalties = new ArrayDeque<>();

    /** @param nanoTime the clock, in terms of {@link System#nanoTime} */
    HandshakeLimit(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** A place for a handshake, to be closed when it holds its thread no more; empty when it is to be refused. */
    synchronized Optional<Permit> enter() {
        long now = nanoTime.getAsLong();
        while (!penalties.isEmpty() && now - penalties.getFirst() >= 0) {
            penalties.removeFirst();
        }
        if (patient < MAX_PATIENT) {
            patient++;
            return Optional.of(new Permit(false, now));
        }
        if (quick + penalties.size() < MAX_QUICK) {
            quick++;
            return Optional.of(new Permit(true, now));
        }
        return Optional.empty();
    }

    private synchronized void leave(Permit place) {
        if (!place.isQuick) {
            patient--;
            return;
        }
        quick--;
        long now = nanoTime.getAsLong();
        if (now - place.entered >= QUICK_NANOS) {
            penalties.add(now + PENALTY_NANOS);
        }
    }

    final class Permit implements AutoCloseable {
        private final boolean isQuick;
        private final long entered;

        private Permit(boolean isQuick, long entered) {
            this.isQuick = isQuick;
            this.entered = entered;
        }

        /** Until when it may be kept, in terms of {@link System#nanoTime}, if that is not for any time. */
        OptionalLong deadline() {
            return isQuick ? OptionalLong.of(entered + QUICK_NANOS) : OptionalLong.empty();
        }

        @Override
        public void close() {
            leave(this);
        }
    }
}
