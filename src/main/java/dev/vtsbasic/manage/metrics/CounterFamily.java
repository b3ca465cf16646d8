package dev.vtsbasic.manage.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/** Builds a Prometheus counter: a metric whose values only grow. */
final class CounterFamily implements MetricFamily<CounterFamily> {
    private final CounterSnapshot.Builder snapshot;

    CounterFamily(String name, String help) {
        snapshot = CounterSnapshot.builder().name(name).help(help);
    }

    @Override
    public CounterFamily add(double value, String... labels) {
        snapshot.dataPoint(CounterDataPointSnapshot.builder()
                .value(value)
                .labels(MetricFamily.labels(labels))
                .build());
        return this;
    }

    @Override
    public MetricSnapshot snapshot() {
        return snapshot.build();
    }
}
