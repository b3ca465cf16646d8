package dev.vtsbasic.manage.jmx;

import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import java.util.Arrays;

/** The requests of one kind, as JMX shows them. */
public final class RequestStatsBean {
    private final Traffic traffic;
    private final RequestKind kind;
    private final long inFlight;

    RequestStatsBean(Traffic traffic, RequestKind kind, long inFlight) {
        this.traffic = traffic;
        this.kind = kind;
        this.inFlight = inFlight;
    }

    public RequestKind getKind() {
        return kind;
    }

    /** How many have ended. */
    public long getEnded() {
        return Arrays.stream(StatusClass.values()).mapToLong(this::ended).sum();
    }

    public long getClientErrors() {
        return ended(StatusClass.CLIENT_ERROR);
    }

    public long getServerErrors() {
        return ended(StatusClass.SERVER_ERROR);
    }

    /** Of those that have ended, how many were left by their clients before there was an answer. */
    public long getUnanswered() {
        return ended(StatusClass.NONE);
    }

    private long ended(StatusClass status) {
        return Arrays.stream(Method.values())
                .mapToLong(method -> traffic.requests(kind, method, status))
                .sum();
    }

    /** How many have not ended. */
    public long getInFlight() {
        return inFlight;
    }

    public long getBytesReceived() {
        return traffic.bytesReceived(kind);
    }

    public long getBytesSent() {
        return traffic.bytesSent(kind);
    }

    /** Of all that were answered, together. */
    public double getSecondsToFirstByte() {
        return traffic.timesToFirstByte(kind).sum();
    }
}
