package dev.vtsbasic.pool;

/** A request's lease of a worker, until the last byte of the response. Safe for any number of threads. */
public interface WorkerLease extends AutoCloseable {
    Worker worker();

    /**
     * Marks the request as endless, such as an event stream or a WebSocket: a worker that is replaced does not wait for
     * its end. A second call does nothing.
     *
     * @param onReplace called when the worker is being replaced, possibly by another thread and at the same time as
     *     {@link #close}; not called if the lease was closed before
     */
    void markEndless(Runnable onReplace);

    /** To be called before the request is sent; a request that was not sent cannot have ended the worker. */
    default void begin() {
        // By default, a pool does not look for the cause of a worker's end.
    }

    /** To be called when the worker has sent its complete response. */
    default void markAnswered() {
        // By default, a pool does not look for the cause of a worker's end.
    }

    /**
     * Whether the worker has ended. To be called after its connection broke off. The lease may be open or closed.
     *
     * @param deadline end of the wait for the worker's end, which the pool notices a moment after the connection broke
     *     off; in terms of {@link System#nanoTime}
     * @throws InterruptedException when the waiting thread is interrupted
     */
    default WorkerExit awaitExit(long deadline) throws InterruptedException {
        return WorkerExit.NONE;
    }

    /** Returns the lease to the pool; a second call does nothing. */
    @Override
    void close();
}
