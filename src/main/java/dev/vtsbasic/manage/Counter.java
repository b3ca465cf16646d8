package dev.vtsbasic.manage;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/** A metric that only grows. */
final class Counter implements Family<Counter> {
    private final CounterSnapshot.Builder snapshot;

    Counter(String name, String help) {
        snapshot = CounterSnapshot.builder().name(name).help(help);
    }

    @Override
    public Counter add(double value, String... labels) {
        snapshot.dataPoint(CounterDataPointSnapshot.builder()
                .value(value)
                .labels(Family.labels(labels))
                .build());
        return this;
    }

    @Override
    public MetricSnapshot snapshot() {
        return snapshot.build();
    }
}
