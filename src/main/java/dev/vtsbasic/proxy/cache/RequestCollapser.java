package dev.vtsbasic.proxy.cache;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Predicate;

/**
 * The in-flight requests that fill the shared cache: one for each variant, into which later requests for the same
 * variant are collapsed (RFC 9211 §2.6). Safe for any number of threads.
 */
final class RequestCollapser {
    private static final int MAX_NOT_SHAREABLE = 10_000;
    private static final long NOT_SHAREABLE_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final int COUNTER_COUNT = 1024;

    private final Map<String, InFlight> byVariant = new ConcurrentHashMap<>();

    /** How many in-flight requests have left, by the hash of their keys. */
    private final AtomicLongArray completions = new AtomicLongArray(COUNTER_COUNT);

    /** All in-flight requests, also those that were replaced and whose responses may still come. */
    private final Set<InFlight> all = ConcurrentHashMap.newKeySet();

    /**
     * The variants of which a response turned out not to be shareable: the hash of the variant's key, and when that
     * was, in terms of {@link System#nanoTime}. Requests for such a variant do not wait for each other.
     */
    private final Map<Integer, Long> notShareable = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
            return size() > MAX_NOT_SHAREABLE;
        }
    };

    /** How an in-flight request ended. */
    enum End {
        /** The response is in the cache. */
        STORED,
        /** The response may not be shared or is a server error, or the wait was interrupted. */
        NOT_SHAREABLE,
        /** It broke off; another request may ask the app. */
        BROKEN,
        /** It is still in flight. */
        IN_FLIGHT
    }

    /** An in-flight request to the app. */
    final class InFlight {
        private final String variant;
        private final String key;
        private final CompletableFuture<End> end = new CompletableFuture<>();
        private volatile boolean invalidated;

        private InFlight(String variant, String key) {
            this.variant = variant;
            this.key = key;
        }

        /** Lets the next request for the same variant begin a new one. Requests that wait already go on waiting. */
        void detach() {
            // First, so that the next request that begins for this variant sees the new count.
            completions.incrementAndGet(counter(key));
            byVariant.remove(variant, this);
            all.remove(this);
        }

        /** Ends it and wakes the requests that wait for it. */
        void end(End how) {
            detach();
            end.complete(how);
        }

        /** As {@link #end} with {@link End#NOT_SHAREABLE}; for two minutes, no request waits for this variant. */
        void endNotShareable() {
            synchronized (notShareable) {
                notShareable.remove(variant.hashCode());
                notShareable.put(variant.hashCode(), System.nanoTime());
            }
            end(End.NOT_SHAREABLE);
        }

        /** Whether the resource was invalidated or purged while this request was in flight. */
        boolean isInvalidated() {
            return invalidated;
        }

        /**
         * Waits until it ends.
         *
         * @param nanos how long to wait at most
         * @return {@link End#IN_FLIGHT} after that time, {@link End#NOT_SHAREABLE} when this thread was interrupted
         */
        End await(long nanos) {
            try {
                return end.get(nanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return End.NOT_SHAREABLE;
            } catch (TimeoutException e) {
                return End.IN_FLIGHT;
            } catch (ExecutionException e) {
                return End.NOT_SHAREABLE;
            }
        }
    }

    /**
     * Begins an in-flight request, unless there is one for the same variant.
     *
     * @param variant key of the variant
     * @param key of the resource in the cache
     * @return the new in-flight request, or the one that exists
     */
    Entry join(String variant, String key) {
        InFlight mine = new InFlight(variant, key);
        // First, so that an invalidation cannot miss a request that has just begun.
        all.add(mine);
        InFlight other = byVariant.putIfAbsent(variant, mine);
        if (other == null) {
            return new Entry(mine, true);
        }
        all.remove(mine);
        return new Entry(other, false);
    }

    /**
     * Begins an in-flight request in place of one that takes too long.
     *
     * @return null when another request has replaced that one already, or it has ended
     */
    InFlight replace(InFlight tooLong) {
        InFlight mine = new InFlight(tooLong.variant, tooLong.key);
        all.add(mine);
        if (byVariant.replace(tooLong.variant, tooLong, mine)) {
            return mine;
        }
        all.remove(mine);
        return null;
    }

    /**
     * A count that changes when an in-flight request for this key leaves, and sometimes without cause, because keys
     * share counters by their hash. If it has changed since the cache was asked, the cache may hold a newer response.
     */
    long completions(String key) {
        return completions.get(counter(key));
    }

    private static int counter(String key) {
        return Math.floorMod(key.hashCode(), COUNTER_COUNT);
    }

    /** An in-flight request, and whether the caller has begun it. */
    record Entry(InFlight inFlight, boolean isNew) {}

    /** Whether, in the last two minutes, a response of this variant turned out not to be shareable. */
    boolean wasNotShareable(String variant) {
        synchronized (notShareable) {
            Long when = notShareable.get(variant.hashCode());
            return when != null && System.nanoTime() - when < NOT_SHAREABLE_NANOS;
        }
    }

    /** Marks the in-flight requests for these keys, so that their responses do not stay in the cache. */
    void invalidate(Predicate<String> keys) {
        for (InFlight inFlight : all) {
            if (keys.test(inFlight.key)) {
                inFlight.invalidated = true;
            }
        }
    }
}
