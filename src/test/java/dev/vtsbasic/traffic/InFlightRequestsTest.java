package dev.vtsbasic.traffic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class InFlightRequestsTest {
    private final InFlightRequests running = new InFlightRequests();

    @Test
    void awaitIdleReturnsAtOnceWithoutRequests() throws Exception {
        assertEquals(0, running.awaitIdle(TimeUnit.MINUTES.toNanos(5)));
        running.enter().leave();
        assertEquals(0, running.awaitIdle(TimeUnit.MINUTES.toNanos(5)));
    }

    @Test
    void theTimeoutTellsHowManyAreLeft() throws Exception {
        running.enter();
        InFlightRequests.Permit second = running.enter();
        assertEquals(2, running.awaitIdle(0));
        second.leave();
        second.leave();
        assertEquals(1, running.awaitIdle(1_000_000));
    }

    @Test
    void theEndOfTheLastRequestEndsTheWait() throws Exception {
        InFlightRequests.Permit first = running.enter();
        InFlightRequests.Permit second = running.enter();
        FutureTask<Integer> waiting = new FutureTask<>(() -> running.awaitIdle(TimeUnit.MINUTES.toNanos(5)));
        Thread thread = new Thread(waiting);
        thread.setDaemon(true);
        thread.start();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertTrue(thread.isAlive(), "it did not wait");
            Thread.onSpinWait();
        }
        first.leave();
        second.leave();
        assertEquals(0, waiting.get());
    }
}
