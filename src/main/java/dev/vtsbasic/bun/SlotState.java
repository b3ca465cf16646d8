package dev.vtsbasic.bun;

/** What there is in a place for a worker. */
public enum SlotState {
    /** A worker that answers. */
    READY,
    /** A worker that was ready, and does not answer now. */
    SILENT,
    /** No worker yet; one is being started. */
    STARTING,
    /** None for a moment: the last one crashed. */
    PAUSING,
    /** None any more: they kept crashing in all places. */
    GIVEN_UP
}
