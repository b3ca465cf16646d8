package dev.vtsbasic.bun;

import java.util.Optional;

/** Hands out workers that answer. Safe for any number of threads. */
public interface WorkerPool {
    /**
     * A worker that is ready, waiting for one while there is none.
     *
     * @param avoid a worker that was seen not to answer and must not be returned; null for none
     * @param deadline in terms of {@link System#nanoTime}
     * @return empty when the deadline passed, when too many wait already, or when the pool is closed
     * @throws InterruptedException when the waiting thread is interrupted
     */
    Optional<WorkerLease> lease(Worker avoid, long deadline) throws InterruptedException;

    /** Is told how the wait for a worker goes, within the call. */
    interface Seeker {
        /** It begins to wait, since no worker is ready. */
        void waits();

        /** It is turned away, since too many wait already. */
        void isTurnedAway();
    }

    /** As {@link #lease(Worker, long)}, and tells how it goes. */
    default Optional<WorkerLease> lease(Worker avoid, long deadline, Seeker seeker) throws InterruptedException {
        return lease(avoid, deadline);
    }

    /** How many wait for a worker now. */
    default int waiting() {
        return 0;
    }

    /**
     * Whether a worker that broke off has ended, which is noticed a moment later.
     *
     * @param deadline until when to wait for that moment, in terms of {@link System#nanoTime}
     * @return false when the worker is still there at the deadline, or when this pool does not know
     * @throws InterruptedException when the waiting thread is interrupted
     */
    default boolean hasEnded(Worker worker, long deadline) throws InterruptedException {
        return false;
    }

    /** Why there will be no worker until someone looks at it, with the last output; empty when there may be one. */
    default Optional<String> givenUp() {
        return Optional.empty();
    }

    /** What the last worker died of, or why it did not become ready, with its last output; empty when one is ready since. */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /** Whether no worker has been ready yet. */
    default boolean isStarting() {
        return false;
    }

    /** Whether a request is the one that kept a worker from answering, and so must not be given to another. */
    default boolean isBlamed(String requestId) {
        return false;
    }
}
