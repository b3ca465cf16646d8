package dev.vtsbasic.bun.pool;

import static dev.vtsbasic.bun.pool.PoolClient.ONE;
import static dev.vtsbasic.bun.pool.PoolClient.TWO;
import static dev.vtsbasic.bun.pool.PoolClient.farAway;
import static dev.vtsbasic.bun.pool.PoolClient.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerExit;
import dev.vtsbasic.pool.WorkerLease;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How a worker ended for each request that was sent to it, and which request was the cause. */
@Timeout(120)
class LeastLoadedPoolExitTest {
    private final LeastLoadedPool pool = new LeastLoadedPool(2, Duration.ZERO);
    private final PoolClient client = new PoolClient(pool);

    @Test
    void aListeningWorkerThatIsStoppedEndsWithoutACause() throws Exception {
        pool.addListening(ONE);
        WorkerLease lease = client.lease();
        lease.begin();
        pool.removeStopped(ONE);
        assertEquals(WorkerExit.ENDED, lease.awaitExit(farAway()));
        assertEquals(Optional.empty(), pool.lease(null, System.nanoTime()));
    }

    @Test
    void aWorkerHadRequestsOnceOneWasSentToItEvenIfItWasAnswered() throws Exception {
        pool.add(ONE);
        client.leased("/unsent", false).close();
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertFalse(pool.hadRequests(ONE));
        pool.add(TWO);
        WorkerLease answered = client.begun("/a", false);
        answered.markAnswered();
        answered.close();
        pool.remove(TWO, BegunRequests.UNKNOWN);
        assertTrue(pool.hadRequests(TWO));
    }

    @Test
    void theOnlyRequestAtAWorkerThatEndsIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease alone = client.begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED_BY_REQUEST, alone.awaitExit(farAway()));
        assertEquals(Optional.of("/a"), cause(ONE));
    }

    @Test
    void aRequestSentJustBeforeAKillIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease alone = client.begun("/a", false);
        pool.removeKilled(ONE, given("/a"));
        assertEquals(WorkerExit.ENDED, alone.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
    }

    @Test
    void aRequestThatTheAppDidNotReceiveIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease alone = client.begun("/a", false);
        pool.remove(ONE, given("/before"));
        assertEquals(WorkerExit.ENDED, alone.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
        pool.add(TWO);
        client.begun("/a", true);
        pool.remove(TWO, given("/before"));
        assertEquals(0, pool.blocked().size());
    }

    @Test
    void theOnlyRequestThatTheAppReceivedIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease given = client.begun("/a", false);
        WorkerLease waiting = client.begun("/b", false);
        pool.remove(ONE, given("/a"));
        assertEquals(WorkerExit.ENDED_BY_REQUEST, given.awaitExit(farAway()));
        assertEquals(WorkerExit.ENDED, waiting.awaitExit(farAway()));
    }

    @Test
    void aRequestWhoseRecordMayBeOverwrittenCanBeTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease alone = client.begun("/a", false);
        for (int i = 0; i < BegunRequests.MAX_RECORDS; i++) {
            WorkerLease later = client.begun("/later", false);
            later.markAnswered();
            later.close();
        }
        pool.remove(ONE, given("/later"));
        assertEquals(WorkerExit.ENDED_BY_REQUEST, alone.awaitExit(farAway()));
    }

    @Test
    void severalRetriesOfOneRequestAreTheCauseOfTheSecondEnd() throws Exception {
        pool.add(ONE);
        WorkerLease first = client.begun("/a", false);
        client.begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED, first.awaitExit(farAway()));
        pool.add(TWO);
        WorkerLease again = client.begun("/a", true);
        client.begun("/a", true);
        pool.remove(TWO, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED_BY_REQUEST, again.awaitExit(farAway()));
        assertEquals(1, pool.blocked().size());
    }

    @Test
    void noneOfSeveralFirstAttemptsIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease first = client.begun("/a", false);
        WorkerLease second = client.begun("/b", false);
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
        WorkerLease other = client.begun("/a", false);
        WorkerLease replay = client.begun("/b", true);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED, other.awaitExit(farAway()));
        assertEquals(WorkerExit.ENDED_BY_REQUEST, replay.awaitExit(farAway()));
    }

    @Test
    void anAnsweredOrUnsentRequestIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease unsent = client.leased("/a", false);
        WorkerLease answered = client.begun("/b", false);
        answered.markAnswered();
        answered.close();
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED, unsent.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
    }

    @Test
    void aRequestWhoseClientDisconnectedIsTheCauseWhenThereIsNoOther() throws Exception {
        pool.add(ONE);
        client.begun("/a", false).close();
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(Optional.of("/a"), cause(ONE));
    }

    @Test
    void aRequestBesideAnEventStreamIsTheCause() throws Exception {
        pool.add(ONE);
        client.begun("/events", false).markEndless(() -> {});
        WorkerLease alone = client.begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        assertEquals(WorkerExit.ENDED_BY_REQUEST, alone.awaitExit(farAway()));
    }

    @Test
    void theRequestThatAHungWorkerBeganLastIsTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease last = client.begun("/a", false);
        WorkerLease waiting = client.begun("/b", false);
        pool.retire(ONE);
        pool.removeHung(ONE, given("/a"));
        assertEquals(WorkerExit.ENDED_BY_REQUEST, last.awaitExit(farAway()));
        assertEquals(WorkerExit.ENDED, waiting.awaitExit(farAway()));
    }

    @Test
    void aRequestThatAHungWorkerDidNotBeginIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease waiting = client.begun("/b", false);
        pool.retire(ONE);
        pool.removeHung(ONE, given("/answered"));
        assertEquals(WorkerExit.ENDED, waiting.awaitExit(farAway()));
        assertEquals(Optional.empty(), cause(ONE));
    }

    @Test
    void aRequestOfAStoppedWorkerIsNotTheCause() throws Exception {
        pool.add(ONE);
        WorkerLease cut = client.begun("/a", false);
        pool.retire(ONE);
        pool.removeStopped(ONE);
        assertEquals(WorkerExit.ENDED, cut.awaitExit(farAway()));
    }

    @Test
    void aReadyWorkerHasNotEnded() throws Exception {
        pool.add(ONE);
        assertEquals(WorkerExit.NONE, client.begun("/a", false).awaitExit(System.nanoTime()));
    }

    private Optional<String> cause(Worker ended) {
        return pool.cause(ended).map(LeasedRequest::path);
    }
}
