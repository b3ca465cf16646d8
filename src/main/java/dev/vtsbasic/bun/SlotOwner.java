package dev.vtsbasic.bun;

import java.time.Duration;
import java.util.concurrent.Semaphore;

/** What a {@link WorkerSlot} asks and tells the owner of all slots. Safe for any number of threads. */
interface SlotOwner {
    boolean isStopping();

    /** The revision that the worker in this slot has to run; the canary slot gets a build on trial. */
    WorkerRevision revisionFor(int slot);

    /** A slot may replace its worker only while it holds the one permit. */
    Semaphore replacementPermit();

    void countRestart(RestartCause cause);

    /**
     * Records that a worker is ready.
     *
     * @param took how long its start took
     * @return whether it may serve: false when all workers were given up while it started
     */
    boolean admit(int slot, WorkerRevision revision, Duration took);

    /**
     * Records that a worker did not become ready. If it ran a build on trial, that build is rejected.
     *
     * @return whether it ran a build on trial
     */
    boolean reject(WorkerRevision revision, BunFailure why);

    /**
     * Records that a worker crashed.
     *
     * @param hadRequests whether a client's request had been sent to it; then the crash is no failed start
     * @param loop whether the workers of this slot keep crashing
     */
    void recordCrash(int slot, BunFailure why, boolean hadRequests, boolean loop);

    /**
     * Waits for {@code pause}, or until there is another revision to run; then waits until a worker may start in this
     * slot. Returns at once when the supervisor stops.
     */
    void awaitNextStart(int slot, WorkerRevision crashed, Duration pause) throws InterruptedException;
}
