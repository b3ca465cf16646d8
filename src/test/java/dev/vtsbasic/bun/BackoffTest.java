package dev.vtsbasic.bun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackoffTest {
    private final Backoff backoff = new Backoff(3, Duration.ofSeconds(60));

    @Test
    void theFirstCrashCausesNoPause() {
        assertEquals(Duration.ZERO, crashAfter(0));
    }

    @Test
    void eachFurtherCrashDoublesThePauseUpToALimit() {
        crashAfter(0);
        for (long expected : new long[] {250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000}) {
            long millis = crashAfter(1).toMillis();
            assertTrue(millis >= expected && millis <= expected * 5 / 4, millis + " instead of " + expected);
        }
        for (int i = 0; i < 100; i++) {
            crashAfter(2);
        }
        assertTrue(crashAfter(2).toMillis() >= 30000, "however many there were");
    }

    @Test
    void aCrashAfterAWorkerWasReadyForTheWholeWindowCausesNoPause() {
        crashAfter(0);
        assertTrue(crashAfter(59).toMillis() >= 250);
        assertEquals(Duration.ZERO, crashAfter(60));
        assertTrue(crashAfter(1).toMillis() >= 250);
    }

    @Test
    void theMaximumOfCrashesWithinTheWindowIsACrashLoop() {
        crashAfter(20);
        crashAfter(30);
        assertFalse(backoff.isCrashLoop());
        crashAfter(30);
        assertTrue(backoff.isCrashLoop());
    }

    @Test
    void crashesOutsideTheWindowAreNoCrashLoop() {
        for (int i = 0; i < 20; i++) {
            crashAfter(31);
            assertFalse(backoff.isCrashLoop());
        }
    }

    /** Crashes count regardless of the time that each start takes and of the growing pauses between them. */
    @ParameterizedTest
    @ValueSource(ints = {1, 5, 10, 1000})
    void workersThatNeverBecomeReadyAreACrashLoopForAnyMaximum(int maxCrashes) {
        Backoff patient = new Backoff(maxCrashes, Duration.ofSeconds(1));
        for (int i = 1; i < maxCrashes; i++) {
            patient.recordCrash(Duration.ZERO);
            assertFalse(patient.isCrashLoop());
        }
        patient.recordCrash(Duration.ZERO);
        assertTrue(patient.isCrashLoop());
    }

    @Test
    void withoutAWindowWorkersThatNeverBecomeReadyStillCausePauses() {
        Backoff hasty = new Backoff(3, Duration.ZERO);
        hasty.recordCrash(Duration.ZERO);
        assertTrue(hasty.recordCrash(Duration.ZERO).toMillis() >= 250);
        assertEquals(Duration.ZERO, hasty.recordCrash(Duration.ofSeconds(1)));
    }

    @Test
    void endsOfWorkersThatHadRequestsAreNoCrashLoop() {
        for (int i = 0; i < 20; i++) {
            backoff.recordEndAfterRequests(Duration.ofMillis(1));
            assertFalse(backoff.isCrashLoop());
        }
        crashAfter(0);
        crashAfter(0);
        backoff.recordEndAfterRequests(Duration.ZERO);
        crashAfter(0);
        assertFalse(backoff.isCrashLoop(), "a worker that had requests shows that the app can run");
    }

    @Test
    void thePausesAfterWorkersThatHadRequestsDoubleUpToTwoSeconds() {
        for (long expected : new long[] {0, 250, 500, 1000, 2000, 2000, 2000}) {
            long millis = backoff.recordEndAfterRequests(Duration.ofMillis(1)).toMillis();
            assertTrue(millis >= expected && millis <= expected * 5 / 4, millis + " instead of " + expected);
        }
        assertEquals(Duration.ZERO, backoff.recordEndAfterRequests(Duration.ofSeconds(60)));
        assertEquals(Duration.ZERO, crashAfter(0), "a start that fails has pauses of its own");
    }

    @Test
    void crashesBeforeAResetDoNotCount() {
        crashAfter(0);
        crashAfter(0);
        backoff.reset();
        assertEquals(Duration.ZERO, crashAfter(0));
        assertFalse(backoff.isCrashLoop());
    }

    private Duration crashAfter(long seconds) {
        return backoff.recordCrash(Duration.ofSeconds(seconds));
    }
}
