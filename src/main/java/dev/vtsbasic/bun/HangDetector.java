package dev.vtsbasic.bun;

import java.time.Duration;

/**
 * Decides whether a worker hangs: whether it has not responded to pings for the time limit. A ping that ends much later
 * than its time-out is ignored once, because this machine or JVM may have been suspended and so have missed a response
 * that came in time. Not thread-safe.
 */
final class HangDetector {
    /** A ping that ends later than this after its time-out was delayed by this JVM or machine. */
    private static final long LATE_NANOS = Duration.ofSeconds(1).toNanos();

    private final long limit;
    private boolean answered = true;
    private boolean lateTimeoutIgnored;
    private long since;

    HangDetector(Duration limit) {
        this.limit = limit.toNanos();
    }

    void recordResponse() {
        answered = true;
        lateTimeoutIgnored = false;
    }

    /**
     * Records a ping without a response. The result is false for a ping that is ignored or that failed before the limit
     * had passed, so that the caller pings again.
     *
     * @param asked when the ping was sent, in terms of {@link System#nanoTime}
     * @param now when the ping was given up, on the same clock
     * @return whether the worker has not responded for at least the limit
     */
    boolean recordTimeout(long asked, long now) {
        if (now - asked > limit + LATE_NANOS && !lateTimeoutIgnored) {
            // Only once, because a worker may also hang on a machine where every ping ends late.
            lateTimeoutIgnored = true;
            answered = true;
            return false;
        }
        since = answered ? asked : since;
        answered = false;
        return now - since >= limit;
    }
}
