package dev.vtsbasic.bun;

/**
 * Why there is no Bun worker.
 *
 * @param message a sentence for the operator
 */
public record BunFailure(Reason reason, String message) {
    /** Kinds of failure; {@code java -jar} has an exit code for each. */
    public enum Reason {
        /** The process could not be started, ended before the app responded, or keeps crashing. */
        CRASHED,
        /** The process runs, but the app did not respond in time. */
        NOT_READY_IN_TIME
    }
}
