package dev.vtsbasic.traffic;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests that a stop has to wait for. An event stream is not counted, because it has no end and its client
 * reconnects by itself. Safe for any number of threads.
 */
public final class InFlightRequests {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private int count;

    public Permit enter() {
        lock.lock();
        count++;
        lock.unlock();
        return new Permit();
    }

    /**
     * Waits until no request is in flight.
     *
     * @return how many are in flight after {@code timeoutNanos}; 0 when none is
     */
    public int awaitIdle(long timeoutNanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            for (long left = timeoutNanos; count > 0 && left > 0; ) {
                left = idle.awaitNanos(left);
            }
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Counts one request as in flight until {@link #leave} is called. */
    public final class Permit {
        private boolean left;

        /** Ends the request; a second call does nothing. */
        public void leave() {
            lock.lock();
            try {
                if (!left) {
                    left = true;
                    if (--count == 0) {
                        idle.signalAll();
                    }
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
