package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.traffic.RequestRecord;
import org.apache.hc.client5.http.cache.HttpCacheEntry;
import org.apache.hc.client5.http.cache.ResponseCacheControl;
import org.apache.hc.core5.http.ClassicHttpRequest;

/**
 * A GET or HEAD request that the cache may serve.
 *
 * @param inbound the client's request
 * @param key key of the target in the cache
 * @param purpose whether a client waits for the response
 */
record CacheableRequest(InboundRequest inbound, ForwardedHeaders forwarding, String key, Purpose purpose) {
    enum Purpose {
        /** A client waits for the response. */
        SERVE_CLIENT,
        /** A client has got the stale response already, and this request only updates the cache. */
        REVALIDATE
    }

    static CacheableRequest of(InboundRequest inbound, ForwardedHeaders forwarding) {
        return new CacheableRequest(inbound, forwarding, CacheKey.of(inbound, forwarding), Purpose.SERVE_CLIENT);
    }

    /** The request that revalidates the stale response which a client has got for this request. */
    CacheableRequest revalidation() {
        InboundRequest uncounted = inbound.with(inbound.headers(), RequestRecord.unread());
        return new CacheableRequest(uncounted, forwarding, key, Purpose.REVALIDATE);
    }

    boolean servesClient() {
        return purpose == Purpose.SERVE_CLIENT;
    }

    /** The request with which HttpClient's cache looks for a stored response. */
    ClassicHttpRequest lookup() {
        ClassicHttpRequest lookup = CacheKey.request(key, inbound, forwarding);
        if (inbound.method().equals("HEAD")) {
            // Only responses to GET are stored; a HEAD request without a hit is proxied as if there were no cache.
            lookup.setHeader("Cache-Control", "only-if-cached");
        } else if (purpose == Purpose.REVALIDATE) {
            // HttpClient's cache would otherwise use the stale response that is to be revalidated.
            lookup.setHeader("Cache-Control", "max-stale=0");
        }
        return lookup;
    }

    /** Whether this stored response may be sent to the client. */
    boolean mayGet(HttpCacheEntry stored) {
        return StoragePolicy.isShareable(CacheControl.ofUntargeted(stored), inbound);
    }

    /** As {@link #mayGet(HttpCacheEntry)}, for a stored response of which only the directives are known so far. */
    boolean mayGet(ResponseCacheControl stored) {
        return StoragePolicy.isShareable(stored, inbound);
    }
}
