package dev.vtsbasic.pool;

/** A request's claim on a worker, from when it is given one until its last byte. Safe for any number of threads. */
public interface WorkerLease extends AutoCloseable {
    Worker worker();

    /**
     * Says that the request has no end of its own: a worker that is to go does not wait for it.
     *
     * @param end called when the worker is to go, perhaps by another thread; not called once the lease is closed
     */
    void endless(Runnable end);

    /** Says that the request is about to be sent; before that the end of the worker has nothing to do with it. */
    default void begin() {
        // Where nobody looks for the cause of an end.
    }

    /** Says that the worker has answered to the end. */
    default void answered() {
        // Where nobody looks for the cause of an end.
    }

    /**
     * Whether the worker, which broke off, has ended; that is noticed a moment later. To be asked before or after the lease
     * is closed.
     *
     * @param deadline until when to wait for that moment, in terms of {@link System#nanoTime}
     * @throws InterruptedException when the waiting thread is interrupted
     */
    default WorkerExit awaitExit(long deadline) throws InterruptedException {
        return WorkerExit.NONE;
    }

    /** Gives the claim back; a second time does nothing. */
    @Override
    void close();
}
