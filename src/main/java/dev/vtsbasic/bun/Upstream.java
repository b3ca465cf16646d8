package dev.vtsbasic.bun;

import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.pool.WorkerPool;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The server that the proxy sends requests to: Bun workers of this program, or a server that someone else runs. Safe
 * for any number of threads.
 */
public sealed interface Upstream extends AutoCloseable permits BunSupervisor, ExternalUpstream {
    /** The pool that leases workers to the proxy. */
    WorkerPool pool();

    /**
     * Completes when the first worker is ready, with the time that its start took; at once, with zero, when the workers
     * are not ours.
     */
    CompletableFuture<Duration> firstReady();

    /**
     * Completes when the first start failed or Bun keeps crashing; never when the workers are not ours. If the program
     * goes on after a failed start, workers are started again, with longer and longer pauses. After a crash loop, only
     * a restart or a new build starts workers again.
     */
    CompletableFuture<BunFailure> failure();

    /** Whether the workers kept crashing, so that none is started any more. */
    boolean givenUp();

    /** The state of each worker slot; empty when the workers are not ours. */
    List<SlotSnapshot> slots();

    /** The last output of the newest worker of each slot; empty when the workers are not ours. */
    List<SlotSnapshot.Output> output();

    /** The requests that are not sent to workers for a while, because one worker after another ended at them. */
    List<BlockedRequest> blocked();

    /** How many restarts had this cause; 0 when the workers are not ours. */
    long restarts(RestartCause cause);

    /** Identifies the build that the workers run; empty when they are not ours, or the build cannot be read. */
    String build();

    /** Since when that build is in service; since the application's start when the workers are not ours. */
    Instant buildSince();

    /** Version of Bun; empty when the workers are not ours. */
    String bunVersion();

    /** Begins to replace the workers, one after the other; does nothing and returns false when they are not ours. */
    boolean restart();

    /**
     * Probes all workers at the same time. The probe of a worker that hangs takes up to two seconds. The probe of the server
     * at {@code VTS_UPSTREAM} may take the connect time-out on top of that.
     */
    List<SlotHealth> health();

    /**
     * Stops the workers if they are ours, and returns when they have ended.
     *
     * @param grace how long they may take to finish their requests before they are killed
     */
    void close(Duration grace);

    @Override
    void close();
}
