package dev.vtsbasic.bun;

import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.pool.WorkerPool;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The server that the proxy sends requests to: Bun workers of this program, or a server that this program did not
 * start. Safe for any number of threads.
 */
public sealed interface Upstream extends AutoCloseable permits BunSupervisor, ExternalUpstream {
    /** The pool that leases workers to the proxy. */
    WorkerPool pool();

    /**
     * Completes when the first worker is ready, with the time that its start took; at once, with zero, for an {@link
     * ExternalUpstream}.
     */
    CompletableFuture<Duration> firstReady();

    /**
     * Completes when the first start failed or Bun keeps crashing; never for an {@link ExternalUpstream}. If the
     * program continues after a failed start, workers are started again, with longer and longer pauses. After a crash
     * loop, only a restart or a new build starts workers again.
     */
    CompletableFuture<BunFailure> failure();

    /** Whether the workers kept crashing, so that none is started any more. */
    boolean givenUp();

    /** The state of each worker slot; empty for an {@link ExternalUpstream}. */
    List<SlotSnapshot> slots();

    /** The last output of the newest worker of each slot; empty for an {@link ExternalUpstream}. */
    List<SlotSnapshot.Output> output();

    /** The requests that the proxy does not send for a while, because one worker after another ended at them. */
    List<BlockedRequest> blocked();

    /** The number of restarts with this cause; 0 for an {@link ExternalUpstream}. */
    long restarts(RestartCause cause);

    /**
     * Identifies the build that the workers run; empty for an {@link ExternalUpstream}, or if the build cannot be read.
     */
    String build();

    /** The time since which that build is in service; for an {@link ExternalUpstream}, the application's start. */
    Instant buildSince();

    /** The version of Bun; empty for an {@link ExternalUpstream}. */
    String bunVersion();

    /**
     * Begins to replace the workers, one after the other. Does nothing and returns false for an {@link
     * ExternalUpstream}.
     */
    boolean restart();

    /**
     * Probes all workers at the same time. The probe of a worker that hangs takes up to two seconds. The probe of the
     * server at {@code VTS_UPSTREAM} may take the connect time-out on top of that.
     */
    List<SlotHealth> health();

    /**
     * Stops the workers, and returns when they have ended. Does nothing for an {@link ExternalUpstream}.
     *
     * @param grace how long they may take to finish their requests before they are killed
     */
    void close(Duration grace);

    @Override
    void close();
}
