package dev.vtsbasic.proxy.exchange;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends exchanges that have become pointless: Bun is silent for too long, or the client left.
 *
 * <p>An exchange waits for Bun in a plain blocking read; one thread looks at all of them a few times a second and cuts the
 * connections of those that need not wait any longer. So neither a time-out nor a check of the client costs a request
 * anything.
 */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long PERIOD_MILLIS = 250;
    private static final long JOIN_MILLIS = 2000;

    /** What a round may be late before this JVM counts as having stood still, with the workers and the clients. */
    private static final long LATE_NANOS = Duration.ofSeconds(2).toNanos();

    private final Set<Watched> exchanges = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final long longestSilenceNanos;
    private final Thread thread;

    /** When this JVM last went on after it had stood still. Nobody could be heard before that. */
    private volatile long resumed = System.nanoTime() - LATE_NANOS;

    /** @param longestSilence how long Bun may send nothing; zero for any time */
    public Watchdog(Duration longestSilence) {
        this.longestSilenceNanos = longestSilence.isZero() ? Long.MAX_VALUE : longestSilence.toNanos();
        thread = new Thread(this::run, "vts-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Watches an exchange until it is closed.
     *
     * @param clientGone whether the client's connection is closed; never called while the client's body is being read,
     *     nor after the exchange was closed
     */
    public Watched watch(BooleanSupplier clientGone) {
        Watched watched = new Watched(clientGone);
        exchanges.add(watched);
        return watched;
    }

    private void run() {
        try {
            long before = System.nanoTime();
            for (int round = 0; !closed.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS); round++) {
                long now = System.nanoTime();
                if (now - before > LATE_NANOS) {
                    resumed = now;
                }
                before = now;
                boolean askClients = round % 2 == 0;
                for (Watched exchange : exchanges) {
                    try {
                        exchange.check(now, askClients);
                    } catch (RuntimeException e) {
                        // What is wrong with one must not end the time-outs of all others.
                        LOG.debug("An exchange could not be looked at", e);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the exchanges that would not end by themselves. */
    public void endEndless() {
        exchanges.forEach(Watched::endIfEndless);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            // Containers look for threads that an application leaves behind.
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Why an exchange was ended. */
    enum Verdict {
        /** The watchdog has not cut it. */
        NONE,
        SILENT,
        CLIENT_GONE,
        STOPPING,
        /** It was to be quick, and was not. */
        OVERDUE
    }

    /** An exchange under watch. */
    public final class Watched implements AutoCloseable {
        private final BooleanSupplier clientGone;
        private final ReentrantLock lock = new ReentrantLock();
        private volatile Runnable cut = () -> {};
        private volatile long waitingSince;
        private volatile boolean clientMayBeAsked;
        private volatile boolean clientsTurn;
        private volatile boolean endless;
        private volatile boolean limited;
        private volatile long deadline;
        private volatile Verdict verdict = Verdict.NONE;

        private Watched(BooleanSupplier clientGone) {
            this.clientGone = clientGone;
        }

        /** @param cut makes what the exchange waits for fail */
        void on(Runnable cut) {
            this.cut = cut;
        }

        /** The client's connection may be looked at, since its body has been read or is no hindrance. */
        public void clientMayBeAsked() {
            clientMayBeAsked = true;
        }

        /** The answer is an event stream: it may be silent for ever and ends only with us. */
        void endless() {
            endless = true;
        }

        /** The exchange is to be over by then, in terms of {@link System#nanoTime}, for as long as a worker is awaited. */
        public void endAt(long nanoTime) {
            deadline = nanoTime;
            limited = true;
        }

        /** The client is to send more of its body, which is no silence of the worker's. */
        void clientsTurn() {
            clientsTurn = true;
        }

        /** The worker is to take what the client sent. */
        void workersTurn() {
            if (waitingSince != 0) {
                waiting();
            }
            clientsTurn = false;
        }

        /** Called before each read of the answer. */
        void waiting() {
            // Never zero, which means that nothing is awaited.
            waitingSince = System.nanoTime() | 1;
        }

        /** Called after each read of the answer. */
        void heard() {
            waitingSince = 0;
        }

        /** Why the watchdog has ended the exchange. */
        Verdict verdict() {
            return verdict;
        }

        private void check(long now, boolean askClient) {
            long since = waitingSince;
            if (since == 0 || verdict != Verdict.NONE) {
                return;
            }
            if (limited && now - deadline >= 0 && now - resumed >= LATE_NANOS) {
                end(Verdict.OVERDUE);
            } else if (!endless && !clientsTurn && Math.min(now - since, now - resumed) > longestSilenceNanos) {
                end(Verdict.SILENT);
            } else if (askClient && clientMayBeAsked) {
                lock.lock();
                try {
                    if (exchanges.contains(this) && clientGone.getAsBoolean()) {
                        end(Verdict.CLIENT_GONE);
                    }
                } finally {
                    lock.unlock();
                }
            }
        }

        private void endIfEndless() {
            if (endless) {
                stop();
            }
        }

        /** Ends the exchange, whose worker is to go. */
        void stop() {
            end(Verdict.STOPPING);
        }

        private void end(Verdict reason) {
            verdict = reason;
            cut.run();
        }

        @Override
        public void close() {
            // After this the container may give the request object to another client.
            lock.lock();
            exchanges.remove(this);
            lock.unlock();
        }
    }
}
