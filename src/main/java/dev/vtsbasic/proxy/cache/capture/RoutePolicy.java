package dev.vtsbasic.proxy.cache.capture;

import org.apache.hc.core5.http.HttpResponse;

/** Decides the {@link Route} of a response. */
public interface RoutePolicy {
    /**
     * Decides once the head is complete.
     *
     * @param trailers whether trailer fields may follow the body
     */
    Route route(HttpResponse head, boolean trailers);

    /** The value of Cache-Status (RFC 9211) for a response that takes this route. */
    String cacheStatus(Route route);

    /** Called when the collected body is too long, or there is no memory left for it, so that it is not stored. */
    void bodyTooLong();
}
