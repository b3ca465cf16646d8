package dev.vtsbasic.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.status.Sample.Counts;
import dev.vtsbasic.traffic.Durations;
import dev.vtsbasic.traffic.Kind;
import dev.vtsbasic.traffic.StatusClass;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final int BOUNDS = Durations.bounds().length;

    /** Each time as often in the second sample as in the first, and ten seconds later. */
    @Test
    void onlyWhatHappenedBetweenTheSamplesCounts() {
        Window window = new Window(sample(0, 100, bucket(0, 7)), sample(10, 150, bucket(1, 4)));
        assertEquals(5, window.rate(Kind.PROXIED));
        assertEquals(5, window.rate());
        assertEquals(50, window.count(StatusClass.SERVER_ERROR));
        assertEquals(0, window.rate(Kind.ASSET));
    }

    @Test
    void managementIsNoVisitor() {
        Sample none = sample(0, 0, bucket(0, 0));
        Map<Kind, Counts> kinds = new EnumMap<>(none.kinds());
        kinds.put(Kind.MANAGEMENT, new Counts(statuses(9), bucket(0, 9), bucket(0, 9)));
        Window window = new Window(none, new Sample(1_000_000_000, kinds, 0, 0));
        assertEquals(0, window.rate());
        assertEquals(9, window.rate(Kind.MANAGEMENT));
    }

    @Test
    void aQuantileLiesBetweenTheBoundsOfItsBucket() {
        assertEquals(0.0025, Window.quantile(bucket(0, 10), 0.5), 1e-9);
        assertEquals(0.00975, Window.quantile(bucket(1, 100), 0.95), 1e-9);
        long[] spread = bucket(0, 90);
        spread[4] = 10;
        assertEquals(0.05 + 0.05 * 0.5, Window.quantile(spread, 0.95), 1e-9);
    }

    @Test
    void ofTheLongestOnlyTheLowerBoundIsKnown() {
        assertEquals(60, Window.quantile(bucket(BOUNDS - 1, 3), 0.5));
    }

    @Test
    void whereNothingHappenedThereIsNoQuantileAndNoRate() {
        Sample sample = sample(5, 3, bucket(2, 3));
        Window window = new Window(sample, sample);
        assertEquals(Double.NaN, window.firstByte(Kind.PROXIED, 0.5));
        assertEquals(0, window.rate());
    }

    private static Sample sample(int seconds, long errors, long[] times) {
        Map<Kind, Counts> kinds = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            boolean proxied = kind == Kind.PROXIED;
            kinds.put(
                    kind,
                    new Counts(
                            statuses(proxied ? errors : 0),
                            proxied ? times : bucket(0, 0),
                            proxied ? times : bucket(0, 0)));
        }
        return new Sample(seconds * 1_000_000_000L, kinds, 0, 0);
    }

    private static long[] statuses(long errors) {
        long[] statuses = new long[StatusClass.values().length];
        statuses[StatusClass.SERVER_ERROR.ordinal()] = errors;
        return statuses;
    }

    private static long[] bucket(int bucket, long count) {
        long[] counts = new long[BOUNDS];
        counts[bucket] = count;
        return counts;
    }
}
