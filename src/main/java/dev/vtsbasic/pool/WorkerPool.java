package dev.vtsbasic.pool;

import java.util.Optional;

/** Leases ready workers to requests. Safe for any number of threads. */
public interface WorkerPool {
    /**
     * Leases a worker that is ready, and waits while there is none.
     *
     * @param avoid a worker that could not be reached and must not be returned; null for none
     * @param deadline end of the wait, in terms of {@link System#nanoTime}
     * @return empty if the deadline has passed, too many requests already wait, the workers were given up, or the pool
     *     is closed
     * @throws InterruptedException when the waiting thread is interrupted
     */
    Optional<WorkerLease> lease(Worker avoid, long deadline) throws InterruptedException;

    /**
     * The request that needs a worker. The pool calls its methods within {@link #lease}, possibly under the pool's
     * lock, so they must not block.
     */
    @FunctionalInterface
    interface Seeker {
        LeasedRequest request();

        /** The request begins to wait, because no worker is ready. Does nothing by default. */
        default void onWait() {}

        /** The request is rejected, because too many requests already wait. Does nothing by default. */
        default void onRejected() {}

        /**
         * The request is rejected, because one worker after another ended at such a request. Does nothing by default.
         */
        default void onBlocked() {}
    }

    /**
     * As {@link #lease(Worker, long)}, and tells {@code seeker} whether the request waits or is rejected.
     *
     * @return also empty if the pool blocks such requests, see {@link Seeker#onBlocked}
     */
    default Optional<WorkerLease> lease(Worker avoid, long deadline, Seeker seeker) throws InterruptedException {
        return lease(avoid, deadline);
    }

    /** The number of requests that wait for a worker now. */
    default int waiting() {
        return 0;
    }

    /**
     * Why no worker is started until a restart or a new build, with the last worker's output; empty when workers are
     * started.
     */
    default Optional<String> givenUp() {
        return Optional.empty();
    }

    /**
     * Why the last worker ended or did not become ready, with its last output; empty once another one has become ready.
     */
    default Optional<String> trouble() {
        return Optional.empty();
    }

    /** Whether no worker has been ready yet. */
    default boolean isStarting() {
        return false;
    }
}
