package dev.vtsbasic.bun;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last restarts in one slot, with their time and cause. Safe for any number of threads. */
final class RestartHistory {
    private static final int MAX_RESTARTS = 5;

    private final Deque<SlotSnapshot.Restart> restarts = new ArrayDeque<>();

    synchronized void add(RestartCause cause) {
        if (restarts.size() == MAX_RESTARTS) {
            restarts.removeFirst();
        }
        restarts.add(new SlotSnapshot.Restart(Instant.now(), cause));
    }

    /** Oldest first. */
    synchronized List<SlotSnapshot.Restart> list() {
        return List.copyOf(restarts);
    }
}
