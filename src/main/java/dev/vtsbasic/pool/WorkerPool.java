package dev.vtsbasic.pool;

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

    /** Whom a worker is for; is told how the wait for it goes, within the call. */
    interface Seeker {
        LeasedRequest request();

        /** It begins to wait, since no worker is ready. */
        void waits();

        /** It is turned away, since too many wait already. */
        void isTurnedAway();

        /** It is turned away, since one worker after another ended at such a request. */
        void isBlocked();
    }

    /** As {@link #lease(Worker, long)}, and tells how it goes. */
    default Optional<WorkerLease> lease(Worker avoid, long deadline, Seeker seeker) throws InterruptedException {
        return lease(avoid, deadline);
    }

    /** How many wait for a worker now. */
    default int waiting() {
        return 0;
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
}
