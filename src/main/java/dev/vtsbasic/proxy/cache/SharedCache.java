package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.traffic.CacheStatistics;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hc.client5.http.cache.HttpCacheEntry;
import org.apache.hc.client5.http.impl.cache.CacheKeyGenerator;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.message.HeaderGroup;

/**
 * A shared cache (RFC 9111) of what the app allows to be kept. HttpClient's cache judges and stores; this has the memory,
 * the requests that are under way, and what is done to all of it. Safe for any number of threads.
 */
public final class SharedCache implements AutoCloseable {
    /** This part of the memory, once more, is for bodies that are on their way into it; as in {@code HeapBudget}. */
    private static final int PART = 2;

    private final LruCacheStorage stored;
    private final HttpClientCache handler;
    private final RequestCollapser flights = new RequestCollapser();
    private final AtomicLong collecting;
    private final Executor senders;
    final LongAdder hits = new LongAdder();
    final LongAdder stale = new LongAdder();
    final LongAdder misses = new LongAdder();
    final LongAdder validated = new LongAdder();
    final LongAdder collapsed = new LongAdder();
    final LongAdder kept = new LongAdder();

    /** Asks the app, and hands over its answer. */
    @FunctionalInterface
    public interface App {
        /** @param deadline until when to wait for a worker that is ready, in terms of {@link System#nanoTime} */
        void ask(InboundRequest request, HttpServletResponse response, long deadline) throws IOException;
    }

    /**
     * @param capacity most bytes that the answers in it may take
     * @param senders run what sends an answer to its client while it is still being collected
     */
    public SharedCache(long capacity, Executor senders) {
        this.senders = senders;
        stored = new LruCacheStorage(capacity);
        handler = new HttpClientCache(stored, stored.largest());
        collecting = new AtomicLong(capacity / PART);
    }

    /**
     * Answers a request, from here or from the app.
     *
     * @param app asks on behalf of the client
     * @param renewal asks on behalf of nobody, after the client got its answer
     */
    public void answer(
            InboundRequest request,
            ForwardedHeaders forwarding,
            HttpServletResponse response,
            App app,
            App renewal,
            long deadline)
            throws IOException {
        if (StoragePolicy.concern(request)) {
            new CachedExchange(this, request, forwarding, response, app, renewal, deadline).run();
        } else if (StoragePolicy.isUnsafe(request)) {
            app.ask(request, new InvalidatingResponse(this, request, forwarding, response), deadline);
        } else {
            app.ask(request, response, deadline);
        }
    }

    HttpClientCache handler() {
        return handler;
    }

    AtomicLong collecting() {
        return collecting;
    }

    Executor senders() {
        return senders;
    }

    /** How long the body of an answer in it may be. */
    long largest() {
        return stored.largest();
    }

    /** Whether there is something for this address, if perhaps in other forms than the one that is asked for. */
    boolean knows(String key) {
        return stored.getEntry(key) != null;
    }

    /** What is asked for: the address and, where it is known to have several forms, which of them. */
    String form(String key, ClassicHttpRequest request) {
        HttpCacheEntry root = stored.getEntry(key);
        return root == null || !root.hasVariants()
                ? key
                : CacheKeyGenerator.INSTANCE.generateVariantKey(request, root) + key;
    }

    /** What the cache has of the form that is asked for; without a field when that is gone. */
    MessageHeaders known(String key, ClassicHttpRequest request) {
        HttpCacheEntry entry = stored.getEntry(form(key, request));
        return entry == null ? new HeaderGroup() : entry;
    }

    RequestCollapser flights() {
        return flights;
    }

    /** Forgets one address in all its forms. */
    void forget(String key) {
        flights.outdate(key::equals);
        stored.removeAll(key);
    }

    /**
     * Forgets what was asked for at a path, with whatever query, host and form.
     *
     * @param path raw, as browsers see it; empty for everything
     * @return how many answers it held
     */
    public int forgetAll(Optional<String> path) {
        flights.outdate(key -> isAt(path, key));
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
