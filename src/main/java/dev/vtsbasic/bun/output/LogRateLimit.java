package dev.vtsbasic.bun.output;

import java.util.function.LongSupplier;

/**
 * A token bucket of lines and one of bytes for an output stream of a worker. They are large enough for a busy app, and
 * bound the log of a runaway app. Not thread-safe.
 */
final class LogRateLimit {
    static final int LINES_PER_SECOND = 500;
    static final int MAX_LINES = 2000;
    static final int BYTES_PER_SECOND = 1 << 20;
    static final int MAX_BYTES = 4 << 20;

    private final LongSupplier clock;
    private double lines = MAX_LINES;
    private double bytes = MAX_BYTES;
    private long filled;

    /** @param clock in nanoseconds, like {@link System#nanoTime} */
    LogRateLimit(LongSupplier clock) {
        this.clock = clock;
        this.filled = clock.getAsLong();
    }

    boolean isExhausted() {
        fill();
        return lines < 1 || bytes < 1;
    }

    /** Whether a line of {@code length} bytes may be logged; if so, takes it from the buckets. */
    boolean tryAcquire(int length) {
        fill();
        if (lines < 1 || bytes < length) {
            return false;
        }
        lines--;
        bytes -= length;
        return true;
    }

    private void fill() {
        long now = clock.getAsLong();
        double seconds = (now - filled) / 1e9;
        filled = now;
        lines = Math.min(MAX_LINES, lines + seconds * LINES_PER_SECOND);
        bytes = Math.min(MAX_BYTES, bytes + seconds * BYTES_PER_SECOND);
    }
}
