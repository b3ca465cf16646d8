package dev.vtsbasic.bun;

/**
 * Why there is no Bun worker.
 *
 * @param reason the kind of failure
 * @param message a sentence for the person who can mend it
 */
public record BunFailure(Reason reason, String message) {
    /** Kinds of failure; {@code java -jar} ends with another exit code for each. */
    public enum Reason {
        /** The process could not be started, ended before it answered, or keeps crashing. */
        CRASHED,
        /** The process runs but did not answer in time. */
        NOT_READY_IN_TIME
    }
}
