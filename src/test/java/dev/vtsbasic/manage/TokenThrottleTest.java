package dev.vtsbasic.manage;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenThrottleTest {
    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger pauses = new AtomicInteger();
    private final TokenThrottle throttle = new TokenThrottle(now::get, time -> pauses.incrementAndGet());

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, 1",
        "192.0.2.1, 192.0.2.2, 0",
        "2001:db8:0:1::1, 2001:db8:0:1:ffff::, 1",
        "2001:db8:0:1::1, 2001:db8:0:2::1, 0",
    })
    void aClientIsSlowedAfterTenWrongTokensAndItsNeighboursAreNot(String guessing, String other, int expected) {
        for (int tries = 0; tries < TokenThrottle.FREE_TRIES; tries++) {
            throttle.delayIfThrottled(guessing);
            throttle.recordFailure(guessing);
        }
        assertEquals(0, pauses.get());
        throttle.delayIfThrottled(other);
        assertEquals(expected, pauses.get());
    }

    @Test
    void wrongTokensAreForgottenAfterAMinute() {
        for (int tries = 0; tries < TokenThrottle.FREE_TRIES; tries++) {
            throttle.recordFailure("192.0.2.1");
        }
        now.set(TokenThrottle.FORGIVEN_AFTER.toNanos() - 1);
        throttle.delayIfThrottled("192.0.2.1");
        assertEquals(1, pauses.get());
        now.incrementAndGet();
        throttle.delayIfThrottled("192.0.2.1");
        assertEquals(1, pauses.get());
    }

    /** The container has few threads, and needs them for others. */
    @Test
    void noMoreThanTenThreadsOfTheContainerWait() throws Exception {
        CountDownLatch asleep = new CountDownLatch(10);
        CountDownLatch wake = new CountDownLatch(1);
        TokenThrottle sleepy = new TokenThrottle(now::get, time -> {
            asleep.countDown();
            wake.await();
        });
        for (int tries = 0; tries < TokenThrottle.FREE_TRIES; tries++) {
            sleepy.recordFailure("192.0.2.1");
        }
        ExecutorService threads = Executors.newFixedThreadPool(10);
        try {
            for (int i = 0; i < 10; i++) {
                threads.execute(() -> sleepy.delayIfThrottled("192.0.2.1"));
            }
            asleep.await(60, TimeUnit.SECONDS);
            sleepy.delayIfThrottled("192.0.2.1");
            assertEquals(1, wake.getCount(), "returned while the others sleep");
        } finally {
            wake.countDown();
            threads.shutdown();
        }
    }
}
