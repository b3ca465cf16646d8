package dev.vtsbasic.status;

import dev.vtsbasic.manage.RuntimeStats;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The samples of the last ten minutes, kept in memory. Safe for any number of threads. */
final class SampleHistory {
    static final Duration STEP = Duration.ofSeconds(5);

    /** Number of intervals that are kept; there is one more sample than intervals. */
    static final int STEPS = 120;

    private final RuntimeStats stats;
    private final Deque<StatsSample> samples = new ArrayDeque<>();

    SampleHistory(RuntimeStats stats) {
        this.stats = stats;
        add();
    }

    /** Takes a sample; must be called once in each {@link #STEP}. */
    void add() {
        StatsSample sample = StatsSample.of(stats);
        synchronized (this) {
            if (samples.size() > STEPS) {
                samples.removeFirst();
            }
            samples.add(sample);
        }
    }

    /** Oldest first; never empty. */
    synchronized List<StatsSample> samples() {
        return List.copyOf(samples);
    }
}
