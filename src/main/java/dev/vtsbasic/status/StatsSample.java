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
 * What had been counted by a moment, and the memory in use then.
 *
 * @param nanos when, by {@link System#nanoTime}
 * @param heap used by the JVM, in bytes
 * @param workers resident memory of all workers, in bytes
 */
record StatsSample(long nanos, Map<RequestKind, Counts> kinds, long heap, long workers) {
    /**
     * Requests that have ended.
     *
     * @param statuses how many by {@link StatusClass}
     * @param firstByte how many by {@link Durations#bounds} of the time to their first byte
     * @param total the same by the time to their end
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

    static StatsSample of(RuntimeStats figures) {
        Map<RequestKind, Counts> kinds = new EnumMap<>(RequestKind.class);
        for (RequestKind kind : RequestKind.values()) {
            kinds.put(kind, Counts.of(figures.traffic(), kind));
        }
        Runtime jvm = Runtime.getRuntime();
        return new StatsSample(System.nanoTime(), kinds, jvm.totalMemory() - jvm.freeMemory(), memory(figures.places()));
    }

    static long memory(List<SlotSnapshot> places) {
        return places.stream()
                .flatMap(place -> place.ready().stream())
                .mapToLong(SlotSnapshot.WorkerView::memory)
                .sum();
    }

    Counts of(RequestKind kind) {
        return kinds.get(kind);
    }

    /** Requests of visitors, not of who looks after the server. */
    static Stream<RequestKind> visitors() {
        return Arrays.stream(RequestKind.values()).filter(kind -> kind != RequestKind.MANAGEMENT);
    }
}
