package dev.vtsbasic.manage.jmx;

import dev.vtsbasic.traffic.Method;
import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.StatusClass;
import dev.vtsbasic.traffic.Traffic;
import java.util.Arrays;

/** The requests of one kind, as JMX shows them. Totals count from the start of the deployment. */
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

    /** Requests that have ended. */
    public long getEnded() {
        return Arrays.stream(StatusClass.values()).mapToLong(this::ended).sum();
    }

    /** Ended requests whose response had a 4xx status. */
    public long getClientErrors() {
        return ended(StatusClass.CLIENT_ERROR);
    }

    /** Ended requests whose response had a 5xx status. */
    public long getServerErrors() {
        return ended(StatusClass.SERVER_ERROR);
    }

    /** Ended requests whose client disconnected before there was a response. */
    public long getUnanswered() {
        return ended(StatusClass.NONE);
    }

    private long ended(StatusClass status) {
        return Arrays.stream(Method.values())
                .mapToLong(method -> traffic.requests(kind, method, status))
                .sum();
    }

    /** Requests that had not ended when this bean was made. */
    public long getInFlight() {
        return inFlight;
    }

    /** Bytes in the bodies of ended requests. */
    public long getBytesReceived() {
        return traffic.bytesReceived(kind);
    }

    /** Bytes in the bodies of the responses to ended requests. */
    public long getBytesSent() {
        return traffic.bytesSent(kind);
    }

    /** Sum over all ended requests that got a response. */
    public double getSecondsToFirstByte() {
        return traffic.timesToFirstByte(kind).sum();
    }
}
