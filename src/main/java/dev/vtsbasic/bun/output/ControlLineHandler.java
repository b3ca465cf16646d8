package dev.vtsbasic.bun.output;

/** Receives the lines of a worker's standard output that may be for this program and not for the log. */
public interface ControlLineHandler {
    /**
     * Gets each line of up to 64 bytes before it is logged.
     *
     * @return whether this was a control line, which is not logged
     */
    boolean take(String line);

    /** Whether a control line may still follow. While this is true, no line is skipped unread. */
    boolean mayFollow();
}
