package dev.vtsbasic.status;

import dev.vtsbasic.traffic.Durations;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.StatusClass;
import java.util.Arrays;
import java.util.function.Function;

/** Rates and quantiles of the requests that ended between two samples. */
record SampleInterval(StatsSample from, StatsSample to) {
    private static final double[] BOUNDS = Durations.bounds();

    double seconds() {
        return (to.nanos() - from.nanos()) / 1e9;
    }

    /** Requests of a kind that ended, per second. */
    double rate(RequestKind kind) {
        return perSecond(to.of(kind).requests() - from.of(kind).requests());
    }

    /** Requests of all kinds but management that ended, per second. */
    double rate() {
        return StatsSample.visitors().mapToDouble(this::rate).sum();
    }

    /** Requests of all kinds but management that ended with such a status, per second. */
    double rate(StatusClass status) {
        return perSecond(count(status));
    }

    /** Requests of all kinds but management that ended with such a status. */
    long count(StatusClass status) {
        return StatsSample.visitors()
                .mapToLong(kind -> to.of(kind).of(status) - from.of(kind).of(status))
                .sum();
    }

    private double perSecond(long count) {
        double seconds = seconds();
        return seconds <= 0 ? 0 : count / seconds;
    }

    /**
     * Quantile of the time to the first byte.
     *
     * @param share from 0 to 1: 0.95 for the 95th percentile
     * @return seconds, at most the largest finite bound of {@link Durations}; NaN when no request ended with a response
     */
    double firstByte(RequestKind kind, double share) {
        return quantile(kind, share, StatsSample.Counts::firstByte);
    }

    /** The same quantile of the time to the end of the response; NaN for a kind that has no end of its own. */
    double total(RequestKind kind, double share) {
        return quantile(kind, share, StatsSample.Counts::total);
    }

    private double quantile(RequestKind kind, double share, Function<StatsSample.Counts, long[]> times) {
        long[] counts = times.apply(to.of(kind)).clone();
        long[] before = times.apply(from.of(kind));
        Arrays.setAll(counts, i -> counts[i] - before[i]);
        return quantile(counts, share);
    }

    /** Like Prometheus's {@code histogram_quantile}: assumes that times lie evenly between two bounds. */
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
        // The last bucket has no upper bound to interpolate to.
        return Double.isInfinite(BOUNDS[bucket])
                ? lower
                : lower + (BOUNDS[bucket] - lower) * (rank - below) / counts[bucket];
    }
}
