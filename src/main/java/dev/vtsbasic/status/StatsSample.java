package dev.vtsbasic.status;

import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.traffic.Durations;
import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The totals at one moment, and the memory in use then.
 *
 * @param nanos time of the sample by {@link System#nanoTime}
 * @param heap heap memory that the JVM uses, in bytes
 * @param workers resident memory of all ready workers, in bytes
 */
record StatsSample(long nanos, Map<RequestKind, Counts> kinds, long heap, long workers) {
    /**
     * Totals of the ended requests of one kind.
     *
     * @param statuses requests by {@link StatusClass}
     * @param firstByte requests with a response, by the bounds of {@link Durations#bounds} of the time to the first
     *     byte
     * @param total requests by the same bounds of the time to their end; zero for a kind that has no end of its own
     */
    record Counts(long[] statuses, long[] firstByte, long[] total) {
        static Counts of(Traffic traffic, RequestKind kind) {
            long[] statuses = Arrays.stream(StatusClass.values())
                    .mapToLong(status -> Arrays.stream(Method.values())
                            .mapToLong(method -> traffic.requests(kind, method, status))
                            .sum())
                    .toArray();
            return new Counts(
                    statuses,
                    traffic.timesToFirstByte(kind).counts(),
                    traffic.durations(kind).counts());
        }

        long requests() {
            return Arrays.stream(statuses).sum();
        }

        long of(StatusClass status) {
            return statuses[status.ordinal()];
        }
    }

    static StatsSample of(RuntimeStats stats) {
        Map<RequestKind, Counts> kinds = new EnumMap<>(RequestKind.class);
        for (RequestKind kind : RequestKind.values()) {
            kinds.put(kind, Counts.of(stats.traffic(), kind));
        }
        Runtime jvm = Runtime.getRuntime();
        return new StatsSample(System.nanoTime(), kinds, jvm.totalMemory() - jvm.freeMemory(), memory(stats.slots()));
    }

    static long memory(List<SlotSnapshot> slots) {
        return slots.stream()
                .flatMap(slot -> slot.ready().stream())
                .mapToLong(SlotSnapshot.WorkerView::memory)
                .sum();
    }

    Counts of(RequestKind kind) {
        return kinds.get(kind);
    }

    /** All kinds of requests but those of management. */
    static Stream<RequestKind> visitors() {
        return Arrays.stream(RequestKind.values()).filter(kind -> kind != RequestKind.MANAGEMENT);
    }
}
