package dev.vtsbasic.status;

import dev.vtsbasic.bun.PlaceView;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.Figures;
import dev.vtsbasic.settings.SettingInForce;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A deployment as it is at a moment. What is counted is read from where the metrics are read from.
 *
 * @param ready whether Bun answers
 * @param problem why it does not until someone looks at it; empty when it may
 * @param history what had been counted before, oldest first
 * @param now what has been counted by now
 * @param server name of the servlet container
 */
record Status(
        Instant time,
        boolean ready,
        Optional<String> problem,
        Figures figures,
        List<Sample> history,
        Sample now,
        List<PlaceView> places,
        List<PlaceView.Output> output,
        List<Event.Logged> events,
        List<SettingInForce> settings,
        String server) {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    /** The last minute, or as much of it as there was. */
    Window minute() {
        Sample from = history.get(0);
        for (Sample sample : history) {
            if (now.nanos() - sample.nanos() >= MINUTE_NANOS) {
                from = sample;
            }
        }
        return new Window(from, now);
    }
}
