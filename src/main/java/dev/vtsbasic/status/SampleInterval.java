package dev.vtsbasic.status;

import dev.vtsbasic.traffic.Durations;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.StatusClass;
import java.util.Arrays;
import java.util.function.Function;

/** What happened between two samples. */
record SampleInterval(StatsSample from, StatsSample to) {
    private static final double[] BOUNDS = Durations.bounds();

    double seconds() {
        return (to.nanos() - from.nanos()) / 1e9;
    }

    /** How many requests of a kind ended per second. */
    double rate(RequestKind kind) {
        return perSecond(to.of(kind).requests() - from.of(kind).requests());
    }

    /** How many requests of visitors ended per second. */
    double rate() {
        return StatsSample.visitors().mapToDouble(this::rate).sum();
    }

    /** How many of them ended so per second. */
    double rate(StatusClass status) {
        return perSecond(count(status));
    }

    /** How many of them ended so. */
    long count(StatusClass status) {
        return StatsSample.visitors()
                .mapToLong(kind -> to.of(kind).of(status) - from.of(kind).of(status))
                .sum();
    }

    private double perSecond(long count) {
        double seconds = seconds();
        return seconds <= 0 ? 0 : count / seconds;
    }

    /** The time in seconds that a share of the first bytes did not need longer than; NaN when there were none. */
    double firstByte(RequestKind kind, double share) {
        return quantile(kind, share, StatsSample.Counts::firstByte);
    }

    /** The same of whole answers. */
    double total(RequestKind kind, double share) {
        return quantile(kind, share, StatsSample.Counts::total);
    }

    private double quantile(RequestKind kind, double share, Function<StatsSample.Counts, long[]> times) {
        long[] counts = times.apply(to.of(kind)).clone();
        long[] before = times.apply(from.of(kind));
        Arrays.setAll(counts, i -> counts[i] - before[i]);
        return quantile(counts, share);
    }

    /** As Prometheus' {@code histogram_quantile}: between two bounds, times are taken to lie evenly. */
    static double quantile(long[] counts, double share) {
        double rank = share * Arrays.stream(counts).sum();
        if (rank <= 0) {
            return Double.NaN;
        }
        int bucket = 0;
        double below = 0;
        while (below + counts[bucket] < rank) {
            below += counts[bucket++];
        }
        double lower = bucket == 0 ? 0 : BOUNDS[bucket - 1];
        // Nobody knows how much longer the longest took.
        return Double.isInfinite(BOUNDS[bucket])
                ? lower
                : lower + (BOUNDS[bucket] - lower) * (rank - below) / counts[bucket];
    }
}
