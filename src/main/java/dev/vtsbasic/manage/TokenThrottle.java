package dev.vtsbasic.manage;

import dev.vtsbasic.limit.ClientKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;

/**
 * Slows the guessing of tokens. A client that has sent ten wrong tokens within a minute waits for a second before each
 * further token is checked. A right token waits too, because otherwise the time would show that it is right. No client
 * is refused, because several clients may share an address. Safe for any number of threads.
 */
final class TokenThrottle {
    static final int FREE_TRIES = 10;

    /** How long a client's wrong tokens count, from the first of them. */
    static final Duration FORGIVEN_AFTER = Duration.ofMinutes(1);

    static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int MAX_CLIENTS = 1000;

    /**
     * At most this many platform threads wait at a time, because the container has few; further tokens are checked at
     * once. Virtual threads are not counted, because a container has any number of them.
     */
    private static final int MAX_PAUSED = 10;

    private final LongSupplier nanos;
    private final Sleeper sleeper;
    private final Semaphore mayPause = new Semaphore(MAX_PAUSED);

    /** Wrong tokens by client. When there are too many clients, the one whose count began first is removed. */
    private final Map<Long, Tries> byClient = new LinkedHashMap<>();

    private record Tries(long since, int count) {}

    /** {@code Thread.sleep}, which tests replace. */
    @FunctionalInterface
    interface Sleeper {
        void sleep(Duration time) throws InterruptedException;
    }

    /** @param nanos the clock, in terms of {@link System#nanoTime} */
    TokenThrottle(LongSupplier nanos, Sleeper sleeper) {
        this.nanos = nanos;
        this.sleeper = sleeper;
    }

    static TokenThrottle create() {
        return new TokenThrottle(System::nanoTime, time -> Thread.sleep(time.toMillis()));
    }

    /** Must be called before a token of the client is checked; waits if the client is slowed. */
    void delayIfThrottled(String clientAddress) {
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

    /** Checks the name of the thread group, because Java 17 has no {@code Thread.isVirtual}. */
    private static boolean isVirtual(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        return group != null && group.getName().equals("VirtualThreads");
    }

    private synchronized boolean isSlowed(long client) {
        return current(client).count() >= FREE_TRIES;
    }

    /** Counts a wrong token of the client. */
    synchronized void recordFailure(String clientAddress) {
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
