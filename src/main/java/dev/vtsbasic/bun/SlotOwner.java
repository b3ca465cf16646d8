package dev.vtsbasic.bun;

import java.time.Duration;
import java.util.concurrent.Semaphore;

/** The owner of all worker slots, as a {@link WorkerSlot} uses it. Safe for any number of threads. */
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
     * @return whether it may serve; false if all workers were given up while it started
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
     * @param hadRequests whether a client's request had been sent to it; the crash then does not count as a failed
     *     start
     * @param loop whether the workers of this slot keep crashing
     */
    void recordCrash(int slot, BunFailure why, boolean hadRequests, boolean loop);

    /**
     * Waits for {@code pause}, or until this slot has another revision to run; then waits until a worker may start in
     * this slot. Returns at once when the supervisor stops.
     */
    void awaitNextStart(int slot, WorkerRevision crashed, Duration pause) throws InterruptedException;
}
