package dev.vtsbasic.bun;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Computes the pause before a crashed worker is started again, and detects crash loops. The first pause is zero, the
 * second 250 ms, and each further one twice as long, up to 30 s. The pauses start over after a worker that was ready
 * for at least the crash window. Not thread-safe: only the thread of one {@link WorkerSlot} uses it.
 *
 * <p>A crash counts towards a crash loop only when no client's request had been sent to the worker, because otherwise
 * clients could cause a crash loop, which ends the server. The end of a worker that had been sent a request causes only
 * a pause, because the app has shown that it can run.
 *
 * <p>The crash window counts only the time in which a worker was ready, because slow starts and pauses could otherwise
 * stretch a crash loop over more than the window.
 */
final class Backoff {
    private static final long MIN_PAUSE_MILLIS = 250;
    private static final long MAX_PAUSE_MILLIS = 30_000;

    /**
     * Much shorter than {@code VTS_HOLD_TIMEOUT} (30 s by default), because otherwise a few requests that end workers
     * could leave the server without one for longer than requests wait.
     */
    private static final long MAX_PAUSE_AFTER_REQUESTS_MILLIS = 2_000;

    private final int maxCrashes;
    private final Duration window;
    private final Deque<Duration> crashes = new ArrayDeque<>();
    private Duration clock = Duration.ZERO;
    private int consecutive;
    private int consecutiveAfterRequests;

    Backoff(int maxCrashes, Duration window) {
        this.maxCrashes = maxCrashes;
        this.window = window;
    }

    /**
     * Records the crash of a worker to which no client's request had been sent.
     *
     * @param readyFor how long the worker had been ready; zero when it never was
     * @return how long to wait before the next start, plus a random share of up to a quarter, so that many hosts do not
     *     start at the same moment
     */
    Duration recordCrash(Duration readyFor) {
        consecutive = wasStable(readyFor) ? 1 : consecutive + 1;
        clock = clock.plus(readyFor);
        crashes.add(clock);
        while (clock.minus(crashes.getFirst()).compareTo(window) > 0) {
            crashes.removeFirst();
        }
        return pause(consecutive, MAX_PAUSE_MILLIS);
    }

    /**
     * Records the end of a worker to which a client's request had been sent. Earlier crashes then no longer count.
     *
     * @param readyFor how long the worker had been ready; zero when it never was
     * @return how long to wait before the next start: up to 2 s, plus a random share of up to a quarter
     */
    Duration recordEndAfterRequests(Duration readyFor) {
        consecutiveAfterRequests = wasStable(readyFor) ? 1 : consecutiveAfterRequests + 1;
        clock = clock.plus(readyFor);
        crashes.clear();
        consecutive = 0;
        return pause(consecutiveAfterRequests, MAX_PAUSE_AFTER_REQUESTS_MILLIS);
    }

    private boolean wasStable(Duration readyFor) {
        return !readyFor.isZero() && readyFor.compareTo(window) >= 0;
    }

    private static Duration pause(int consecutive, long maxMillis) {
        if (consecutive == 1) {
            return Duration.ZERO;
        }
        long millis = Math.min(maxMillis, MIN_PAUSE_MILLIS << Math.min(consecutive - 2, 20));
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1));
    }

    /** Forgets all crashes. */
    void reset() {
        crashes.clear();
        consecutive = 0;
        consecutiveAfterRequests = 0;
    }

    /** Whether at least {@code maxCrashes} crashes happened within the window. */
    boolean isCrashLoop() {
        return crashes.size() >= maxCrashes;
    }
}
