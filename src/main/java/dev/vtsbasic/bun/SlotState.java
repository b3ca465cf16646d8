package dev.vtsbasic.bun;

/** The state of a worker slot. */
public enum SlotState {
    /** The worker is ready. */
    READY,
    /** The worker was ready, and does not answer now. */
    SILENT,
    /** No worker is ready; one is being started. */
    STARTING,
    /** No worker is ready or being started for a moment, mostly because the last one crashed. */
    PAUSING,
    /** No worker is started any more, because the workers of all slots kept crashing. */
    GIVEN_UP
}
