package dev.vtsbasic.traffic;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests that a stop has to wait for. An event stream is none of them: it has no end to wait for, and its
 * client connects again by itself.
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
     * Waits until none is left.
     *
     * @return how many are left when {@code timeoutNanos} have passed
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

    /** A request's place among the running ones. */
    public final class Permit {
        private boolean left;

        /** Leaves; a second time does nothing. */
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
