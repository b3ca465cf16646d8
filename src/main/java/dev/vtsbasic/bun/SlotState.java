package dev.vtsbasic.bun;

/** The state of a worker slot. */
public enum SlotState {
    /** The worker is ready. */
    READY,
    /** The worker was ready, but does not respond to a probe now. */
    SILENT,
    /** No worker is ready; one is being started. */
    STARTING,
    /** No worker is ready or being started; the next one starts after a pause, or when the last one has ended. */
    PAUSING,
    /** No worker is started any more, because the workers of all slots kept crashing. */
    GIVEN_UP
}
