package dev.vtsbasic.bun.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerExit;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LeastLoadedPoolTest {
    private static final Worker ONE = new Worker("worker-1", InetSocketAddress.createUnresolved("localhost", 1));
    private static final Worker TWO = new Worker("worker-2", InetSocketAddress.createUnresolved("localhost", 1));

    private final LeastLoadedPool pool = new LeastLoadedPool(2);

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
        WorkerLease own = lease();
        assertEquals(ONE, own.worker());
        assertTrue(pool.isEmpty(), "none is ready");
        assertTrue(pool.isStarting());
        pool.add(TWO);
        assertEquals(TWO, lease().worker());
        assertEquals(TWO, lease().worker());
        pool.add(ONE);
        assertEquals(1, pool.requests(ONE));
        assertEquals(ONE, lease().worker());
    }

    @Test
    void aListeningWorkerThatIsStoppedEndsWithoutACause() throws Exception {
        pool.addListening(ONE);
        WorkerLease lease = lease();
        lease.begin();
        pool.removeStopped(ONE);
        assertEquals(WorkerExit.ENDED, lease.awaitExit(farAway()));
        assertEquals(Optional.empty(), pool.lease(null, System.nanoTime()));
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
    void aReplacedWorkerGetsNoMoreRequestsAndItsEndlessOnesAreEnded() throws Exception {
        pool.add(ONE);
        WorkerLease page = lease();
        WorkerLease stream = lease();
        CountDownLatch ended = new CountDownLatch(1);
        stream.markEndless(() -> {
            stream.close();
            ended.countDown();
        });
        WorkerLoad rest = pool.replace(ONE, TWO);
        assertEquals(TWO, lease().worker());
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
        lease();
        assertEquals(1, pool.replace(ONE, TWO).awaitEnd(Duration.ofMillis(1)));
    }

    @Test
    void anEndlessRequestOnAReplacedWorkerIsEndedAtOnce() throws Exception {
        pool.add(ONE);
        WorkerLease late = lease();
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

    @Test
    void aWorkerHadRequestsOnceOneWasSentToItEvenIfItWasAnswered() throws Exception {
        pool.add(ONE);
        leased("/unsent", false).close();
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertFalse(pool.hadRequests(ONE));
        pool.add(TWO);
        WorkerLease answered = begun("/a", false);
        answered.markAnswered();
        answered.close();
        pool.remove(TWO, BegunRequests.UNKNOWN);
        assertTrue(pool.hadRequests(TWO));
    }

    // Which request a worker ended at

    @Test
    void theOnlyRequestAtAWorkerThatEndsIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease alone = begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED_BY_REQUEST, alone.awaitExit(farAway()));
        assertEquals(Optional.of("/a"), cause(ONE));
    }

    @Test
    void aRequestSentJustBeforeAKillIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease alone = begun("/a", false);
        pool.removeKilled(ONE, given("/a"));
        assertEquals(WorkerExit.ENDED, alone.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
    }

    @Test
    void aRequestThatTheAppDidNotReceiveIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease alone = begun("/a", false);
        pool.remove(ONE, given("/before"));
        assertEquals(WorkerExit.ENDED, alone.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
        pool.add(TWO);
        begun("/a", true);
        pool.remove(TWO, given("/before"));
        assertEquals(0, pool.blocked().size());
    }

    @Test
    void theOnlyRequestThatTheAppReceivedIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease given = begun("/a", false);
        WorkerLease waiting = begun("/b", false);
        pool.remove(ONE, given("/a"));
        assertEquals(WorkerExit.ENDED_BY_REQUEST, given.awaitExit(farAway()));
        assertEquals(WorkerExit.ENDED, waiting.awaitExit(farAway()));
    }

    @Test
    void aRequestWhoseRecordMayBeOverwrittenCanBeTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease alone = begun("/a", false);
        for (int i = 0; i < BegunRequests.MAX_RECORDS; i++) {
            WorkerLease later = begun("/later", false);
            later.markAnswered();
            later.close();
        }
        pool.remove(ONE, given("/later"));
        assertEquals(WorkerExit.ENDED_BY_REQUEST, alone.awaitExit(farAway()));
    }

    @Test
    void severalRetriesOfOneRequestAreTheCauseOfTheSecondEnd() throws Exception {
        pool.add(ONE);
        WorkerLease first = begun("/a", false);
        begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED, first.awaitExit(farAway()));
        pool.add(TWO);
        WorkerLease again = begun("/a", true);
        begun("/a", true);
        pool.remove(TWO, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED_BY_REQUEST, again.awaitExit(farAway()));
        assertEquals(1, pool.blocked().size());
    }

    @Test
    void noneOfSeveralFirstAttemptsIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease first = begun("/a", false);
        WorkerLease second = begun("/b", false);
        // It sees the end before the pool does.
        first.close();
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED, first.awaitExit(farAway()));
        assertEquals(WorkerExit.ENDED, second.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
    }

    @Test
    void theOnlyRetryAmongFirstAttemptsIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease other = begun("/a", false);
        WorkerLease replay = begun("/b", true);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED, other.awaitExit(farAway()));
        assertEquals(WorkerExit.ENDED_BY_REQUEST, replay.awaitExit(farAway()));
    }

    @Test
    void anAnsweredOrUnsentRequestIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease unsent = leased("/a", false);
        WorkerLease answered = begun("/b", false);
        answered.markAnswered();
        answered.close();
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED, unsent.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
    }

    @Test
    void aRequestWhoseClientDisconnectedIsTheCauseWhenThereIsNoOther() throws Exception {
        pool.add(ONE);
        begun("/a", false).close();
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(Optional.of("/a"), cause(ONE));
    }

    @Test
    void aRequestBesideAnEventStreamIsTheCause() throws Exception {
        pool.add(ONE);
        begun("/events", false).markEndless(() -> {});
        WorkerLease alone = begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED_BY_REQUEST, alone.awaitExit(farAway()));
    }

    @Test
    void theRequestThatAHungWorkerBeganLastIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease last = begun("/a", false);
        WorkerLease waiting = begun("/b", false);
        pool.retire(ONE);
        pool.removeHung(ONE, given("/a"));
        assertEquals(WorkerExit.ENDED_BY_REQUEST, last.awaitExit(farAway()));
        assertEquals(WorkerExit.ENDED, waiting.awaitExit(farAway()));
    }

    @Test
    void aRequestThatAHungWorkerDidNotBeginIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease waiting = begun("/b", false);
        pool.retire(ONE);
        pool.removeHung(ONE, given("/answered"));
        assertEquals(WorkerExit.ENDED, waiting.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
    }

    @Test
    void aRequestOfAStoppedWorkerIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease cut = begun("/a", false);
        pool.retire(ONE);
        pool.removeStopped(ONE);
        assertEquals(WorkerExit.ENDED, cut.awaitExit(farAway()));
    }

    @Test
    void aReadyWorkerHasNotEnded() throws Exception {
        pool.add(ONE);
        assertEquals(WorkerExit.NONE, begun("/a", false).awaitExit(System.nanoTime()));
    }

    @Test
    void aRequestThatEndedTwoWorkersIsBlocked() throws Exception {
        for (Worker worker : new Worker[] {ONE, TWO}) {
            pool.add(worker);
            begun("/a", false);
            pool.remove(worker, BegunRequests.UNKNOWN);
        }
        pool.add(ONE);
        Asking asking = new Asking("/a", false);
        assertEquals(Optional.empty(), pool.lease(null, farAway(), asking));
        assertTrue(asking.blocked);
        assertEquals("GET /a", pool.blocked().get(0).request());
        begun("/b", false);
        pool.unblock();
        begun("/a", false);
    }

    @Test
    void aResponseBetweenTwoEndsKeepsARequestUnblocked() throws Exception {
        pool.add(ONE);
        begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        pool.add(ONE);
        WorkerLease answered = begun("/a", false);
        answered.markAnswered();
        answered.close();
        begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        pool.add(ONE);
        begun("/a", false);
    }

    @Test
    void aRequestBegunLastAtHangsIsNotBlockedWhileAnotherWasInFlight() throws Exception {
        for (Worker worker : new Worker[] {ONE, TWO, ONE}) {
            pool.add(worker);
            begun("/blocks", false);
            WorkerLease last = begun("/victim", false);
            pool.removeHung(worker, given("/blocks", "/victim"));
            assertEquals(WorkerExit.ENDED_BY_REQUEST, last.awaitExit(farAway()));
        }
        pool.add(TWO);
        begun("/victim", false);
    }

    @Test
    void aRequestInFlightAtHangsIsBlockedOnceAnotherWorkerAnsweredTheRest() throws Exception {
        for (int i = 0; i < 2; i++) {
            pool.add(ONE);
            begun("/blocks", false);
            LeasedRequest page = LeasedRequest.of("id of /page", "GET", "/page");
            begun(page);
            pool.removeHung(ONE, given("/page", "/blocks"));
            pool.add(TWO);
            assertEquals(List.of(), pool.blocked());
            answer(begun(page.asRetry()));
            pool.removeStopped(TWO);
        }
        assertEquals("GET /blocks", pool.blocked().get(0).request());
    }

    @Test
    void aRequestIsNotBlockedWhenAnotherWasInFlightAtEachEnd() throws Exception {
        for (int i = 0; i < 10; i++) {
            pool.add(ONE);
            begun("/dies/" + i, false);
            begun("/victim", i % 2 == 1);
            pool.remove(ONE, BegunRequests.UNKNOWN);
        }
        assertEquals(List.of(), pool.blocked());
    }

    @Test
    void aRequestIsNotBlockedWhenAnotherWasAnsweredJustBeforeEachEnd() throws Exception {
        for (int i = 0; i < 3; i++) {
            pool.add(ONE);
            answer(begun("/dies/later", false));
            begun("/victim", false);
            pool.remove(ONE, BegunRequests.UNKNOWN);
        }
        assertEquals(List.of(), pool.blocked());
    }

    @Test
    void aRequestIsNotBlockedWhenAWebSocketWasOpenAtEachEnd() throws Exception {
        for (int i = 0; i < 3; i++) {
            pool.add(ONE);
            begun("/socket", false).markEndless(() -> {});
            begun("/victim", false);
            pool.remove(ONE, BegunRequests.UNKNOWN);
        }
        assertEquals(List.of(), pool.blocked());
    }

    private static void answer(WorkerLease lease) {
        lease.markAnswered();
        lease.close();
    }

    private WorkerLease begun(LeasedRequest request) throws InterruptedException {
        WorkerLease lease = pool.lease(null, farAway(), new Asking(request)).orElseThrow();
        lease.begin();
        return lease;
    }

    private Optional<String> cause(Worker ended) {
        return pool.cause(ended).map(LeasedRequest::path);
    }

    private WorkerLease begun(String path, boolean replay) throws InterruptedException {
        WorkerLease lease = leased(path, replay);
        lease.begin();
        return lease;
    }

    private WorkerLease leased(String path, boolean replay) throws InterruptedException {
        return pool.lease(null, farAway(), new Asking(path, replay)).orElseThrow();
    }

    private static final class Asking implements WorkerPool.Seeker {
        private final LeasedRequest request;
        private boolean blocked;

        Asking(String path, boolean replay) {
            LeasedRequest first = LeasedRequest.of("id of " + path, "GET", path);
            this.request = replay ? first.asRetry() : first;
        }

        Asking(LeasedRequest request) {
            this.request = request;
        }

        @Override
        public LeasedRequest request() {
            return request;
        }

        @Override
        public void onBlocked() {
            blocked = true;
        }

        @Override
        public void onWait() {
            throw new AssertionError("there is a worker");
        }

        @Override
        public void onRejected() {
            throw new AssertionError("nobody waits");
        }
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

    /** What is known when the app was given these requests and no other. */
    private static BegunRequests given(String... paths) {
        List<String> ids = Stream.of(paths).map(path -> "id of " + path).toList();
        return new BegunRequests(Set.copyOf(ids), ids.get(ids.size() - 1), true);
    }
}
