package dev.vtsbasic.traffic;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All requests of a deployment: those that are in flight, and totals of those that have ended. Safe for any number of
 * threads.
 */
public final class Traffic {
    private static final RequestKind[] KINDS = RequestKind.values();
    private static final int METHODS = Method.values().length;

    private final Consumer<RequestRecord> log;
    private final Set<RequestRecord> inFlight = ConcurrentHashMap.newKeySet();
    private final List<Counters<StatusClass>> requests = counters(KINDS.length * METHODS, StatusClass.class);
    private final Durations[] firstByte = durations();
    private final Durations[] total = durations();
    private final Counters<RequestKind> received = new Counters<>(RequestKind.class);
    private final Counters<RequestKind> sent = new Counters<>(RequestKind.class);
    private final Counters<Held> held = new Counters<>(Held.class);
    private final Counters<ShedReason> shed = new Counters<>(ShedReason.class);
    private final Counters<UpstreamError> upstreamErrors = new Counters<>(UpstreamError.class);
    private final List<Counters<AssetOutcome>> assets = counters(ContentCoding.values().length, AssetOutcome.class);

    private enum Held {
        WAITED,
        RETRIED
    }

    /** @param log called for each request that has ended */
    Traffic(Consumer<RequestRecord> log) {
        this.log = log;
    }

    private static <E extends Enum<E>> List<Counters<E>> counters(int count, Class<E> type) {
        return Stream.generate(() -> new Counters<>(type)).limit(count).toList();
    }

    private static Durations[] durations() {
        return Stream.generate(Durations::new).limit(KINDS.length).toArray(Durations[]::new);
    }

    void begun(RequestRecord record) {
        inFlight.add(record);
    }

    void ended(RequestRecord record) {
        RequestKind kind = record.kind();
        int index = kind.ordinal();
        requests.get(index * METHODS + record.method().ordinal()).add(StatusClass.of(record.status()), 1);
        if (record.status() != 0) {
            firstByte[index].add(record.firstByteNanos());
        }
        if (kind.hasAnEnd()) {
            total[index].add(record.totalNanos());
        }
        received.add(kind, record.bytesReceived());
        sent.add(kind, record.bytesSent());
        if (record.wasHeld()) {
            held.add(Held.WAITED, 1);
        }
        if (record.retries() > 0) {
            held.add(Held.RETRIED, 1);
        }
        if (record.shed() != null) {
            shed.add(record.shed(), 1);
        }
        if (record.upstreamError() != null) {
            upstreamErrors.add(record.upstreamError(), 1);
        }
        if (record.asset() != null) {
            assets.get(record.coding().ordinal()).add(record.asset(), 1);
        }
        // Removed only after it is counted, so that a request that is no longer in flight is in the totals.
        inFlight.remove(record);
        log.accept(record);
    }

    public long requests(RequestKind kind, Method method, StatusClass status) {
        return requests.get(kind.ordinal() * METHODS + method.ordinal()).of(status);
    }

    /** Times from a request to the beginning of its response, of requests that got one. */
    public Durations timesToFirstByte(RequestKind kind) {
        return firstByte[kind.ordinal()];
    }

    /** Times from a request to the end of its response; none for kinds that have no end of their own. */
    public Durations durations(RequestKind kind) {
        return total[kind.ordinal()];
    }

    public long bytesReceived(RequestKind kind) {
        return received.of(kind);
    }

    public long bytesSent(RequestKind kind) {
        return sent.of(kind);
    }

    /** How many requests had to wait for a worker, or for a permit. */
    public long held() {
        return held.of(Held.WAITED);
    }

    /** How many requests were sent to a worker more than once. */
    public long retried() {
        return held.of(Held.RETRIED);
    }

    /** Counts a refused request that has no record. */
    public void countShed(ShedReason reason) {
        shed.add(reason, 1);
    }

    public long shed(ShedReason reason) {
        return shed.of(reason);
    }

    public long upstreamErrors(UpstreamError cause) {
        return upstreamErrors.of(cause);
    }

    public long assets(ContentCoding coding, AssetOutcome outcome) {
        return assets.get(coding.ordinal()).of(outcome);
    }

    /** How many requests are in flight now. A kind that has none is absent. */
    public Map<RequestKind, Long> inFlight() {
        Map<RequestKind, Long> counts = new EnumMap<>(RequestKind.class);
        inFlight.forEach(record -> counts.merge(record.kind(), 1L, Long::sum));
        return counts;
    }
}
