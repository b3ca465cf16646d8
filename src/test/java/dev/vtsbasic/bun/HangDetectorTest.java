package dev.vtsbasic.bun;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HangDetectorTest {
    private final HangDetector detector = new HangDetector(Duration.ofSeconds(5));

    @Test
    void onePingWithoutAResponseForTheWholeLimitIsAHang() {
        assertTrue(unanswered(0, 5));
    }

    @Test
    void pingsThatFailAtOnceAreNoHangUntilTheLimit() {
        assertFalse(unanswered(0, 0));
        assertFalse(unanswered(4, 4));
        detector.recordResponse();
        assertFalse(unanswered(6, 6));
        assertTrue(unanswered(11, 11));
    }

    @Test
    void aPingThatEndsMuchTooLateIsForgivenOnce() {
        assertFalse(unanswered(0, 60));
        assertTrue(unanswered(61, 66));
        detector.recordResponse();
        assertFalse(unanswered(70, 130));
        assertTrue(unanswered(131, 190));
    }

    private boolean unanswered(long asked, long givenUp) {
        // System.nanoTime() may begin at any value, even below zero.
        return detector.recordTimeout(nanos(asked - 90), nanos(givenUp - 90));
    }

    private static long nanos(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
