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
 * The state of a deployment at one moment, as the status shows it. Its counts have the same source as the metrics.
 *
 * @param health result of the probe of the workers
 * @param history samples of the last ten minutes, oldest first; never empty
 * @param now sample of this moment
 * @param slots worker slots, by number from 1
 * @param output last lines that the workers printed, in the order of the slots
 * @param events last events of the log, oldest first
 * @param server name of the servlet container
 */
// More than five components, because each is read once, so that all parts of the status agree.
record StatusSnapshot(
        Instant time,
        HealthReport health,
        RuntimeStats stats,
        List<StatsSample> history,
        StatsSample now,
        List<SlotSnapshot> slots,
        List<SlotSnapshot.Output> output,
        List<Event.Logged> events,
        List<SettingInForce> settings,
        String server) {
    private static final long MINUTE_NANOS = 60_000_000_000L;

    /** The state of a slot by the probe. */
    SlotState state(SlotSnapshot slot) {
        return health.slots().get(slot.number() - 1).state();
    }

    /** The last minute, or the time since the first sample when that is shorter. */
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
