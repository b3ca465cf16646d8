package dev.vtsbasic.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SvgChartTest {
    @Test
    void aLineEndsAtTheRightAndHasGapsWhereThereIsNothing() {
        double[] values = {0, Double.NaN, 5, 10};
        assertEquals("M436.4 120.0h0M545.5 60.0h0L600.0 0.0", SvgChart.path(values, 10));
    }

    @Test
    void aChartHasATextAlternative() {
        SvgChart chart = new SvgChart(
                "c", "Load & more", HumanFormat::perSecond, 1, List.of(new SvgChart.Line("app", new double[] {3, 2})));
        String label = "aria-label=\"Load &amp; more over the last 1 min. Now: app 2.0/s. Highest: 3.0/s\"";
        assertTrue(chart.html().contains(label), chart.html());
        assertTrue(chart.html().contains("<span>5.0/s</span><span>0</span>"), chart.html());
    }
}
