package dev.vtsbasic.bun;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A place for a worker, as it is at a moment.
 *
 * @param number from 1
 * @param ready the worker that answers there; empty when there is none
 * @param starting whether one is being started there, be it the next one
 * @param retiring how many that gave their place to another have not ended yet
 * @param restarts why the last workers there made place for another, oldest first
 */
public record SlotSnapshot(
        int number, Optional<WorkerView> ready, boolean starting, int retiring, List<Restart> restarts) {
    /**
     * What there is, as far as is known without asking.
     *
     * @param givenUp whether no worker is started any more
     */
    public SlotState state(boolean givenUp) {
        if (ready.isPresent()) {
            return SlotState.READY;
        }
        if (starting) {
            return SlotState.STARTING;
        }
        return givenUp ? SlotState.GIVEN_UP : SlotState.PAUSING;
    }

    /**
     * A worker that is ready.
     *
     * @param name unique within this JVM
     * @param memory resident memory of its process in bytes, as it said within the last seconds
     * @param cpu processor time of its process
     * @param started when its process was started
     * @param requests how many it was given
     */
    public record WorkerView(String name, long pid, long memory, Duration cpu, Instant started, long requests) {}

    /** A worker ended or was replaced, or did not become ready. */
    public record Restart(Instant time, RestartCause cause) {}

    /**
     * What a worker printed last.
     *
     * @param lines oldest first
     */
    public record Output(String worker, List<String> lines) {}
}
