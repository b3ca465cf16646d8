package dev.vtsbasic.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CollapsingSupplierTest {
    private final AtomicInteger asked = new AtomicInteger();

    @Test
    void aConcurrentCallerGetsTheSameResult() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch response = new CountDownLatch(1);
        CollapsingSupplier<Integer> flight = new CollapsingSupplier<>(() -> {
            begun.countDown();
            awaitIt(response);
            return asked.incrementAndGet();
        });
        CompletableFuture<Integer> first = CompletableFuture.supplyAsync(flight);
        begun.await(10, TimeUnit.SECONDS);
        Thread second = new Thread(() -> assertEquals(1, flight.get()));
        second.start();
        while (second.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        response.countDown();
        assertEquals(1, first.get(10, TimeUnit.SECONDS));
        second.join(10_000);
        assertEquals(1, asked.get());
        assertEquals(2, flight.get(), "it is asked anew");
    }

    @Test
    void aCallAfterAFailureRunsTheSupplierAgain() {
        CollapsingSupplier<Integer> flight = new CollapsingSupplier<>(() -> {
            if (asked.incrementAndGet() == 1) {
                throw new IllegalStateException("no answer");
            }
            return asked.get();
        });
        assertThrows(IllegalStateException.class, flight::get);
        assertEquals(2, flight.get());
    }

    private static void awaitIt(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
