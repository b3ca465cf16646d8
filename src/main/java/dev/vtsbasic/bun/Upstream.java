package dev.vtsbasic.bun;

import dev.vtsbasic.pool.WorkerPool;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What answers the requests that are not for assets: Bun, run by us or by someone else. Safe for any number of threads. */
public sealed interface Upstream extends AutoCloseable permits BunSupervisor, ExternalUpstream {
    /** Where the proxy gets its workers. */
    WorkerPool pool();

    /** Completes when a worker answered for the first time, with the time that took. */
    CompletableFuture<Duration> firstReady();

    /**
     * Completes when the first start failed or Bun keeps crashing. Whoever does not end the program then may wait:
     * starting goes on, ever more slowly.
     */
    CompletableFuture<BunFailure> failure();

    /** Whether the workers kept crashing and none is started any more. */
    boolean givenUp();

    /** What there is in each place for a worker; empty when none are ours. */
    List<SlotSnapshot> places();

    /** What the workers printed last, by place; empty when none are ours. */
    List<SlotSnapshot.Output> output();

    /** The requests that are not sent for a while, because one worker after another ended at them. */
    List<BlockedRequest> blocked();

    /** How many workers were started in the place of another, for that reason. */
    long restarts(RestartCause cause);

    /** Names what the app that the workers run was built to; empty when they are not ours. */
    String build();

    /** Since when that is served. */
    Instant buildSince();

    /** Version of the Bun that runs the workers; empty when they are not ours. */
    String bunVersion();

    /** Begins to replace the workers, one after the other; false when they are not ours. */
    boolean restart();

    /** Asks each worker now, all at a time; takes up to two seconds when one hangs. */
    List<SlotHealth> health();

    /**
     * Ends what is ours.
     *
     * @param grace how long it may take to finish its requests
     */
    void close(Duration grace);

    @Override
    void close();
}
