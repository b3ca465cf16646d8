package dev.vtsbasic.traffic;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** A histogram of durations. Safe for any number of threads. */
public final class Durations {
    /** Upper bounds in seconds; the last one is above any duration. */
    private static final double[] BOUNDS = {
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, Double.POSITIVE_INFINITY
    };

    private static final long[] BOUND_NANOS =
            Arrays.stream(BOUNDS).mapToLong(bound -> (long) (bound * 1e9)).toArray();

    private final LongAdder[] counts =
            Stream.generate(LongAdder::new).limit(BOUNDS.length).toArray(LongAdder[]::new);
    private final LongAdder nanos = new LongAdder();

    Durations() {}

    void add(long duration) {
        int i = 0;
        while (duration > BOUND_NANOS[i]) {
            i++;
        }
        counts[i].increment();
        nanos.add(duration);
    }

    /** The upper bounds of {@link #counts}, in seconds; the last one is infinite. */
    public static double[] bounds() {
        return BOUNDS.clone();
    }

    /** For each bound, how many durations are at most that long, but longer than the bound before it. */
    public long[] counts() {
        return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
    }

    /** The sum of all durations, in seconds. */
    public double sum() {
        return nanos.sum() / 1e9;
    }
}
