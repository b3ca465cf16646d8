package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.cache.capture.CaptureBudget;
import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.traffic.CacheStatistics;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hc.client5.http.cache.HttpCacheEntry;
import org.apache.hc.client5.http.impl.cache.CacheKeyGenerator;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.message.HeaderGroup;

/**
 * A shared cache (RFC 9111) of the responses that the app allows it to store. HttpClient's cache applies the RFC
 * and stores them; this class holds the memory, collapses requests, invalidates and counts. Safe for any number of
 * threads.
 */
public final class SharedCache implements AutoCloseable {
    /**
     * Bodies that are being collected may take another {@code capacity / CAPTURE_DIVISOR} bytes. {@code HeapBudget}
     * reserves the same amount.
     */
    private static final int CAPTURE_DIVISOR = 2;

    private final LruCacheStorage stored;
    private final HttpClientCache handler;
    private final RequestCollapser collapser = new RequestCollapser();
    private final CaptureBudget captureBudget;
    private final Executor senders;
    final LongAdder hits = new LongAdder();
    final LongAdder stale = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder validated = new LongAdder();
    final LongAdder collapsed = new LongAdder();
    final LongAdder kept = new LongAdder();

    /** Sends a request to the app and passes its response on. */
    @FunctionalInterface
    public interface App {
        /**
         * Sends a request to the app.
         *
         * @param deadline until when to wait for a worker that is ready, in terms of {@link System#nanoTime}
         */
        void ask(InboundRequest request, HttpServletResponse response, long deadline) throws IOException;
    }

    /**
     * @param capacity how many bytes the stored responses may take
     * @param senders runs the {@link ClientSender} of a response that is still being collected
     */
    public SharedCache(long capacity, Executor senders) {
        this.senders = senders;
        stored = new LruCacheStorage(capacity);
        handler = new HttpClientCache(stored, stored.maxEntry());
        captureBudget = new CaptureBudget(capacity / CAPTURE_DIVISOR, stored.maxEntry());
    }

    /**
     * Serves a request from the cache or from the app. A response to an unsafe method that is not an error removes what
     * it invalidates (RFC 9111 §4.4).
     *
     * @param app sends the client's request to the app
     * @param renewal sends a revalidation to the app that no client waits for
     * @param deadline until when to wait for a worker that is ready, in terms of {@link System#nanoTime}
     * @throws IOException when the response broke off after it had begun, or the client disconnected
     */
    public void answer(
            InboundRequest request,
            ForwardedHeaders forwarding,
            HttpServletResponse response,
            App app,
            App renewal,
            long deadline)
            throws IOException {
        if (StoragePolicy.appliesTo(request)) {
            CachedExchange.AppAccess access = new CachedExchange.AppAccess(app, renewal, deadline);
            new CachedExchange(this, CacheableRequest.of(request, forwarding), response, access).run();
        } else if (StoragePolicy.isUnsafe(request)) {
            app.ask(request, new InvalidatingResponse(this, request, forwarding, response), deadline);
        } else {
            app.ask(request, response, deadline);
        }
    }

    HttpClientCache handler() {
        return handler;
    }

    CaptureBudget captureBudget() {
        return captureBudget;
    }

    Executor senders() {
        return senders;
    }

    /** Maximum length of a stored body, in bytes. */
    long maxBody() {
        return stored.maxEntry();
    }

    /** Whether a response is stored under this key, perhaps only for other variants. */
    boolean hasStored(String key) {
        return stored.getEntry(key) != null;
    }

    /** The key of the variant that the request selects; {@code key} itself when no variants are known. */
    String variantKey(String key, ClassicHttpRequest request) {
        HttpCacheEntry root = stored.getEntry(key);
        return root == null || !root.hasVariants()
                ? key
                : CacheKeyGenerator.INSTANCE.generateVariantKey(request, root) + key;
    }

    /** The header fields of the stored variant that the request selects; none when it is no longer stored. */
    MessageHeaders storedFields(String key, ClassicHttpRequest request) {
        HttpCacheEntry entry = stored.getEntry(variantKey(key, request));
        return entry == null ? new HeaderGroup() : entry;
    }

    RequestCollapser collapser() {
        return collapser;
    }

    /** Removes all variants of a resource; a response to it that is in flight is not stored either. */
    void invalidate(String key) {
        collapser.invalidate(key::equals);
        stored.removeAll(key);
    }

    /**
     * Removes all responses for a path, with any query, host and variant. Responses to it that are in flight are not
     * stored either.
     *
     * @param path raw, as browsers see it, without a query; empty for all paths
     * @return how many stored responses were removed
     */
    public int purge(Optional<String> path) {
        collapser.invalidate(key -> isAt(path, key));
        return stored.removeIf(key -> isAt(path, key));
    }

    private static boolean isAt(Optional<String> path, String key) {
        return path.isEmpty() || path.get().equals(CacheKey.pathOf(key));
    }

    public CacheStatistics figures() {
        return new CacheStatistics(
                hits.sum(),
                stale.sum(),
                misses.sum(),
                validated.sum(),
                collapsed.sum(),
                kept.sum(),
                stored.evicted(),
                stored.count(),
                stored.bytes(),
                stored.capacity());
    }

    @Override
    public void close() {
        handler.close();
    }
}
