package dev.vtsbasic.manage;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/** A metric that goes up and down. */
final class Gauge implements Family<Gauge> {
    private final GaugeSnapshot.Builder snapshot;

    Gauge(String name, String help) {
        snapshot = GaugeSnapshot.builder().name(name).help(help);
    }

    @Override
    public Gauge add(double value, String... labels) {
        snapshot.dataPoint(GaugeDataPointSnapshot.builder()
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
