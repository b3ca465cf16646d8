package dev.vtsbasic.traffic;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * A counter for each constant of an enumeration, so that the number of counters is bounded. Safe for any number of
 * threads.
 */
final class Counters<E extends Enum<E>> {
    private final LongAdder[] counts;

    Counters(Class<E> type) {
        counts = Stream.generate(LongAdder::new)
                .limit(type.getEnumConstants().length)
                .toArray(LongAdder[]::new);
    }

    void add(E constant, long count) {
        if (count != 0) {
            counts[constant.ordinal()].add(count);
        }
    }

    long of(E constant) {
        return counts[constant.ordinal()].sum();
    }
}
