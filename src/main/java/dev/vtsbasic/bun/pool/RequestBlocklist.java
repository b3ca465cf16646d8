package dev.vtsbasic.bun.pool;

import dev.vtsbasic.pool.LeasedRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Finds the requests, by method and path, that end one worker after another ("queries of death"), and blocks them for a
 * while.
 *
 * <p>The end of a worker counts against a request only when no other request can be the cause, because otherwise a
 * client could make this proxy refuse a page to others. The suspects are the requests in flight at that worker; a
 * suspect drops out when it is sent again and another worker responds to it. The doubts are event streams, WebSockets
 * and requests that ended shortly before, with or without a response, because their handlers may have set a timer; a
 * doubt drops out when a worker responds to a request for the same path and keeps running. When one suspect and no
 * doubt is left, that suspect is the cause.
 *
 * <p>A response clears a request of all ends that count against it, so that a page that works for other clients is not
 * blocked. The entries are bounded in number, size and time. Not thread-safe: {@link SuspicionTracker} calls it under
 * the lock of the pool.
 */
final class RequestBlocklist {
    /**
     * How long a request is blocked. Afterwards it is sent again, and it is blocked again if it ends one more worker.
     */
    static final Duration BLOCKED_FOR = Duration.ofMinutes(1);

    static final int MAX_ENTRIES = 200;

    private static final long BLOCKED_NANOS = BLOCKED_FOR.toNanos();
    private static final long REMEMBERED_NANOS = 10 * BLOCKED_NANOS;

    /** Length of method and path in a key, in characters. The key of a longer one ends with a hash of all of it. */
    private static final int MAX_LENGTH = 200;

    /** The most suspects and doubts of one end. An end with more of them counts against no request. */
    static final int MAX_SUSPECTS = 500;

    private static final int MAX_ENDS = 20;

    /** Number of workers that a request must have ended to be blocked. */
    private static final int MIN_ENDS = 2;

    private final LongSupplier nanoTime;

    /** By method and path, in the order of their last end, oldest first. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Ends whose cause is not known yet, oldest first. */
    private final Deque<End> ends = new ArrayDeque<>();

    private static final class Entry {
        private final String request;
        private int workers;
        private long lastEnd;
        private boolean blocked;

        Entry(String request) {
            this.request = request;
        }
    }

    /** The end of a worker, and the requests that may have caused it. */
    private static final class End {
        private final long at;

        /** The numbers of the suspect requests, by method and path. */
        private final Map<String, Set<Long>> suspects = new HashMap<>();

        private final Set<String> doubts = new HashSet<>();

        /** Methods and paths of several suspects, of which one got a response and another did not. */
        private final Set<String> cleared = new HashSet<>();

        End(long at) {
            this.at = at;
        }

        /** The one suspect method and path that is left; null if there are more or fewer, or a doubt. */
        private String cause() {
            return doubts.isEmpty() && suspects.size() == 1
                    ? suspects.keySet().iterator().next()
                    : null;
        }

        /** Whether each method and path that is left has got a response since, so that this end counts against none. */
        private boolean isOver() {
            return cleared.containsAll(suspects.keySet());
        }

        private boolean removeAnswered(String key, long number) {
            Set<Long> numbers = suspects.get(key);
            if (numbers == null) {
                return false;
            }
            numbers.remove(number);
            if (numbers.isEmpty()) {
                suspects.remove(key);
            } else {
                // Another request with the same method and path may still be the cause.
                cleared.add(key);
            }
            return true;
        }
    }

