package dev.vtsbasic.manage.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.function.Supplier;

/** Builds a metric from its values, one for each combination of labels. */
final class MetricFamily {
    private final Values values;
    private final Supplier<MetricSnapshot> snapshot;

    /** Takes the values of a metric. */
    @FunctionalInterface
    private interface Values {
        void add(double value, Labels labels);
    }

    private MetricFamily(Values values, Supplier<MetricSnapshot> snapshot) {
        this.values = values;
        this.snapshot = snapshot;
    }

    /** A metric whose values only grow; {@code _total} is added to its name. */
    static MetricFamily counter(String name, String help) {
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(help);
        return new MetricFamily(
                (value, labels) -> counter.dataPoint(CounterDataPointSnapshot.builder()
                        .value(value)
                        .labels(labels)
                        .build()),
                counter::build);
    }

    /** A metric whose values go up and down. */
    static MetricFamily gauge(String name, String help) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        return new MetricFamily(
                (value, labels) -> gauge.dataPoint(GaugeDataPointSnapshot.builder()
                        .value(value)
                        .labels(labels)
                        .build()),
                gauge::build);
    }

    /** @param labels names and values of the labels, in turn */
    MetricFamily add(double value, String... labels) {
        values.add(value, labels.length == 0 ? Labels.EMPTY : Labels.of(labels));
        return this;
    }

    MetricSnapshot snapshot() {
        return snapshot.get();
    }
}
