package dev.vtsbasic.testing;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;

/** A lease of a worker that no pool counts. */
public record UncountedLease(Worker worker) implements WorkerLease {
    @Override
    public void markEndless(Runnable end) {
        // The worker stays.
    }

    @Override
    public void close() {
        // Nothing is counted.
    }
}
