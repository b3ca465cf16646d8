package dev.vtsbasic.bun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {
    /** Such clocks start anywhere, also below zero. */
    private static final long START = -Duration.ofSeconds(90).toNanos();

    private final Backoff backoff = new Backoff(3, Duration.ofSeconds(60));

    @Test
    void theFirstCrashCostsNoTime() {
        assertEquals(Duration.ZERO, crashAt(0));
    }

    @Test
    void eachFurtherCrashDoublesThePauseUpToALimit() {
        crashAt(0);
        for (long expected : new long[] {250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000}) {
            long millis = crashAt(1).toMillis();
            assertTrue(millis >= expected && millis <= expected * 5 / 4, millis + " instead of " + expected);
        }
        for (int i = 0; i < 100; i++) {
            crashAt(2);
        }
        assertTrue(crashAt(2).toMillis() >= 30000, "however many there were");
    }

    @Test
    void aWorkerThatRanForLongerThanTheWindowStartsFromTheBeginning() {
        crashAt(0);
        crashAt(1);
        assertEquals(Duration.ZERO, crashAt(62));
        assertTrue(crashAt(63).toMillis() >= 250);
    }

    @Test
    void asManyCrashesAsAreAllowedWithinTheWindowAreALoop() {
        crashAt(0);
        crashAt(1);
        assertFalse(backoff.isCrashLoop());
        crashAt(60);
        assertTrue(backoff.isCrashLoop());
    }

    @Test
    void crashesThatLieFurtherApartAreNone() {
        for (int second = 0; second < 600; second += 31) {
            crashAt(second);
            assertFalse(backoff.isCrashLoop());
        }
    }

    private Duration crashAt(long second) {
        return backoff.crashed(START + Duration.ofSeconds(second).toNanos());
    }
}
