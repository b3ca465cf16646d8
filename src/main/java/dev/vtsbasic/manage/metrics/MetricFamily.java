package dev.vtsbasic.manage.metrics;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;

/** Builds a metric from its values, one for each combination of labels. */
interface MetricFamily<F extends MetricFamily<F>> {
    /** @param labels names and values of the labels, in turn */
    F add(double value, String... labels);

    MetricSnapshot snapshot();

    static Labels labels(String... namesAndValues) {
        return namesAndValues.length == 0 ? Labels.EMPTY : Labels.of(namesAndValues);
    }
}
