package dev.vtsbasic.bun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ReadyWorkersTest {
    private static final Worker ONE = new Worker("worker-1", InetSocketAddress.createUnresolved("localhost", 1));
    private static final Worker TWO = new Worker("worker-2", InetSocketAddress.createUnresolved("localhost", 1));

    private final ReadyWorkers pool = new ReadyWorkers();

    @Test
    void aReadyWorkerIsGivenAtOnceAlsoAfterTheDeadline() throws Exception {
        pool.add(ONE);
        assertEquals(Optional.of(ONE), pool.await(null, System.nanoTime() - 1));
        assertEquals(Optional.of(ONE), pool.current());
    }

    @Test
    void whoWaitsIsWokenByTheNextWorker() throws Exception {
        Waiter waiter = new Waiter(null);
        pool.add(ONE);
        assertEquals(Optional.of(ONE), waiter.result());
    }

    @Test
    void theWorkerToAvoidIsNotGivenButItsReplacementIs() throws Exception {
        pool.add(ONE);
        Waiter waiter = new Waiter(ONE);
        pool.add(TWO);
        assertEquals(Optional.of(TWO), waiter.result());
    }

    @Test
    void theDeadlineEndsTheWaiting() throws Exception {
        assertEquals(Optional.empty(), pool.await(null, System.nanoTime() + 1_000_000));
        pool.add(ONE);
        assertEquals(Optional.empty(), pool.await(ONE, System.nanoTime() + 1_000_000));
    }

    @Test
    void aRemovedWorkerIsNotGivenAnyMore() throws Exception {
        pool.add(ONE);
        pool.remove(ONE);
        assertEquals(Optional.empty(), pool.current());
        assertEquals(Optional.empty(), pool.await(null, System.nanoTime()));
    }

    @Test
    void removingAnOldWorkerLeavesItsReplacement() {
        pool.add(ONE);
        pool.add(TWO);
        pool.remove(ONE);
        assertEquals(Optional.of(TWO), pool.current());
    }

    @Test
    void closingSendsEverybodyAway() throws Exception {
        Waiter waiter = new Waiter(null);
        pool.close();
        assertEquals(Optional.empty(), waiter.result());
        pool.add(ONE);
        assertEquals(Optional.empty(), pool.await(null, farAway()));
    }

    @Test
    void whoWaitsCanBeInterrupted() throws Exception {
        Waiter waiter = new Waiter(null);
        waiter.thread.interrupt();
        assertTrue(assertThrows(ExecutionException.class, waiter::result).getCause() instanceof InterruptedException);
    }

    private static long farAway() {
        return System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    }

    /** A thread that is seen to wait in the pool. */
    private final class Waiter {
        private final FutureTask<Optional<Worker>> task;
        private final Thread thread;

        Waiter(Worker avoid) {
            task = new FutureTask<>(() -> pool.await(avoid, farAway()));
            thread = new Thread(task);
            thread.setDaemon(true);
            thread.start();
            while (thread.getState() != Thread.State.TIMED_WAITING) {
                assertTrue(thread.isAlive(), "it did not wait");
                Thread.onSpinWait();
            }
        }

        Optional<Worker> result() throws Exception {
            return task.get();
        }
    }
}
