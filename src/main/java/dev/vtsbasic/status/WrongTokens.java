package dev.vtsbasic.status;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** How often each client sent a wrong token lately. Safe for any number of threads. */
final class WrongTokens {
    static final int MOST_TRIES = 10;
    static final Duration FORGIVEN_AFTER = Duration.ofMinutes(1);
    private static final int MOST_CLIENTS = 1000;

    private final LongSupplier nanos;

    /** By address; the one whose count began first goes when there are more. */
    private final Map<String, Tries> byClient = new LinkedHashMap<>();

    private record Tries(long since, int count) {}

    /** @param nanos {@link System#nanoTime} */
    WrongTokens(LongSupplier nanos) {
        this.nanos = nanos;
    }

    synchronized boolean areTooMany(String client) {
        Tries tries = current(client);
        return tries.count() >= MOST_TRIES;
    }

    synchronized void add(String client) {
        Tries tries = current(client);
        if (tries.count() == 0) {
            byClient.remove(client);
            if (byClient.size() == MOST_CLIENTS) {
                byClient.remove(byClient.keySet().iterator().next());
            }
        }
        byClient.put(client, new Tries(tries.since(), tries.count() + 1));
    }

    private Tries current(String client) {
        long now = nanos.getAsLong();
        Tries tries = byClient.get(client);
        return tries == null || now - tries.since() >= FORGIVEN_AFTER.toNanos() ? new Tries(now, 0) : tries;
    }
}
