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
 * The requests that are under way to fill the shared cache: one for each thing, however many ask for it. Safe for any
 * number of threads.
 */
final class RequestCollapser {
    private static final int MOST_REMEMBERED = 10_000;
    private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(2);

    private static final int COUNTERS = 1024;

    private final Map<String, Flight> underWay = new ConcurrentHashMap<>();

    /** How many have left, by the hash of their keys. */
    private final AtomicLongArray left = new AtomicLongArray(COUNTERS);

    /** Those under way, and those that were replaced and whose answers may come yet. */
    private final Set<Flight> live = ConcurrentHashMap.newKeySet();

    /** What was of no use to others lately, by the hash of what was asked; nobody waits for the like. */
    private final Map<Integer, Long> useless = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Long> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** How a flight ended. */
    enum End {
        /** The answer is in the cache. */
        STORED,
        /** The answer is not for others, or it is not known. */
        OF_NO_USE,
        /** It broke off; somebody else may try. */
        BROKEN,
        /** It goes on. */
        NOT_YET
    }

    /** A request under way. */
    final class Flight {
        private final String what;
        private final String key;
        private final CompletableFuture<End> end = new CompletableFuture<>();
        private volatile boolean outdated;

        private Flight(String what, String key) {
            this.what = what;
            this.key = key;
        }

        /** It brings nothing any more; who asks for the same from now on has a flight of its own. */
        void leave() {
            // First, so that whoever boards the next one sees it.
            left.incrementAndGet(counter(key));
            underWay.remove(what, this);
            live.remove(this);
        }

        /** Ends it, and lets those go on who wait for it. */
        void end(End how) {
            leave();
            end.complete(how);
        }

        /** As {@link #end}, and nobody is to wait for the same in the next minutes. */
        void endUseless() {
            synchronized (useless) {
                useless.remove(what.hashCode());
                useless.put(what.hashCode(), System.nanoTime());
            }
            end(End.OF_NO_USE);
        }

        /** Whether what it asked for was changed or taken away meanwhile. */
        boolean isOutdated() {
            return outdated;
        }

        /** Waits for the end, but not for ever. */
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
     * Begins a flight, unless one for the same is under way.
     *
     * @param what the thing and, where it has several forms, which of them
     * @param key of the thing in the cache
     * @return the new flight, else the other one
     */
    Boarding board(String what, String key) {
        Flight mine = new Flight(what, key);
        // First, so that what is outdated from now on is seen to be.
        live.add(mine);
        Flight other = underWay.putIfAbsent(what, mine);
        if (other == null) {
            return new Boarding(mine, true);
        }
        live.remove(mine);
        return new Boarding(other, false);
    }

    /**
     * Begins a flight in place of one that takes too long.
     *
     * @return null when somebody else did so before
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
     * A number that changes when a flight for this key leaves, and now and then besides: if it has changed since before the
     * cache was asked, the cache may know more.
     */
    long left(String key) {
        return left.get(counter(key));
    }

    private static int counter(String key) {
        return Math.floorMod(key.hashCode(), COUNTERS);
    }

    /** A flight, and whether it is that of the caller. */
    record Boarding(Flight flight, boolean mine) {}

    /** Whether the answer to the same was of no use to others lately. */
    boolean wasUseless(String what) {
        synchronized (useless) {
            Long when = useless.get(what.hashCode());
            return when != null && System.nanoTime() - when < REMEMBERED_NANOS;
        }
    }

    /** What those under way bring is no longer to be kept. */
    void outdate(Predicate<String> keys) {
        for (Flight flight : live) {
            if (keys.test(flight.key)) {
                flight.outdated = true;
            }
        }
    }
}
