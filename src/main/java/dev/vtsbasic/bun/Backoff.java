package dev.vtsbasic.bun;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Computes the pause before a crashed worker is started again: none the first time, then 250 ms, doubling up to 30 s.
 * The pauses begin anew after a worker that was ready for as long as the crash window. Also detects crash loops. Used
 * by the thread of one {@link WorkerSlot}; not safe for several threads.
 *
 * <p>A crash counts towards a crash loop only when no client's request had been sent to the worker, because otherwise
 * clients could cause a crash loop, which ends the server. A worker that had been sent a request shows that the app can
 * run, so after its end there is only a pause.
 *
 * <p>The clock runs only while a worker is ready. So neither a slow start nor the pauses make crashes look rare.
 */
final class Backoff {
    private static final long MIN_PAUSE_MILLIS = 250;
    private static final long MAX_PAUSE_MILLIS = 30_000;

    /**
     * Much shorter than {@code VTS_HOLD_TIMEOUT} (30 s by default), because otherwise a few requests could leave the
     * server without a worker for longer than requests wait.
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
     * @return how long to wait before the next start, with up to a quarter more by chance, so that many hosts do not
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
     * Records the end of a worker to which a client's request had been sent. Crashes before it no longer count.
     *
     * @param readyFor how long the worker had been ready; zero when it never was
     * @return how long to wait before the next start: up to 2 s, with up to a quarter more by chance
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
