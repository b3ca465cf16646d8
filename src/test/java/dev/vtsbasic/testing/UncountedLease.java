package dev.vtsbasic.testing;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;

/** A lease of a worker that no pool counts. */
public record UncountedLease(Worker worker) implements WorkerLease {
    @Override
    public void markEndless(Runnable end) {
        // An endless request does not matter, because the worker is never replaced.
    }

    @Override
    public void close() {
        // No pool counts this lease.
    }
}
