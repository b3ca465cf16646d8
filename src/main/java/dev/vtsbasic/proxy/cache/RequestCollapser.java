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
    private static final int MOST_REMEMBERED = 10_000;
    private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final int COUNTERS = 1024;

    private final Map<String, Flight> underWay = new ConcurrentHashMap<>();

    /** How many in-flight requests have left, by the hash of their keys. */
    private final AtomicLongArray left = new AtomicLongArray(COUNTERS);

    /** All in-flight requests, also those that were replaced and whose responses may still come. */
    private final Set<Flight> live = ConcurrentHashMap.newKeySet();

    /**
     * The variants of which a response turned out not to be shareable: the hash of the variant's key, and when that
     * was, in terms of {@link System#nanoTime}. Requests for such a variant do not wait for each other.
     */
    private final Map<Integer, Long> useless = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** How an in-flight request ended. */
    enum End {
        /** The response is in the cache. */
        STORED,
        /** The response may not be shared or is a server error, or the wait was interrupted. */
        OF_NO_USE,
        /** It broke off; another request may ask the app. */
        BROKEN,
        /** It is still in flight. */
        NOT_YET
    }

    /** An in-flight request to the app. */
    final class Flight {
        private final String what;
        private final String key;
        private final CompletableFuture<End> end = new CompletableFuture<>();
        private volatile boolean outdated;

        private Flight(String what, String key) {
            this.what = what;
            this.key = key;
        }

        /** Lets the next request for the same variant begin a new one. Requests that wait already go on waiting. */
        void leave() {
            // First, so that the next request that begins for this variant sees the new count.
            left.incrementAndGet(counter(key));
            underWay.remove(what, this);
            live.remove(this);
        }

        /** Ends it and wakes the requests that wait for it. */
        void end(End how) {
            leave();
            end.complete(how);
        }

        /** As {@link #end} with {@link End#OF_NO_USE}; for two minutes, no request waits for this variant. */
        void endUseless() {
            synchronized (useless) {
                useless.remove(what.hashCode());
                useless.put(what.hashCode(), System.nanoTime());
            }
            end(End.OF_NO_USE);
        }

        /** Whether the resource was invalidated or purged while this request was in flight. */
        boolean isOutdated() {
            return outdated;
        }

        /**
         * Waits until it ends.
         *
         * @param nanos how long to wait at most
         * @return {@link End#NOT_YET} after that time, {@link End#OF_NO_USE} when this thread was interrupted
         */
        End await(long nanos) {
            try {
                return end.get(nanos, TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return End.OF_NO_USE;
            } catch (TimeoutException e) {
                return End.NOT_YET;
            } catch (ExecutionException e) {
                return End.OF_NO_USE;
            }
        }
    }

    /**
     * Begins an in-flight request, unless there is one for the same variant.
     *
     * @param what key of the variant
     * @param key of the resource in the cache
     * @return the new in-flight request, or the one that exists
     */
    Boarding board(String what, String key) {
        Flight mine = new Flight(what, key);
        // First, so that an invalidation cannot miss a request that has just begun.
        live.add(mine);
        Flight other = underWay.putIfAbsent(what, mine);
        if (other == null) {
            return new Boarding(mine, true);
        }
        live.remove(mine);
        return new Boarding(other, false);
    }

    /**
     * Begins an in-flight request in place of one that takes too long.
     *
     * @return null when another request has replaced that one already, or it has ended
     */
    Flight replace(Flight tooLong) {
        Flight mine = new Flight(tooLong.what, tooLong.key);
        live.add(mine);
        if (underWay.replace(tooLong.what, tooLong, mine)) {
            return mine;
        }
        live.remove(mine);
        return null;
    }

    /**
     * A count that changes when an in-flight request for this key leaves, and sometimes without cause, because keys
     * share counters by their hash. If it has changed since the cache was asked, the cache may hold a newer response.
     */
    long left(String key) {
        return left.get(counter(key));
    }

    private static int counter(String key) {
        return Math.floorMod(key.hashCode(), COUNTERS);
    }

    /** An in-flight request, and whether the caller has begun it. */
    record Boarding(Flight flight, boolean mine) {}

    /** Whether, in the last two minutes, a response of this variant turned out not to be shareable. */
    boolean wasUseless(String what) {
        synchronized (useless) {
            Long when = useless.get(what.hashCode());
            return when != null && System.nanoTime() - when < REMEMBERED_NANOS;
        }
    }

    /** Marks the in-flight requests for these keys, so that their responses do not stay in the cache. */
    void outdate(Predicate<String> keys) {
        for (Flight flight : live) {
            if (keys.test(flight.key)) {
                flight.outdated = true;
            }
        }
    }
}
