package dev.vtsbasic.bun;

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
 * Queries of death: requests, by method and path, that ended one worker after another. They are not sent for a while.
 *
 * <p>An end counts against a request only when it must have been that one, because else a client could have a page refused to
 * others. Of the requests that were under way, those drop out that another worker answers when they are sent again. What was
 * answered shortly before, or is an event stream or a WebSocket, leaves a doubt: its handler may have set a timer. That drops
 * out when its path is answered again and the worker lives on. The one method and path that is left is the cause.
 *
 * <p>An answer clears a request of all that was held against it, so that a page that works for others stays open to them.
 * Bounded in number, size and time. Not safe for threads by itself.
 */
final class BlockedRequests {
    /** How long a request is not sent. After that it is sent again, and one more end that it causes blocks it anew. */
    static final Duration BLOCKED_FOR = Duration.ofMinutes(1);

    static final int MAX_ENTRIES = 200;

    private static final long BLOCKED_NANOS = BLOCKED_FOR.toNanos();
    private static final long REMEMBERED_NANOS = 10 * BLOCKED_NANOS;

    /** Of method and path; the rest of longer ones is kept as a hash. */
    private static final int MAX_LENGTH = 200;

    /** Of what one end can be held against; where there was more, it is held against nothing. */
    static final int MAX_SUSPECTS = 500;

    private static final int MAX_ENDS = 20;

    /** How many ends a request must have caused. */
    private static final int LIMIT = 2;

    private final LongSupplier nanoTime;

    /** The one whose last end is the longest ago comes first. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    /** Those of which the cause is not known yet, the oldest first. */
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

    /** The end of a worker, and what may have caused it. */
    private static final class End {
        private final long at;

        /** The numbers of the requests, by method and path. */
        private final Map<String, Set<Long>> suspects = new HashMap<>();

        private final Set<String> doubts = new HashSet<>();
        private final Set<String> cleared = new HashSet<>();

        End(long at) {
            this.at = at;
        }

        /** The one method and path that is left; null as long as there are several, or a doubt. */
        private String cause() {
            return doubts.isEmpty() && suspects.size() == 1
                    ? suspects.keySet().iterator().next()
                    : null;
        }

        /** Whether nothing is left that it could be held against. */
        private boolean isOver() {
            return cleared.containsAll(suspects.keySet());
        }

        private boolean answered(String key, long number) {
            Set<Long> numbers = suspects.get(key);
            if (numbers == null) {
                return false;
            }
            numbers.remove(number);
            if (numbers.isEmpty()) {
                suspects.remove(key);
            } else {
                // Not this one, but one of the same method and path may still have ended the worker.
                cleared.add(key);
            }
            return true;
        }
    }

    /** @param nanoTime the clock, in terms of {@link System#nanoTime} */
    BlockedRequests(LongSupplier nanoTime) {
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
     * A worker has answered it.
     *
     * @return those that are blocked from now on, because this was the last other request that might have ended their worker
     */
    List<BlockedRequest> answered(LeasedRequest request) {
        if (isEmpty()) {
            return List.of();
        }
        String key = keyOf(request);
        entries.remove(key);
        return review(end -> end.answered(key, request.number()));
    }

    /**
     * A worker has answered it and lived on, so that it sets no timer that ends workers.
     *
     * @return those that are blocked from now on
     */
    List<BlockedRequest> survived(LeasedRequest request) {
        String key = keyOf(request);
        return review(end -> end.doubts.remove(key));
    }

    /** Whether {@link #survived} could clear anything. */
    boolean hasDoubts() {
        return ends.stream().anyMatch(end -> !end.doubts.isEmpty());
    }

    /**
     * A worker ended.
     *
     * @param suspects the requests that were under way there
     * @param doubts requests that were not under way any more, but may have ended it, by a timer for instance
     * @return those that are blocked from now on
     */
    List<BlockedRequest> ended(Collection<LeasedRequest> suspects, Collection<LeasedRequest> doubts) {
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
        return review(each -> each == end);
    }

    /**
     * Holds the ends of which the cause is known now against it.
     *
     * @param changed whether something has become known of an end
     */
    private List<BlockedRequest> review(Predicate<End> changed) {
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
                    hold(cause, now).ifPresent(blocked::add);
                }
            }
        }
        return blocked;
    }

    /** Holds an end against a request, and says whether that blocks it. */
    private Optional<BlockedRequest> hold(String key, long now) {
        Entry known = entries.remove(key);
        Entry entry = known == null ? new Entry(key) : known;
        // One that had its time is on probation: one more end blocks it anew.
        entry.blocked = entry.blocked && isBlocked(entry);
        entry.workers++;
        entry.lastEnd = now;
        if (entries.size() == MAX_ENTRIES) {
            entries.remove(entries.keySet().iterator().next());
        }
        entries.put(key, entry);
        if (entry.blocked || entry.workers < LIMIT) {
            return Optional.empty();
        }
        entry.blocked = true;
        return Optional.of(view(entry, now));
    }

    /** Those that are blocked now. */
    List<BlockedRequest> blocked() {
        long now = nanoTime.getAsLong();
        return entries.values().stream()
                .filter(this::isBlocked)
                .map(entry -> view(entry, now))
                .toList();
    }

    /** Whether nothing is held against any request. */
    boolean isEmpty() {
        return entries.isEmpty() && ends.isEmpty();
    }

    void clear() {
        entries.clear();
        ends.clear();
    }

    /** How many different requests these are. */
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

    private static BlockedRequest view(Entry entry, long now) {
        return new BlockedRequest(
                shown(entry.request), entry.workers, Instant.now().plusNanos(entry.lastEnd + BLOCKED_NANOS - now));
    }

    /** Method and path as people are shown them. */
    static String shown(LeasedRequest request) {
        return shown(keyOf(request));
    }

    private static String shown(String key) {
        return key.length() <= MAX_LENGTH ? key : key.substring(0, MAX_LENGTH) + "…";
    }

    /** Without the query: what ends a worker is the handler of a path, and a query may hold secrets. */
    private static String keyOf(LeasedRequest request) {
        String key = request.method() + " " + request.path();
        return key.length() <= MAX_LENGTH ? key : key.substring(0, MAX_LENGTH) + " " + hash(key);
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Each Java has it.
        }
    }
}