    /** @param nanoTime the clock, in terms of {@link System#nanoTime} */
    RequestBlocklist(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    boolean isBlocked(LeasedRequest request) {
        if (entries.isEmpty()) {
            return false;
        }
        Entry entry = entries.get(keyOf(request));
        return entry != null && isBlocked(entry);
    }

    /**
     * Clears a request to which a worker has responded.
     *
     * @return requests that are blocked from now on, because this one was the last other suspect
     */
    List<BlockedRequest> recordResponse(LeasedRequest request) {
        if (isEmpty()) {
            return List.of();
        }
        String key = keyOf(request);
        entries.remove(key);
        return reviewEnds(end -> end.removeAnswered(key, request.number()));
    }

    /**
     * Removes a request from the doubts: a worker responded to it and kept running, so the request sets no timer that
     * ends workers.
     *
     * @return requests that are blocked from now on
     */
    List<BlockedRequest> recordSurvival(LeasedRequest request) {
        String key = keyOf(request);
        return reviewEnds(end -> end.doubts.remove(key));
    }

    /** Whether there is a doubt that {@link #recordSurvival} could clear. */
    boolean hasDoubts() {
        return ends.stream().anyMatch(end -> !end.doubts.isEmpty());
    }

    /**
     * Records the end of a worker.
     *
     * @param suspects the requests that were in flight there
     * @param doubts requests that were no longer in flight, or are endless, and may have ended the worker, for example
     *     by a timer
     * @return requests that are blocked from now on
     */
    List<BlockedRequest> recordEnd(Collection<LeasedRequest> suspects, Collection<LeasedRequest> doubts) {
        if (suspects.isEmpty() || suspects.size() + doubts.size() > MAX_SUSPECTS) {
            return List.of();
        }
        End end = new End(nanoTime.getAsLong());
        suspects.forEach(request -> end.suspects
                .computeIfAbsent(keyOf(request), key -> new HashSet<>())
                .add(request.number()));
        end.doubts.addAll(keysOf(doubts));
        end.doubts.removeAll(end.suspects.keySet());
        if (ends.size() == MAX_ENDS) {
            ends.removeFirst();
        }
        ends.add(end);
        return reviewEnds(each -> each == end);
    }

    /**
     * Counts each end whose cause is now known against the request that caused it.
     *
     * @param changed whether the suspects or doubts of an end have changed; other ends are not reviewed
     */
    private List<BlockedRequest> reviewEnds(Predicate<End> changed) {
        long now = nanoTime.getAsLong();
        entries.values().removeIf(entry -> now - entry.lastEnd > REMEMBERED_NANOS);
        List<BlockedRequest> blocked = new ArrayList<>();
        for (Iterator<End> each = ends.iterator(); each.hasNext(); ) {
            End end = each.next();
            if (now - end.at > REMEMBERED_NANOS) {
                each.remove();
            } else if (changed.test(end)) {
                String cause = end.cause();
                if (end.isOver()) {
                    each.remove();
                } else if (cause != null) {
                    each.remove();
                    countEnd(cause, now).ifPresent(blocked::add);
                }
            }
        }
        return blocked;
    }

    /** Counts an end against a request, and returns the request if this blocks it. */
    private Optional<BlockedRequest> countEnd(String key, long now) {
        Entry known = entries.remove(key);
        Entry entry = known == null ? new Entry(key) : known;
        // A request whose block has expired keeps its count, so one more end blocks it again.
        entry.blocked = entry.blocked && isBlocked(entry);
        entry.workers++;
        entry.lastEnd = now;
        if (entries.size() == MAX_ENTRIES) {
            entries.remove(entries.keySet().iterator().next());
        }
        entries.put(key, entry);
        if (entry.blocked || entry.workers < MIN_ENDS) {
            return Optional.empty();
        }
        entry.blocked = true;
        return Optional.of(toBlockedRequest(entry, now));
    }

    /** The requests that are blocked now. */
    List<BlockedRequest> blocked() {
        long now = nanoTime.getAsLong();
        return entries.values().stream()
                .filter(this::isBlocked)
                .map(entry -> toBlockedRequest(entry, now))
                .toList();
    }

    /** Whether no end counts, or may later count, against any request. */
    boolean isEmpty() {
        return entries.isEmpty() && ends.isEmpty();
    }

    void clear() {
        entries.clear();
        ends.clear();
    }

    /** The number of different pairs of method and path among the requests. */
    static int count(Collection<LeasedRequest> requests) {
        return keysOf(requests).size();
    }

    private static Set<String> keysOf(Collection<LeasedRequest> requests) {
        Set<String> keys = new TreeSet<>();
        requests.forEach(request -> keys.add(keyOf(request)));
        return keys;
    }

    private boolean isBlocked(Entry entry) {
        return entry.blocked && nanoTime.getAsLong() - entry.lastEnd < BLOCKED_NANOS;
    }

    private static BlockedRequest toBlockedRequest(Entry entry, long now) {
        return new BlockedRequest(
                describe(entry.request), entry.workers, Instant.now().plusNanos(entry.lastEnd + BLOCKED_NANOS - now));
    }

    /** Method and path for messages, cut after {@value #MAX_LENGTH} characters. */
    static String describe(LeasedRequest request) {
        return describe(keyOf(request));
    }

    private static String describe(String key) {
        return key.length() <= MAX_LENGTH ? key : key.substring(0, MAX_LENGTH) + "…";
    }

    /** Without the query, because the handler of the path ends the worker, and because a query may hold secrets. */
    private static String keyOf(LeasedRequest request) {
        String key = request.method() + " " + request.path();
        return key.length() <= MAX_LENGTH ? key : key.substring(0, MAX_LENGTH) + " " + hash(key);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java platform has SHA-256.
        }
    }
}
