package dev.vtsbasic.status;

import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.SlotState;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.HealthReport;
import dev.vtsbasic.manage.RuntimeStats;
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
record StatusSnapshot(
        Instant time,
        HealthReport health,
        RuntimeStats figures,
        List<StatsSample> history,
        StatsSample now,
        List<SlotSnapshot> places,
        List<SlotSnapshot.Output> output,
        List<Event.Logged> events,
        List<SettingInForce> settings,
        String server) {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    /** What the worker of a place said, or why there is none. */
    SlotState state(SlotSnapshot place) {
        return health.places().get(place.number() - 1).state();
    }

    /** The last minute, or as much of it as there was. */
    SampleInterval minute() {
        StatsSample from = history.get(0);
        for (StatsSample sample : history) {
            if (now.nanos() - sample.nanos() >= MINUTE_NANOS) {
                from = sample;
            }
        }
        return new SampleInterval(from, now);
    }
}
