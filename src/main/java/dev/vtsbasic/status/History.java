package dev.vtsbasic.status;

import dev.vtsbasic.manage.Figures;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Samples of the last ten minutes. Safe for any number of threads. */
final class History {
    static final Duration STEP = Duration.ofSeconds(5);
    static final int STEPS = 120;

    private final Figures figures;
    private final Deque<Sample> samples = new ArrayDeque<>();

    History(Figures figures) {
        this.figures = figures;
        add();
    }

    /** Takes a sample; to be called once in each {@link #STEP}. */
    void add() {
        Sample sample = Sample.of(figures);
        synchronized (this) {
            if (samples.size() > STEPS) {
                samples.removeFirst();
            }
            samples.add(sample);
        }
    }

    /** Oldest first; never empty. */
    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }
}
