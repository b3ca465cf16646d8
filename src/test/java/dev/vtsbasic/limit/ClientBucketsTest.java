package dev.vtsbasic.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.settings.Rate;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.TestSettings;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClientBucketsTest {
    private static final int MAX_CLIENTS = 100;
    private static final long TO_FILL = Duration.ofMillis(2500).toNanos();

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
    private final ClientBuckets clients = new ClientBuckets(
            new RateLimitPolicy("client", new Rate(20, Duration.ofSeconds(1), 50), nanos::get), MAX_CLIENTS);

    @Test
    void aClientKeepsItsBucketForAsLongAsThatIsNotFull() {
        Bucket bucket = clients.of(1);
        for (int i = 0; i < 10; i++) {
            nanos.addAndGet(TO_FILL);
            assertSame(bucket, clients.of(1));
        }
        nanos.addAndGet(TO_FILL - 1);
        clients.of(2);
        assertSame(bucket, clients.of(1));
    }

    @Test
    void anIdleClientLosesItsBucket() {
        Bucket bucket = clients.of(1);
        nanos.addAndGet(TO_FILL);
        clients.of(2);
        nanos.addAndGet(TO_FILL);
        clients.of(2);
        assertNotSame(bucket, clients.of(1));
    }

    @Test
    void aFloodOfClientsIsBoundedAndAnActiveClientKeepsItsBucket() {
        Bucket bucket = clients.of(-1);
        for (long client = 0; client < 100L * MAX_CLIENTS; client++) {
            clients.of(client);
            assertTrue(clients.size() <= 2 * MAX_CLIENTS, "size " + clients.size());
            if (client % (MAX_CLIENTS / 2) == 0) {
                assertSame(bucket, clients.of(-1));
            }
        }
    }

    @Test
    void oneClientOnManyThreadsHasOneBucket() {
        for (long client = 0; client < 1000; client++) {
            long same = client;
            assertEquals(
                    1,
                    IntStream.range(0, 16)
                            .parallel()
                            .mapToObj(i -> clients.of(same))
                            .mapToInt(System::identityHashCode)
                            .distinct()
                            .count());
        }
    }

    @Test
    void everyRateThatASettingAllowsCanBeCounted() {
        int refused = 0;
        for (int count : new int[] {1, 2, 999, 1142, 9_999_999}) {
            for (String period : List.of("s", "m", "h")) {
                for (int burst : new int[] {1, 8760, 525_600, 9_999_999}) {
                    String text = count + "/" + period + " burst " + burst;
                    Settings settings;
                    try {
                        settings = TestSettings.of("vts.rate-limit-per-client", text);
                    } catch (IllegalArgumentException e) {
                        assertTrue(e.getMessage().contains("VTS_RATE_LIMIT_PER_CLIENT"), e.getMessage());
                        refused++;
                        continue;
                    }
                    RateLimitPolicy policy = new RateLimitPolicy(
                            "client", settings.proxy().limits().ratePerClient().orElseThrow(), () -> 1000);
                    Bucket bucket = new ClientBuckets(policy, 1).of(1);
                    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(burst);
                    assertTrue(probe.isConsumed(), text);
                    long wait = probe.getNanosToWaitForReset();
                    long expected = policy.rate().timeToFill().toNanos();
                    assertTrue(Math.abs(wait - expected) <= expected / 100 + 1000, text + ": " + wait);
                }
            }
        }
        assertTrue(refused > 0, "none is refused");
    }
}
