package dev.vtsbasic.manage;

import dev.vtsbasic.limit.ClientKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Slows the guessing of tokens. A client that has sent several wrong ones lately waits before each further one is looked at,
 * a right one too, because otherwise the time would tell the two apart. It is never refused, because others may have the
 * same address. Safe for any number of threads.
 */
final class TokenThrottle {
    static final int FREE_TRIES = 10;
    static final Duration FORGIVEN_AFTER = Duration.ofMinutes(1);
    static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int MAX_CLIENTS = 1000;

    /** Of the container's threads; virtual threads are not counted, because there are enough of them. */
    private static final int MAX_PAUSED = 10;

    private final LongSupplier nanos;
    private final Sleeper sleeper;
    private final Semaphore mayPause = new Semaphore(MAX_PAUSED);

    /** The wrong tokens by client; the client whose count began first goes when there are more. */
    private final Map<Long, Tries> byClient = new LinkedHashMap<>();

    private record Tries(long since, int count) {}

    /** Lets a thread wait. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    /** @param nanos {@link System#nanoTime} */
    TokenThrottle(LongSupplier nanos, Sleeper sleeper) {
        this.nanos = nanos;
        this.sleeper = sleeper;
    }

    static TokenThrottle create() {
        return new TokenThrottle(System::nanoTime, time -> Thread.sleep(time.toMillis()));
    }

    /** To be called before a token of the client is looked at. */
    void awaitTurn(String clientAddress) {
        if (!isSlowed(ClientKey.of(clientAddress))) {
            return;
        }
        boolean bounded = !isVirtual(Thread.currentThread());
        if (bounded && !mayPause.tryAcquire()) {
            return;
        }
        try {
            sleeper.sleep(PAUSE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (bounded) {
                mayPause.release();
            }
        }
    }

    /** Java 17 has no method for that. */
    private static boolean isVirtual(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        return group != null && group.getName().equals("VirtualThreads");
    }

    private synchronized boolean isSlowed(long client) {
        return current(client).count() >= FREE_TRIES;
    }

    /** Notes that the client has sent a wrong token. */
    synchronized void wrong(String clientAddress) {
        long client = ClientKey.of(clientAddress);
        Tries tries = current(client);
        if (tries.count() == 0) {
            byClient.remove(client);
            if (byClient.size() == MAX_CLIENTS) {
                byClient.remove(byClient.keySet().iterator().next());
            }
        }
        byClient.put(client, new Tries(tries.since(), tries.count() + 1));
    }

    private Tries current(long client) {
        long now = nanos.getAsLong();
        Tries tries = byClient.get(client);
        return tries == null || now - tries.since() >= FORGIVEN_AFTER.toNanos() ? new Tries(now, 0) : tries;
    }
}
