package dev.vtsbasic.proxy.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    @Test
    void anExchangeWhoseCheckFailsDoesNotEndTheTimeoutsOfOthers() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch cut = new CountDownLatch(1);
        try (Watchdog watchdog = new Watchdog(Duration.ofMillis(1));
                Watchdog.Watched broken = watchdog.watch(() -> {
                    failed.countDown();
                    throw new IllegalStateException("The container has taken the request back");
                })) {
            broken.beginClientTurn();
            broken.allowClientChecks();
            broken.beginWait();
            assertTrue(failed.await(1, TimeUnit.MINUTES));
            try (Watchdog.Watched silent = watchdog.watch(() -> false)) {
                silent.onCut(cut::countDown);
                silent.beginWait();
                assertTrue(cut.await(1, TimeUnit.MINUTES));
                assertEquals(Watchdog.Verdict.SILENT, silent.verdict());
            }
        }
    }
}
