package dev.vtsbasic.status;

import dev.vtsbasic.bun.PlaceState;
import dev.vtsbasic.bun.PlaceView;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.Figures;
import dev.vtsbasic.manage.Health;
import dev.vtsbasic.settings.SettingInForce;
import java.time.Instant;
import java.util.List;

/**
 * A deployment as it is at a moment. What is counted is read from where the metrics are read from.
 *
 * @param health as the workers were asked
 * @param history what had been counted before, oldest first
 * @param now what has been counted by now
 * @param server name of the servlet container
 */
record Status(
        Instant time,
        Health health,
        Figures figures,
        List<Sample> history,
        Sample now,
        List<PlaceView> places,
        List<PlaceView.Output> output,
        List<Event.Logged> events,
        List<SettingInForce> settings,
        String server) {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    /** What the worker of a place said, or why there is none. */
    PlaceState state(PlaceView place) {
        return health.places().get(place.number() - 1).state();
    }

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
