package dev.vtsbasic.bun;

/** A request's claim on a worker, from when it is given one until its last byte. Safe for any number of threads. */
public interface WorkerLease extends AutoCloseable {
    Worker worker();

    /**
     * Says that the request has no end of its own: a worker that is to go does not wait for it.
     *
     * @param end called when the worker is to go, perhaps by another thread; not called once the lease is closed
     */
    void endless(Runnable end);

    /** Gives the claim back; a second time does nothing. */
    @Override
    void close();
}
