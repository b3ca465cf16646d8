package dev.vtsbasic.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("java")
class ConcurrencyLimitTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void waitingRequestsAreCountedUntilTheyGetAPermit() throws Exception {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 2);
        ConcurrencyLimit.Permit first = enter(limit, PATIENCE).orElseThrow();
        assertEquals(0, limit.waiting());
        List<CompletableFuture<Optional<ConcurrencyLimit.Permit>>> others = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            others.add(CompletableFuture.supplyAsync(() -> enter(limit, PATIENCE), threads));
            awaitWaiting(limit, i);
        }
        assertTrue(enter(limit, PATIENCE).isEmpty(), "a third one waited");
        assertEquals(2, limit.waiting());
        first.release();
        CompletableFuture.anyOf(others.get(0), others.get(1)).get(60, TimeUnit.SECONDS);
        awaitWaiting(limit, 1);
        for (CompletableFuture<Optional<ConcurrencyLimit.Permit>> other : others) {
            other.get(60, TimeUnit.SECONDS).orElseThrow().release();
        }
        assertEquals(0, limit.waiting());
    }

    @Test
    void aRequestThatTimesOutIsNotCountedAnyMore() {
        ConcurrencyLimit limit = new ConcurrencyLimit(1, 2);
        assertTrue(enter(limit, PATIENCE).isPresent());
        assertTrue(enter(limit, Duration.ofMillis(1)).isEmpty());
        assertEquals(0, limit.waiting());
        assertTrue(limit.acquire(true, System.nanoTime(), nanos -> {}).isPresent(), "the app waits for itself");
    }

    private static Optional<ConcurrencyLimit.Permit> enter(ConcurrencyLimit limit, Duration patience) {
        return limit.acquire(false, System.nanoTime() + patience.toNanos(), nanos -> {});
    }

    private static void awaitWaiting(ConcurrencyLimit limit, int count) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (limit.waiting() != count && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertEquals(count, limit.waiting());
    }
}
