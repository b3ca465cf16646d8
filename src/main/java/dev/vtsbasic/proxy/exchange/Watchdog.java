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
 * Ends exchanges whose worker sends nothing for too long, or whose client has left. Safe for any number of threads.
 *
 * <p>An exchange waits for the worker in a plain blocking read. One thread checks all exchanges a few times a second
 * and cuts the connections of those that need not wait any longer, so that a request pays neither for a timeout nor for
 * a check of the client.
 */
public final class Watchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);
    private static final long PERIOD_MILLIS = 250;
    private static final long JOIN_MILLIS = 2000;

    /** A round that is this late counts as a standstill of this JVM, and of the workers and clients with it. */
    private static final long STANDSTILL_NANOS = Duration.ofSeconds(2).toNanos();

    private final Set<Watched> exchanges = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final long maxSilenceNanos;
    private final Thread thread;

    /** When this JVM last continued after a standstill, during which it could receive nothing. */
    private volatile long resumed = System.nanoTime() - STANDSTILL_NANOS;

    /** @param maxSilence how long a worker may send nothing; zero for no limit */
    public Watchdog(Duration maxSilence) {
        this.maxSilenceNanos = maxSilence.isZero() ? Long.MAX_VALUE : maxSilence.toNanos();
        thread = new Thread(this::run, "vts-watchdog");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Watches an exchange until it is closed.
     *
     * @param clientGone tells whether the client has left; never called while the client's body is being read, nor
     *     after the exchange was closed
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
                if (now - before > STANDSTILL_NANOS) {
                    resumed = now;
                }
                before = now;
                boolean checkClients = round % 2 == 0;
                for (Watched exchange : exchanges) {
                    try {
                        exchange.check(now, checkClients);
                    } catch (RuntimeException e) {
                        // A failure of one exchange must not end the timeouts of all others.
                        LOG.debug("An exchange could not be checked", e);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the exchanges of event streams, which do not end by themselves. */
    public void stopEndless() {
        exchanges.forEach(Watched::stopIfEndless);
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            // Containers warn of threads that an application leaves behind.
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
        /** The deadline of {@link Watched#setDeadline} passed. */
        OVERDUE
    }

    /** An exchange under watch. */
    public final class Watched implements AutoCloseable {
        private final BooleanSupplier clientGone;
        private final ReentrantLock lock = new ReentrantLock();
        private volatile Runnable cut = () -> {};
        private volatile long waitingSince;
        private volatile boolean clientCheckAllowed;
        private volatile boolean clientTurn;
        private volatile boolean endless;
        private volatile boolean limited;
        private volatile long deadline;
        private volatile Verdict verdict = Verdict.NONE;

        private Watched(BooleanSupplier clientGone) {
            this.clientGone = clientGone;
        }

        /** @param cut makes the current read or write of the exchange fail */
        void onCut(Runnable cut) {
            this.cut = cut;
        }

        /** Allows checks of the client's connection, because its body has been read or does not matter to them. */
        public void allowClientChecks() {
            clientCheckAllowed = true;
        }

        /**
         * Marks the response as an event stream, which may pause for any time and ends only when the application stops.
         */
        void markEndless() {
            endless = true;
        }

        /** Ends the exchange at this time, in terms of {@link System#nanoTime}, if it still waits for a worker then. */
        public void setDeadline(long nanoTime) {
            deadline = nanoTime;
            limited = true;
        }

        /** Stops the worker's timeout, because the exchange waits for more of the client's body. */
        void beginClientTurn() {
            clientTurn = true;
        }

        /** Starts the worker's timeout anew, because the worker has to read what the client sent. */
        void endClientTurn() {
            if (waitingSince != 0) {
                beginWait();
            }
            clientTurn = false;
        }

        /** Called before each read of the response. */
        void beginWait() {
            // Sets a bit, because zero means that no read waits.
            waitingSince = System.nanoTime() | 1;
        }

        /** Called after each read of the response. */
        void endWait() {
            waitingSince = 0;
        }

        /** Why the watchdog has ended the exchange. */
        Verdict verdict() {
            return verdict;
        }

        private void check(long now, boolean checkClient) {
            long since = waitingSince;
            if (since == 0 || verdict != Verdict.NONE) {
                return;
            }
            if (limited && now - deadline >= 0 && now - resumed >= STANDSTILL_NANOS) {
                end(Verdict.OVERDUE);
            } else if (!endless && !clientTurn && Math.min(now - since, now - resumed) > maxSilenceNanos) {
                end(Verdict.SILENT);
            } else if (checkClient && clientCheckAllowed) {
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

        private void stopIfEndless() {
            if (endless) {
                stop();
            }
        }

        /** Ends the exchange, because its worker or the whole application stops. */
        void stop() {
            end(Verdict.STOPPING);
        }

        private void end(Verdict reason) {
            verdict = reason;
            cut.run();
        }

        @Override
        public void close() {
            // Under the lock, because the container may reuse the request object for another client after this.
            lock.lock();
            exchanges.remove(this);
            lock.unlock();
        }
    }
}
