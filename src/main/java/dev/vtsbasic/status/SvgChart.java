package dev.vtsbasic.status;

import static dev.vtsbasic.text.Markup.escape;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A line chart of the last ten minutes, or of the time since the start when that is shorter. The server draws it, so
 * that it needs no JavaScript.
 *
 * @param id id of the chart's element
 * @param unit formats a value with its unit
 * @param minUpperBound smallest upper end of the vertical axis, a power of ten
 */
record SvgChart(String id, String title, DoubleFunction<String> unit, double minUpperBound, List<Line> lines) {
    private static final double WIDTH = 600;
    private static final double HEIGHT = 120;

    /** The horizontal axis spans at least a minute, so that a few values are not stretched over the whole width. */
    private static final int MIN_STEPS = 12;

    /** @param values one value for each interval between samples, the latest last; NaN where there is no value */
    record Line(String name, double[] values) {
        double last() {
            return values.length == 0 ? Double.NaN : values[values.length - 1];
        }
    }

    String html() {
        double maximum = maximum();
        String span = HumanFormat.duration(
                SampleHistory.STEP.multipliedBy(steps(lines.get(0).values())));
        String now = lines.stream()
                .map(line -> line.name() + " " + unit.apply(line.last()))
                .collect(Collectors.joining(", "));
        return """
                <figure id="%s" class="panel" data-live>
                <figcaption><h3>%s</h3><ul>%s</ul></figcaption>
                <div class="plot"><div class="scale" aria-hidden="true"><span>%s</span><span>0</span></div>
                <svg role="img" aria-label="%s" viewBox="0 0 %.0f %.0f" preserveAspectRatio="none">%s</svg>
                <div class="axis" aria-hidden="true"><span>%s ago</span><span>now</span></div></div>
                </figure>
                """.formatted(
                id,
                escape(title),
                legend(),
                unit.apply(maximum),
                escape(title + " over the last " + span + ". Now: " + now + ". Highest: " + unit.apply(highest())),
                WIDTH,
                HEIGHT,
                drawing(maximum),
                span);
    }

    private static int steps(double[] values) {
        return Math.max(MIN_STEPS, values.length);
    }

    private String legend() {
        return IntStream.range(0, lines.size())
                .mapToObj(i -> "<li><i class=\"line-%d\"></i>%s <b>%s</b></li>"
                        .formatted(
                                i + 1,
                                escape(lines.get(i).name()),
                                unit.apply(lines.get(i).last())))
                .collect(Collectors.joining());
    }

    private String drawing(double maximum) {
        String grid = "<path class=\"grid\" d=\"M0 0H%1$.0fM0 %2$.0fH%1$.0fM0 %3$.0fH%1$.0f\"/>"
                .formatted(WIDTH, HEIGHT / 2, HEIGHT);
        return grid
                + IntStream.range(0, lines.size())
                        .mapToObj(i -> "<path class=\"line-%d\" d=\"%s\"/>"
                                .formatted(i + 1, path(lines.get(i).values(), maximum)))
                        .collect(Collectors.joining());
    }

    /** An SVG path with a gap for each NaN; a value without a neighbour becomes a dot. */
    static String path(double[] values, double maximum) {
        StringBuilder path = new StringBuilder();
        boolean drawing = false;
        for (int i = 0; i < values.length; i++) {
            boolean there = !Double.isNaN(values[i]);
            if (there) {
                double x = WIDTH - (values.length - 1 - i) * WIDTH / (steps(values) - 1);
                String point =
                        String.format(Locale.ROOT, "%.1f %.1f", x, HEIGHT * (1 - Math.min(1, values[i] / maximum)));
                path.append(drawing ? "L" : "M").append(point);
                if (!drawing) {
                    path.append("h0");
                }
            }
            drawing = there;
        }
        return path.toString();
    }

    private double highest() {
        return lines.stream()
                .flatMapToDouble(line -> Arrays.stream(line.values()))
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(Double.NaN);
    }

    /** The upper end of the vertical axis: one, two or five times a power of ten. */
    private double maximum() {
        double highest = highest();
        double maximum = minUpperBound;
        double[] factors = {2, 2.5, 2};
        for (int i = 0; maximum < highest; i++) {
            maximum *= factors[i % factors.length];
        }
        return maximum;
    }
}
