package dev.vtsbasic.bun;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The state of a worker slot at one moment.
 *
 * @param number of the slot, from 1
 * @param ready the worker that is ready; empty when there is none
 * @param starting whether a worker is being started, including one that is to replace a ready worker
 * @param retiring how many replaced workers have not ended yet
 * @param restarts the last restarts in this slot, at most five, oldest first
 */
public record SlotSnapshot(
        int number, Optional<WorkerView> ready, boolean starting, int retiring, List<Restart> restarts) {
    /**
     * The state as known without a probe of the worker, so never {@link SlotState#SILENT}.
     *
     * @param givenUp whether the workers kept crashing, so that none is started any more
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
     * @param memory resident memory of its process in bytes, as of its last response to a ping; 0 before the first
     * @param cpu processor time that its process has used; zero when the system does not report it
     * @param started when its process was started
     * @param requests the number of requests that it was leased for
     */
    // This record has six components, because each is one figure of the status page, the metrics and JMX.
    public record WorkerView(String name, long pid, long memory, Duration cpu, Instant started, long requests) {}

    /** The time and cause of a restart: a worker ended, was replaced, or did not become ready. */
    public record Restart(Instant time, RestartCause cause) {}

    /**
     * The last lines that a worker printed.
     *
     * @param lines oldest first
     */
    public record Output(String worker, List<String> lines) {}
}
