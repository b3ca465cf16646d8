package dev.vtsbasic.proxy;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests that a stop has to wait for. An event stream is none of them: it has no end to wait for, and its
 * client connects again by itself.
 */
final class RunningRequests {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();
    private int count;

    void enter() {
        lock.lock();
        count++;
        lock.unlock();
    }

    void leave() {
        lock.lock();
        if (--count == 0) {
            idle.signalAll();
        }
        lock.unlock();
    }

    /**
     * Waits until none is left.
     *
     * @return how many are left when {@code timeoutNanos} have passed
     */
    int awaitIdle(long timeoutNanos) throws InterruptedException {
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
}
