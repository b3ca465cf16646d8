package dev.vtsbasic.manage.metrics;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/** Builds a Prometheus gauge: a metric whose values go up and down. */
final class GaugeFamily implements MetricFamily<GaugeFamily> {
    private final GaugeSnapshot.Builder snapshot;

    GaugeFamily(String name, String help) {
        snapshot = GaugeSnapshot.builder().name(name).help(help);
    }

    @Override
    public GaugeFamily add(double value, String... labels) {
        snapshot.dataPoint(GaugeDataPointSnapshot.builder()
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
