package dev.vtsbasic.bun.pool;

import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerExit;
import dev.vtsbasic.pool.WorkerLease;
import java.util.function.BiConsumer;

/**
 * A request's lease of a worker in the {@link LeastLoadedPool}. The fields that are neither final nor volatile are
 * guarded by the pool's lock.
 */
final class PoolLease implements WorkerLease {
    final LeasedRequest request;

    /** The request's number among those of its worker, from 1. */
    final long number;

    private final WorkerLoad load;
    private final BiConsumer<WorkerLoad, LeasedRequest> onResponse;
    private volatile boolean sent;
    private volatile long sentAt;
    private volatile boolean answered;

    /** Ends an endless request; null for other requests. */
    Runnable end;

    boolean isCause;
    boolean closed;
    long closedAt;

    /**
     * @param onResponse called when the worker has sent its complete response, or the response has turned out to be
     *     endless
     */
    PoolLease(WorkerLoad load, LeasedRequest request, long number, BiConsumer<WorkerLoad, LeasedRequest> onResponse) {
        this.load = load;
        this.request = request;
        this.number = number;
        this.onResponse = onResponse;
    }

    boolean wasSent() {
        return sent;
    }

    /** When the request was sent, in terms of {@link System#nanoTime}. */
    long sentAt() {
        return sentAt;
    }

    boolean isAnswered() {
        return answered;
    }

    @Override
    public Worker worker() {
        return load.worker();
    }

    @Override
    public void begin() {
        sentAt = System.nanoTime();
        sent = true;
        load.markUsed();
    }

    @Override
    public void markAnswered() {
        answered = true;
        onResponse.accept(load, request);
    }

    @Override
    public WorkerExit awaitExit(long deadline) throws InterruptedException {
        return load.awaitExit(this, deadline);
    }

    @Override
    public void markEndless(Runnable onReplace) {
        if (load.addEndless(this, onReplace)) {
            onReplace.run();
        }
    }

    @Override
    public void close() {
        load.close(this);
    }
}
