package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.cache.capture.Route;
import dev.vtsbasic.proxy.cache.capture.RoutePolicy;
import java.util.Set;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.HttpStatus;

/** Decides whether the app's response goes to the client, to the cache, or to both. */
final class ResponseRouter implements RoutePolicy {
    /** Errors that a stale response may replace (stale-if-error, RFC 5861 §4). */
    private static final Set<Integer> REPLACEABLE_ERRORS = Set.of(500, 502, 503, 504);

    private final SharedCache cache;
    private final CacheableRequest request;
    private final CollapsingRequest collapsing;
    private final Stale stale;
    private final String forwardReason;

    /** @param forwardReason the value of {@code fwd} in Cache-Status */
    ResponseRouter(
            SharedCache cache,
            CacheableRequest request,
            CollapsingRequest collapsing,
            Stale stale,
            String forwardReason) {
        this.cache = cache;
        this.request = request;
        this.collapsing = collapsing;
        this.stale = stale;
        this.forwardReason = forwardReason;
    }

    static boolean isReplaceableError(int status) {
        return REPLACEABLE_ERRORS.contains(status);
    }

    @Override
    public Route route(HttpResponse head, boolean trailers) {
        int status = head.getCode();
        if (stale != Stale.NONE && status == HttpStatus.SC_NOT_MODIFIED) {
            return forCache(Route.WITHHOLD);
        }
        if (stale == Stale.USABLE_IF_ERROR && isReplaceableError(status)) {
            collapsing.endNotStored(status);
            return forCache(Route.WITHHOLD);
        }
        if (collapsing.isInFlight()
                && !trailers
                && !isTooLong(head)
                && StoragePolicy.mayBeStored(head, request.inbound())) {
            return forCache(Route.TEE);
        }
        if (stale != Stale.NONE && StoragePolicy.invalidatesStored(head, request.inbound())) {
            cache.invalidate(request.key());
        }
        collapsing.endNotStored(status);
        return request.servesClient() ? Route.PASS : Route.ABORT;
    }

    private Route forCache(Route withClient) {
        return request.servesClient() ? withClient : Route.COLLECT;
    }

    /** A 204 may have any Content-Length, because no recipient reads a body by it. */
    private boolean isTooLong(HttpResponse head) {
        Header length = head.getFirstHeader("Content-Length");
        try {
            return length != null && Long.parseLong(length.getValue()) > cache.maxBody();
        } catch (NumberFormatException e) {
            return true;
        }
    }

    @Override
    public String cacheStatus(Route route) {
        return "vts-basic; fwd=" + forwardReason + (route == Route.TEE ? "; stored" : "");
    }

    @Override
    public void bodyTooLong() {
        collapsing.endNotShareable();
    }
}
