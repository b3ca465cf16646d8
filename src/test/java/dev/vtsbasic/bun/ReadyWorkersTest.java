package dev.vtsbasic.bun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class ReadyWorkersTest {
    private static final Worker ONE = new Worker("worker-1", InetSocketAddress.createUnresolved("localhost", 1));
    private static final Worker TWO = new Worker("worker-2", InetSocketAddress.createUnresolved("localhost", 1));

    private final ReadyWorkers pool = new ReadyWorkers(2);

    @Test
    void aReadyWorkerIsGivenAtOnceAlsoAfterTheDeadline() throws Exception {
        pool.add(ONE);
        assertEquals(Optional.of(ONE), worker(null, System.nanoTime() - 1));
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
        assertEquals(Optional.empty(), worker(null, System.nanoTime() + 1_000_000));
        pool.add(ONE);
        assertEquals(Optional.empty(), worker(ONE, System.nanoTime() + 1_000_000));
    }

    @Test
    void aRemovedWorkerIsNotGivenAnyMore() throws Exception {
        pool.add(ONE);
        pool.remove(ONE);
        assertTrue(pool.isEmpty());
        assertEquals(Optional.empty(), worker(null, System.nanoTime()));
    }

    @Test
    void removingAnOldWorkerLeavesItsReplacement() throws Exception {
        pool.add(ONE);
        pool.add(TWO);
        pool.remove(ONE);
        assertEquals(Optional.of(TWO), worker(null, System.nanoTime()));
    }

    @Test
    void aWorkerThatEndedBeforeItWasReplacedHasNothingLeftToDo() throws Exception {
        pool.add(ONE);
        pool.remove(ONE);
        assertTrue(pool.hasEnded(ONE, System.nanoTime()));
        assertEquals(0, pool.replace(ONE, TWO).awaitEnd(Duration.ZERO));
        assertEquals(Optional.of(TWO), worker(null, System.nanoTime()));
    }

    @Test
    void theWorkerWithTheFewestRequestsGetsTheNext() throws Exception {
        pool.add(ONE);
        pool.add(TWO);
        WorkerLease first = lease();
        WorkerLease second = lease();
        assertNotEquals(first.worker(), second.worker());
        first.close();
        first.close();
        assertEquals(first.worker(), lease().worker());
        assertEquals(2, pool.requests(first.worker()));
        assertEquals(1, pool.requests(second.worker()));
    }

    @Test
    void aWorkerThatIsReplacedGetsNoMoreAndEndsWhatItHas() throws Exception {
        pool.add(ONE);
        WorkerLease page = lease();
        WorkerLease stream = lease();
        CountDownLatch ended = new CountDownLatch(1);
        stream.endless(() -> {
            stream.close();
            ended.countDown();
        });
        ReadyWorkers.Load rest = pool.replace(ONE, TWO);
        assertEquals(TWO, lease().worker());
        FutureTask<Integer> end = new FutureTask<>(() -> rest.awaitEnd(Duration.ofMinutes(5)));
        new Thread(end).start();
        ended.await();
        assertFalse(end.isDone());
        page.close();
        assertEquals(0, end.get());
    }

    @Test
    void whatDoesNotEndInTimeIsCounted() throws Exception {
        pool.add(ONE);
        lease();
        assertEquals(1, pool.replace(ONE, TWO).awaitEnd(Duration.ofMillis(1)));
    }

    @Test
    void aStreamThatBeginsOnALeavingWorkerIsEndedAtOnce() throws Exception {
        pool.add(ONE);
        WorkerLease late = lease();
        pool.replace(ONE, TWO);
        CountDownLatch ended = new CountDownLatch(1);
        late.endless(ended::countDown);
        ended.await();
    }

    @Test
    void moreThanMayWaitAreSentAwayAtOnce() throws Exception {
        Waiter first = new Waiter(null);
        Waiter second = new Waiter(null);
        assertEquals(Optional.empty(), worker(null, farAway()));
        pool.add(ONE);
        assertEquals(Optional.of(ONE), first.result());
        assertEquals(Optional.of(ONE), second.result());
    }

    @Test
    void nobodyWaitsForWorkersThatWereGivenUp() throws Exception {
        Waiter waiter = new Waiter(null);
        pool.giveUp("it crashes");
        assertEquals(Optional.of("it crashes"), pool.givenUp());
        assertEquals(Optional.empty(), waiter.result());
        assertEquals(Optional.empty(), worker(null, farAway()));
        pool.resume();
        assertEquals(Optional.empty(), pool.givenUp());
        Waiter again = new Waiter(null);
        pool.add(ONE);
        assertEquals(Optional.of(ONE), again.result());
    }

    @Test
    void closingSendsEverybodyAway() throws Exception {
        Waiter waiter = new Waiter(null);
        pool.close();
        assertEquals(Optional.empty(), waiter.result());
        pool.add(ONE);
        assertEquals(Optional.empty(), worker(null, farAway()));
    }

    @Test
    void whoWaitsCanBeInterrupted() throws Exception {
        Waiter waiter = new Waiter(null);
        waiter.thread.interrupt();
        assertTrue(assertThrows(ExecutionException.class, waiter::result).getCause() instanceof InterruptedException);
    }

    private Optional<Worker> worker(Worker avoid, long deadline) throws InterruptedException {
        return pool.lease(avoid, deadline).map(WorkerLease::worker);
    }

    private WorkerLease lease() throws InterruptedException {
        return pool.lease(null, farAway()).orElseThrow();
    }

    private static long farAway() {
        return System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
    }

    /** A thread that is seen to wait in the pool. */
    private final class Waiter {
        private final FutureTask<Optional<Worker>> task;
        private final Thread thread;

        Waiter(Worker avoid) {
            task = new FutureTask<>(() -> worker(avoid, farAway()));
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
