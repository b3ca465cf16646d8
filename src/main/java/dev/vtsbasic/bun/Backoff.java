package dev.vtsbasic.bun;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before a crashed worker is started again: not at all the first time, then doubling, and from the
 * beginning again once a worker answered for as long as the crash window. Also tells when crashes come too often.
 *
 * <p>A crash counts only when the worker had been sent no client's request, because else clients could make a crash loop,
 * which ends the server. The end of a worker that had been sent one shows that the app can run, and is only paused for.
 *
 * <p>Its clock goes only while a worker answers. So neither a slow start nor the pauses themselves make crashes look rare.
 */
final class Backoff {
    private static final long FIRST_MILLIS = 250;
    private static final long LONGEST_MILLIS = 30_000;

    /** Much less than requests are held for, because else a few requests could keep the server without a worker. */
    private static final long LONGEST_AFTER_REQUESTS_MILLIS = 2_000;

    private final int maxCrashes;
    private final Duration window;
    private final Deque<Duration> crashes = new ArrayDeque<>();
    private Duration clock = Duration.ZERO;
    private int inARow;
    private int afterRequestsInARow;

    Backoff(int maxCrashes, Duration window) {
        this.maxCrashes = maxCrashes;
        this.window = window;
    }

    /**
     * Notes the crash of a worker that had been sent no client's request.
     *
     * @param answered how long the worker was ready before; zero when it never was
     * @return how long to wait before the next start, with up to a quarter more by chance, so that many hosts do not
     *     start in step
     */
    Duration crashed(Duration answered) {
        inARow = wasStable(answered) ? 1 : inARow + 1;
        clock = clock.plus(answered);
        crashes.add(clock);
        while (clock.minus(crashes.getFirst()).compareTo(window) > 0) {
            crashes.removeFirst();
        }
        return pause(inARow, LONGEST_MILLIS);
    }

    /**
     * Notes the end of a worker that had been sent a client's request; what crashed before it is no part of a loop.
     *
     * @param answered how long the worker was ready before
     * @return how long to wait before the next start
     */
    Duration endedAfterRequests(Duration answered) {
        afterRequestsInARow = wasStable(answered) ? 1 : afterRequestsInARow + 1;
        clock = clock.plus(answered);
        crashes.clear();
        inARow = 0;
        return pause(afterRequestsInARow, LONGEST_AFTER_REQUESTS_MILLIS);
    }

    private boolean wasStable(Duration answered) {
        return !answered.isZero() && answered.compareTo(window) >= 0;
    }

    private static Duration pause(int inARow, long longestMillis) {
        if (inARow == 1) {
            return Duration.ZERO;
        }
        long millis = Math.min(longestMillis, FIRST_MILLIS << Math.min(inARow - 2, 20));
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1));
    }

    /** Begins anew. */
    void forget() {
        crashes.clear();
        inARow = 0;
        afterRequestsInARow = 0;
    }

    /** Whether as many crashes as are allowed happened within the window. */
    boolean isCrashLoop() {
        return crashes.size() >= maxCrashes;
    }
}
