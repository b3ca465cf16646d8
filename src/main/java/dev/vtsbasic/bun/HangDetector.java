package dev.vtsbasic.bun;

import java.time.Duration;

/**
 * How long a worker has not answered, as far as we were there to hear it: when this machine or JVM stood still meanwhile, an
 * answer that came in time is found too late.
 */
final class HangDetector {
    /** More than a question may take longer than its time-out. */
    private static final long LATE_NANOS = Duration.ofSeconds(1).toNanos();

    private final long limit;
    private boolean heard = true;
    private boolean forgiven;
    private long since;

    HangDetector(Duration limit) {
        this.limit = limit.toNanos();
    }

    /** There was an answer. */
    void end() {
        heard = true;
        forgiven = false;
    }

    /**
     * Notes a question without an answer. One that failed at once, or that we looked after too late, is to be asked again.
     *
     * @param asked when it was asked, in terms of {@link System#nanoTime}
     * @param now when it was given up
     * @return whether there was none for as long as is allowed
     */
    boolean isTooLong(long asked, long now) {
        if (now - asked > limit + LATE_NANOS && !forgiven) {
            // Only once: where everything takes long, a worker may hang all the same.
            forgiven = true;
            heard = true;
            return false;
        }
        since = heard ? asked : since;
        heard = false;
        return now - since >= limit;
    }
}
