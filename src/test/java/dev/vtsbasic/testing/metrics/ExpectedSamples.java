package dev.vtsbasic.testing.metrics;

import java.util.SortedMap;
import java.util.TreeMap;

/** The expected values of counters, by name and labels as in Prometheus' text format. */
final class ExpectedSamples {
    private final SortedMap<String, Double> values = new TreeMap<>();

    void add(String name, String... labels) {
        add(name, 1, labels);
    }

    void add(String name, int count, String... labels) {
        StringBuilder sample = new StringBuilder(name);
        for (int i = 0; i < labels.length; i += 2) {
            sample.append(i == 0 ? '{' : ',')
                    .append(labels[i])
                    .append("=\"")
                    .append(labels[i + 1])
                    .append('"');
        }
        if (count > 0) {
            values.merge(sample + (labels.length > 0 ? "}" : ""), (double) count, Double::sum);
        }
    }

    SortedMap<String, Double> values() {
        return values;
    }
}
