package dev.vtsbasic.bun.pool;

import static dev.vtsbasic.bun.pool.PoolClient.ONE;
import static dev.vtsbasic.bun.pool.PoolClient.TWO;
import static dev.vtsbasic.bun.pool.PoolClient.farAway;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which worker a request gets, and how long it waits for one. */
@Timeout(120)
class LeastLoadedPoolLeaseTest {
    private final LeastLoadedPool pool = new LeastLoadedPool(2);
    private final PoolClient client = new PoolClient(pool);

    @Test
    void aReadyWorkerIsLeasedEvenAfterTheDeadline() throws Exception {
        pool.add(ONE);
        assertEquals(Optional.of(ONE), worker(null, System.nanoTime() - 1));
    }

    @Test
    void aWaitingRequestGetsTheNextReadyWorker() throws Exception {
        Waiter waiter = new Waiter(null);
        pool.add(ONE);
        assertEquals(Optional.of(ONE), waiter.result());
    }

    @Test
    void theWorkerToAvoidIsNotLeasedButItsReplacementIs() throws Exception {
        pool.add(ONE);
        Waiter waiter = new Waiter(ONE);
        pool.add(TWO);
        assertEquals(Optional.of(TWO), waiter.result());
    }

    @Test
    void aListeningWorkerGetsRequestsOnlyWhileNoneIsReady() throws Exception {
        pool.addListening(ONE);
        WorkerLease own = client.lease();
        assertEquals(ONE, own.worker());
        assertTrue(pool.isEmpty(), "none is ready");
        assertTrue(pool.isStarting());
        pool.add(TWO);
        assertEquals(TWO, client.lease().worker());
        assertEquals(TWO, client.lease().worker());
        pool.add(ONE);
        assertEquals(1, pool.requests(ONE));
        assertEquals(ONE, client.lease().worker());
    }

    /** The other retry may be the request that ended their worker. */
    @Test
    void aRetryWaitsForAWorkerWithoutAnotherRetry() throws Exception {
        pool.add(ONE);
        WorkerLease first = client.leased("/a", true);
        LeasedRequest retry = LeasedRequest.of("id", "GET", "/b").asRetry();
        assertEquals(Optional.empty(), pool.lease(null, System.nanoTime() + 1_000_000, () -> retry));
        client.leased("/c", false);
        pool.add(TWO);
        assertEquals(TWO, client.leased("/b", true).worker());
        first.close();
        assertEquals(ONE, client.leased("/d", true).worker());
    }

    @Test
    void aRetryIsLeasedBesideAnotherOneAfterAWhile() throws Exception {
        LeastLoadedPool impatient = new LeastLoadedPool(10, Duration.ofMillis(1));
        impatient.add(ONE);
        LeasedRequest retry = LeasedRequest.of("id", "GET", "/a").asRetry();
        for (int i = 0; i < 2; i++) {
            assertTrue(impatient.lease(null, PoolClient.farAway(), () -> retry).isPresent());
        }
    }

    @Test
    void theDeadlineEndsTheWait() throws Exception {
        assertEquals(Optional.empty(), worker(null, System.nanoTime() + 1_000_000));
        pool.add(ONE);
        assertEquals(Optional.empty(), worker(ONE, System.nanoTime() + 1_000_000));
    }

    @Test
    void aRemovedWorkerIsNotLeased() throws Exception {
        pool.add(ONE);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertTrue(pool.isEmpty());
        assertEquals(Optional.empty(), worker(null, System.nanoTime()));
    }

    @Test
    void removingAnOldWorkerLeavesItsReplacement() throws Exception {
        pool.add(ONE);
        pool.add(TWO);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(Optional.of(TWO), worker(null, System.nanoTime()));
    }

    @Test
    void aWorkerThatEndedBeforeItWasReplacedHasNoRequestsLeft() throws Exception {
        pool.add(ONE);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(0, pool.replace(ONE, TWO).awaitEnd(Duration.ZERO));
        assertEquals(Optional.of(TWO), worker(null, System.nanoTime()));
    }

    @Test
    void theWorkerWithTheFewestRequestsInFlightGetsTheNext() throws Exception {
        pool.add(ONE);
        pool.add(TWO);
        WorkerLease first = client.lease();
        WorkerLease second = client.lease();
        assertNotEquals(first.worker(), second.worker());
        first.close();
        first.close();
        assertEquals(first.worker(), client.lease().worker());
        assertEquals(2, pool.requests(first.worker()));
        assertEquals(1, pool.requests(second.worker()));
    }

    @Test
    void aReplacedWorkerGetsNoMoreRequestsAndItsEndlessOnesAreEnded() throws Exception {
        pool.add(ONE);
        WorkerLease page = client.lease();
        WorkerLease stream = client.lease();
        CountDownLatch ended = new CountDownLatch(1);
        stream.markEndless(() -> {
            stream.close();
            ended.countDown();
        });
        WorkerLoad rest = pool.replace(ONE, TWO);
        assertEquals(TWO, client.lease().worker());
        FutureTask<Integer> end = new FutureTask<>(() -> rest.awaitEnd(Duration.ofMinutes(5)));
        new Thread(end).start();
        ended.await();
        assertFalse(end.isDone());
        page.close();
        assertEquals(0, end.get());
    }

    @Test
    void requestsThatDoNotEndInTimeAreCounted() throws Exception {
        pool.add(ONE);
        client.lease();
        assertEquals(1, pool.replace(ONE, TWO).awaitEnd(Duration.ofMillis(1)));
    }

    @Test
    void anEndlessRequestOnAReplacedWorkerIsEndedAtOnce() throws Exception {
        pool.add(ONE);
        WorkerLease late = client.lease();
        pool.replace(ONE, TWO);
        CountDownLatch ended = new CountDownLatch(1);
        late.markEndless(ended::countDown);
        ended.await();
    }

    @Test
    void aRequestAboveTheQueueLimitIsRejectedAtOnce() throws Exception {
        Waiter first = new Waiter(null);
        Waiter second = new Waiter(null);
        assertEquals(Optional.empty(), worker(null, farAway()));
        pool.add(ONE);
        assertEquals(Optional.of(ONE), first.result());
        assertEquals(Optional.of(ONE), second.result());
    }

    @Test
    void givingUpEndsTheWaitUntilResumed() throws Exception {
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
    void closingEndsTheWait() throws Exception {
        Waiter waiter = new Waiter(null);
        pool.close();
        assertEquals(Optional.empty(), waiter.result());
        pool.add(ONE);
        assertEquals(Optional.empty(), worker(null, farAway()));
    }

    @Test
    void aWaitingThreadCanBeInterrupted() throws Exception {
        Waiter waiter = new Waiter(null);
        waiter.thread.interrupt();
        assertTrue(assertThrows(ExecutionException.class, waiter::result).getCause() instanceof InterruptedException);
    }

    private Optional<Worker> worker(Worker avoid, long deadline) throws InterruptedException {
        return pool.lease(avoid, deadline).map(WorkerLease::worker);
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
