package dev.vtsbasic.bun;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Queries of death: requests, by method and path, at which one worker after another ended. They are not sent for a while.
 *
 * <p>An answer clears a request of all that was held against it, so that a page that works for others stays open to them,
 * and a request that is merely under way at many ends is not taken for their cause. Bounded in number, size and time. Not
 * safe for threads by itself.
 */
final class BlockedRequests {
    /** How long a request is not sent. After that it is sent again, and one more end that it causes blocks it anew. */
    static final Duration BLOCKED_FOR = Duration.ofMinutes(1);

    static final int MAX_ENTRIES = 200;

    private static final long BLOCKED_NANOS = BLOCKED_FOR.toNanos();
    private static final long REMEMBERED_NANOS = 10 * BLOCKED_NANOS;

    /** Of method and path; the rest of longer ones is kept as a hash. */
    private static final int MAX_LENGTH = 200;

    /** What counts against a request that is taken for the cause of an end, and against one that was only under way. */
    private static final int CAUSE = 2;

    private static final int SUSPECT = 1;

    /** Two ends that it caused, or three at which it was under way. */
    private static final int LIMIT = 3;

    private final LongSupplier nanoTime;

    /** The one whose last end is the longest ago comes first. */
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private static final class Entry {
        private final String request;
        private int score;
        private int workers;
        private long lastEnd;
        private boolean blocked;

        Entry(String request) {
            this.request = request;
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

    /** The worker has answered it. */
    void answered(LeasedRequest request) {
        if (!entries.isEmpty()) {
            entries.remove(keyOf(request));
        }
    }

    /**
     * A worker ended at these requests.
     *
     * @param isCause whether each of them is taken for the cause; else one of them may be
     * @return those that are blocked from now on
     */
    List<BlockedRequest> ended(Collection<LeasedRequest> requests, boolean isCause) {
        long now = nanoTime.getAsLong();
        entries.values().removeIf(entry -> now - entry.lastEnd > REMEMBERED_NANOS);
        List<BlockedRequest> blocked = new ArrayList<>();
        for (String key : keysOf(requests)) {
            Entry known = entries.remove(key);
            Entry entry = known == null ? new Entry(key) : known;
            if (entry.blocked && !isBlocked(entry)) {
                // It had its time, and is on probation.
                entry.blocked = false;
                entry.score = LIMIT - CAUSE;
            }
            entry.score += isCause ? CAUSE : SUSPECT;
            entry.workers++;
            entry.lastEnd = now;
            if (!entry.blocked && entry.score >= LIMIT) {
                entry.blocked = true;
                blocked.add(view(entry, now));
            }
            if (entries.size() == MAX_ENTRIES) {
                entries.remove(entries.keySet().iterator().next());
            }
            entries.put(key, entry);
        }
        return blocked;
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
        return entries.isEmpty();
    }

    void clear() {
        entries.clear();
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
