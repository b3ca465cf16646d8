package dev.vtsbasic.bun.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogRateLimitTest {
    private final AtomicLong clock = new AtomicLong(Long.MAX_VALUE - 5);
    private final LogRateLimit limit = new LogRateLimit(clock::get);

    @Test
    void aBurstIsAllowedAndThenAFixedRate() {
        assertEquals(2000, allowed(10));
        assertTrue(limit.isExhausted());
        clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
        assertFalse(limit.isExhausted());
        assertEquals(50, allowed(10));
        clock.addAndGet(TimeUnit.HOURS.toNanos(1));
        assertEquals(2000, allowed(10), "no more than a burst, however long it was silent");
    }

    @Test
    void longLinesAreLimitedByTheirBytes() {
        assertEquals(256, allowed(16 * 1024));
        clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
        assertEquals(64, allowed(16 * 1024));
    }

    private int allowed(int length) {
        int lines = 0;
        while (lines < 10_000 && limit.tryAcquire(length)) {
            lines++;
        }
        return lines;
    }
}
