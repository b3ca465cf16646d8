package dev.vtsbasic.bun;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The worker that is ready now, if one is; requests wait here for the next. */
final class ReadyWorkers implements WorkerPool {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private Worker ready;
    private boolean closed;

    @Override
    public Optional<Worker> await(Worker avoid, long deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!closed) {
                if (ready != null && !ready.equals(avoid)) {
                    return Optional.of(ready);
                }
                long left = deadline - System.nanoTime();
                if (left <= 0 || !changed.await(left, TimeUnit.NANOSECONDS)) {
                    return Optional.empty();
                }
            }
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean hasEnded(Worker worker, long deadline) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            for (long left = deadline - System.nanoTime(); worker.equals(ready) && left > 0; ) {
                left = changed.awaitNanos(left);
            }
            return !worker.equals(ready);
        } finally {
            lock.unlock();
        }
    }

    /** The worker that is ready now. */
    Optional<Worker> current() {
        lock.lock();
        try {
            return Optional.ofNullable(ready);
        } finally {
            lock.unlock();
        }
    }

    void add(Worker worker) {
        change(() -> ready = worker);
    }

    void remove(Worker worker) {
        change(() -> ready = worker.equals(ready) ? null : ready);
    }

    void close() {
        change(() -> closed = true);
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
