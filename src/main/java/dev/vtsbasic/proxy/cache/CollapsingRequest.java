package dev.vtsbasic.proxy.cache;

import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpStatus;

/**
 * One exchange's part in the {@link RequestCollapser}: either its own in-flight request, for which others may wait, or
 * its wait for the request of another exchange. Not thread-safe.
 */
final class CollapsingRequest {
    /**
     * How long a request waits for the response to another one; the same as nginx's {@code proxy_cache_lock_timeout}.
     */
    private static final long MAX_WAIT_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final SharedCache cache;
    private final String key;
    private final long mayWaitUntil = System.nanoTime() + MAX_WAIT_NANOS;

    /** Null when no other request can wait for this one. */
    private RequestCollapser.InFlight inFlight;

    private boolean mustLookUpAgain;
    private boolean waited;

    /** {@link RequestCollapser#completions} before HttpClient's cache was asked. */
    private long departuresBefore;

    /** Whether HttpClient's cache was asked once more because of {@link #departuresBefore}, which happens only once. */
    private boolean lookedAgain;

    /** The variant for which this request has waited and whose response was then stored; null when there is none. */
    private String awaitedVariant;

    /** @param key of the resource in the cache */
    CollapsingRequest(SharedCache cache, String key) {
        this.cache = cache;
        this.key = key;
    }

    /** Call this before HttpClient's cache is asked. */
    void beginLookup() {
        mustLookUpAgain = false;
        departuresBefore = cache.collapser().completions(key);
    }

    /** Whether to ask HttpClient's cache once more, because another request may have filled it. */
    boolean mustLookUpAgain() {
        return mustLookUpAgain;
    }

    /** Whether this request has waited for another one. */
    boolean hasWaited() {
        return waited;
    }

    /** Whether this request is in flight for other requests, too, so that its response may be stored. */
    boolean isInFlight() {
        return inFlight != null;
    }

    /**
     * Begins an in-flight request, or waits for the one that exists.
     *
     * @param variant key of the variant that the request selects
     * @param mayWait false to return at once when another request is in flight
     * @return whether to ask the app now; if not, another request has asked it or is asking it
     */
    boolean join(String variant, boolean mayWait) {
        RequestCollapser.Entry entry = cache.collapser().join(variant, key);
        if (entry.isNew()) {
            inFlight = entry.inFlight();
            // Another request may have filled the cache since HttpClient's cache was asked.
            mustLookUpAgain = !lookedAgain && cache.collapser().completions(key) != departuresBefore;
            lookedAgain |= mustLookUpAgain;
            return !mustLookUpAgain;
        }
        if (!mayWait) {
            return false;
        }
        long left = mayWaitUntil - System.nanoTime();
        if (cache.collapser().wasNotShareable(variant) || left <= 0 || variant.equals(awaitedVariant)) {
            return true;
        }
        waited = true;
        RequestCollapser.End end = entry.inFlight().await(left);
        if (end == RequestCollapser.End.IN_FLIGHT) {
            inFlight = cache.collapser().replace(entry.inFlight());
        } else if (end == RequestCollapser.End.STORED) {
            // If this stored response does not match the request, the next one of the variant hardly will.
            awaitedVariant = variant;
        }
        mustLookUpAgain = end == RequestCollapser.End.STORED || end == RequestCollapser.End.BROKEN;
        return !mustLookUpAgain;
    }

    /** Ends the in-flight request, if there is one, and wakes the requests that wait for it. */
    void end(RequestCollapser.End end) {
        if (inFlight != null) {
            // An invalidation after detach() removes the stored response itself; an earlier one has marked this request
            // as outdated.
            inFlight.detach();
            if (inFlight.isInvalidated()) {
                cache.invalidate(key);
            }
            inFlight.end(end);
            inFlight = null;
        }
    }

    /** Wakes the requests that wait, because the response, which has this status, will not be stored. */
    void endNotStored(int status) {
        if (status == HttpStatus.SC_NOT_MODIFIED) {
            // The 304 answers a condition of the client's own, so it says nothing about responses to other clients.
            endUnstored(RequestCollapser.End.BROKEN);
        } else if (status >= HttpStatus.SC_INTERNAL_SERVER_ERROR) {
            endUnstored(RequestCollapser.End.NOT_SHAREABLE);
        } else {
            endNotShareable();
        }
    }

    /** As {@link #endNotStored}; later requests for the variant do not wait for each other either. */
    void endNotShareable() {
        if (inFlight != null) {
            inFlight.endNotShareable();
            inFlight = null;
        }
    }

    private void endUnstored(RequestCollapser.End end) {
        if (inFlight != null) {
            inFlight.end(end);
            inFlight = null;
        }
    }
}
