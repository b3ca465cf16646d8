package dev.vtsbasic.bun.output;

/** Takes the lines of a worker's standard output that are not for the log. */
public interface ControlLines {
    /**
     * Gets each line of up to 64 bytes before it is logged.
     *
     * @return whether this was a control line, which is not logged
     */
    boolean take(String line);

    /** Whether a control line may still follow; while one may, no line is skipped unread. */
    boolean mayFollow();
}
