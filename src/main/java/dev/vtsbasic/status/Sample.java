package dev.vtsbasic.status;

import dev.vtsbasic.bun.PlaceView;
import dev.vtsbasic.manage.Figures;
import dev.vtsbasic.traffic.Durations;
import dev.vtsbasic.traffic.Kind;
import dev.vtsbasic.traffic.Method;
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
record Sample(long nanos, Map<Kind, Counts> kinds, long heap, long workers) {
    /**
     * Requests that have ended.
     *
     * @param statuses how many by {@link StatusClass}
     * @param firstByte how many by {@link Durations#bounds} of the time to their first byte
     * @param total the same by the time to their end
     */
    record Counts(long[] statuses, long[] firstByte, long[] total) {
        static Counts of(Traffic traffic, Kind kind) {
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

    static Sample of(Figures figures) {
        Map<Kind, Counts> kinds = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            kinds.put(kind, Counts.of(figures.traffic(), kind));
        }
        Runtime jvm = Runtime.getRuntime();
        return new Sample(System.nanoTime(), kinds, jvm.totalMemory() - jvm.freeMemory(), memory(figures.places()));
    }

    static long memory(List<PlaceView> places) {
        return places.stream()
                .flatMap(place -> place.ready().stream())
                .mapToLong(PlaceView.WorkerView::memory)
                .sum();
    }

    Counts of(Kind kind) {
        return kinds.get(kind);
    }

    /** Requests of visitors, not of who looks after the server. */
    static Stream<Kind> visitors() {
        return Arrays.stream(Kind.values()).filter(kind -> kind != Kind.MANAGEMENT);
    }
}
