package dev.vtsbasic.bun;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before a crashed worker is started again: not at all the first time, then doubling, and from the
 * beginning again once a worker answered for as long as the crash window. Also tells when crashes come too often.
 *
 * <p>Its clock goes only while a worker answers. So neither a slow start nor the pauses themselves make crashes look rare.
 */
final class Backoff {
    private static final long FIRST_MILLIS = 250;
    private static final long LONGEST_MILLIS = 30_000;

    private final int maxCrashes;
    private final Duration window;
    private final Deque<Duration> crashes = new ArrayDeque<>();
    private Duration clock = Duration.ZERO;
    private int inARow;

    Backoff(int maxCrashes, Duration window) {
        this.maxCrashes = maxCrashes;
        this.window = window;
    }

    /**
     * Notes a crash.
     *
     * @param answered how long the worker was ready before; zero when it never was
     * @return how long to wait before the next start, with up to a quarter more by chance, so that many hosts do not
     *     start in step
     */
    Duration crashed(Duration answered) {
        boolean wasStable = !answered.isZero() && answered.compareTo(window) >= 0;
        inARow = wasStable ? 1 : inARow + 1;
        clock = clock.plus(answered);
        crashes.add(clock);
        while (clock.minus(crashes.getFirst()).compareTo(window) > 0) {
            crashes.removeFirst();
        }
        if (inARow == 1) {
            return Duration.ZERO;
        }
        long millis = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(inARow - 2, 20));
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1));
    }

    /** A worker that was ready for that long ended of something that is no crash of the app by itself. */
    void answered(Duration answered) {
        clock = clock.plus(answered);
    }

    /** Begins anew. */
    void forget() {
        crashes.clear();
        inARow = 0;
    }

    /** Whether as many crashes as are allowed happened within the window. */
    boolean isCrashLoop() {
        return crashes.size() >= maxCrashes;
    }
}
