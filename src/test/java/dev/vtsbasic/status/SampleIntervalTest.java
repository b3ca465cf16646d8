package dev.vtsbasic.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.status.StatsSample.Counts;
import dev.vtsbasic.traffic.Durations;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.StatusClass;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SampleIntervalTest {
    private static final int BOUNDS = Durations.bounds().length;

    /** The second sample, ten seconds later, also contains the counts of the first. */
    @Test
    void onlyWhatHappenedBetweenTheSamplesCounts() {
        SampleInterval window = new SampleInterval(sample(0, 100, bucket(0, 7)), sample(10, 150, bucket(1, 4)));
        assertEquals(5, window.rate(RequestKind.PROXIED));
        assertEquals(5, window.rate());
        assertEquals(50, window.count(StatusClass.SERVER_ERROR));
        assertEquals(0, window.rate(RequestKind.ASSET));
    }

    @Test
    void managementRequestsDoNotCountAsVisitors() {
        StatsSample none = sample(0, 0, bucket(0, 0));
        Map<RequestKind, Counts> kinds = new EnumMap<>(none.kinds());
        kinds.put(RequestKind.MANAGEMENT, new Counts(statuses(9), bucket(0, 9), bucket(0, 9)));
        SampleInterval window = new SampleInterval(none, new StatsSample(1_000_000_000, kinds, 0, 0));
        assertEquals(0, window.rate());
        assertEquals(9, window.rate(RequestKind.MANAGEMENT));
    }

    @Test
    void aQuantileLiesBetweenTheBoundsOfItsBucket() {
        assertEquals(0.0025, SampleInterval.quantile(bucket(0, 10), 0.5), 1e-9);
        assertEquals(0.00975, SampleInterval.quantile(bucket(1, 100), 0.95), 1e-9);
        long[] spread = bucket(0, 90);
        spread[4] = 10;
        assertEquals(0.05 + 0.05 * 0.5, SampleInterval.quantile(spread, 0.95), 1e-9);
    }

    @Test
    void aQuantileInTheLastBucketIsItsLowerBound() {
        assertEquals(60, SampleInterval.quantile(bucket(BOUNDS - 1, 3), 0.5));
    }

    @Test
    void anIntervalWithoutRequestsHasNoQuantileAndNoRate() {
        StatsSample sample = sample(5, 3, bucket(2, 3));
        SampleInterval window = new SampleInterval(sample, sample);
        assertEquals(Double.NaN, window.firstByte(RequestKind.PROXIED, 0.5));
        assertEquals(0, window.rate());
    }

    private static StatsSample sample(int seconds, long errors, long[] times) {
        Map<RequestKind, Counts> kinds = new EnumMap<>(RequestKind.class);
        for (RequestKind kind : RequestKind.values()) {
            boolean proxied = kind == RequestKind.PROXIED;
            kinds.put(
                    kind,
                    new Counts(
                            statuses(proxied ? errors : 0),
                            proxied ? times : bucket(0, 0),
                            proxied ? times : bucket(0, 0)));
        }
        return new StatsSample(seconds * 1_000_000_000L, kinds, 0, 0);
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
