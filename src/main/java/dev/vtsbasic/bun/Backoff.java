package dev.vtsbasic.bun;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How long to wait before a crashed worker is started again: not at all the first time, then doubling, and from the
 * beginning again once a worker ran for longer than the crash window. Also tells when crashes come too often.
 */
final class Backoff {
    private static final long FIRST_MILLIS = 250;
    private static final long LONGEST_MILLIS = 30_000;

    private final int maxCrashes;
    private final long windowNanos;
    private final Deque<Long> crashes = new ArrayDeque<>();
    private int inARow;

    Backoff(int maxCrashes, Duration window) {
        this.maxCrashes = maxCrashes;
        this.windowNanos = window.toNanos();
    }

    /**
     * Notes a crash.
     *
     * @param now in terms of {@link System#nanoTime}
     * @return how long to wait before the next start, with up to a quarter more by chance, so that many hosts do not
     *     start in step
     */
    Duration crashed(long now) {
        boolean wasStable = !crashes.isEmpty() && now - crashes.getLast() > windowNanos;
        inARow = wasStable ? 1 : inARow + 1;
        crashes.add(now);
        while (now - crashes.getFirst() > windowNanos) {
            crashes.removeFirst();
        }
        if (inARow == 1) {
            return Duration.ZERO;
        }
        long millis = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(inARow - 2, 20));
        return Duration.ofMillis(millis + ThreadLocalRandom.current().nextLong(millis / 4 + 1));
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
