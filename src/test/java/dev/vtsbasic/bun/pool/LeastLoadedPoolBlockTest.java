package dev.vtsbasic.bun.pool;

import static dev.vtsbasic.bun.pool.PoolClient.ONE;
import static dev.vtsbasic.bun.pool.PoolClient.TWO;
import static dev.vtsbasic.bun.pool.PoolClient.answer;
import static dev.vtsbasic.bun.pool.PoolClient.farAway;
import static dev.vtsbasic.bun.pool.PoolClient.given;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.bun.process.BegunRequests;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerExit;
import dev.vtsbasic.pool.WorkerLease;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which requests are blocked after several workers ended. */
@Timeout(120)
class LeastLoadedPoolBlockTest {
    private final LeastLoadedPool pool = new LeastLoadedPool(2);
    private final PoolClient client = new PoolClient(pool);

    @Test
    void aRequestThatEndedTwoWorkersIsBlocked() throws Exception {
        for (Worker worker : new Worker[] {ONE, TWO}) {
            pool.add(worker);
            client.begun("/a", false);
            pool.remove(worker, BegunRequests.UNKNOWN);
        }
        pool.add(ONE);
        PoolClient.Asking asking = new PoolClient.Asking("/a", false);
        assertEquals(Optional.empty(), pool.lease(null, farAway(), asking));
        assertTrue(asking.blocked());
        assertEquals("GET /a", pool.blocked().get(0).request());
        client.begun("/b", false);
        pool.unblock();
        client.begun("/a", false);
    }

    @Test
    void aResponseBetweenTwoEndsKeepsARequestUnblocked() throws Exception {
        pool.add(ONE);
        client.begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        pool.add(ONE);
        WorkerLease answered = client.begun("/a", false);
        answered.markAnswered();
        answered.close();
        client.begun("/a", false);
        pool.remove(ONE, BegunRequests.UNKNOWN);
        pool.add(ONE);
        client.begun("/a", false);
    }

    @Test
    void aRequestBegunLastAtHangsIsNotBlockedWhileAnotherWasInFlight() throws Exception {
        for (Worker worker : new Worker[] {ONE, TWO, ONE}) {
            pool.add(worker);
            client.begun("/blocks", false);
            WorkerLease last = client.begun("/victim", false);
            pool.removeHung(worker, given("/blocks", "/victim"));
            assertEquals(WorkerExit.ENDED_BY_REQUEST, last.awaitExit(farAway()));
        }
        pool.add(TWO);
        client.begun("/victim", false);
    }

    @Test
    void aRequestInFlightAtHangsIsBlockedOnceAnotherWorkerAnsweredTheRest() throws Exception {
        for (int i = 0; i < 2; i++) {
            pool.add(ONE);
            client.begun("/blocks", false);
            LeasedRequest page = LeasedRequest.of("id of /page", "GET", "/page");
            client.begun(page);
            pool.removeHung(ONE, given("/page", "/blocks"));
            pool.add(TWO);
            assertEquals(List.of(), pool.blocked());
            answer(client.begun(page.asRetry()));
            pool.removeStopped(TWO);
        }
        assertEquals("GET /blocks", pool.blocked().get(0).request());
    }

    @Test
    void aRequestIsNotBlockedWhenAnotherWasInFlightAtEachEnd() throws Exception {
        for (int i = 0; i < 10; i++) {
            pool.add(ONE);
            client.begun("/dies/" + i, false);
            client.begun("/victim", i % 2 == 1);
            pool.remove(ONE, BegunRequests.UNKNOWN);
        }
        assertEquals(List.of(), pool.blocked());
    }

    @Test
    void aRequestIsNotBlockedWhenAnotherWasAnsweredJustBeforeEachEnd() throws Exception {
        for (int i = 0; i < 3; i++) {
            pool.add(ONE);
            answer(client.begun("/dies/later", false));
            client.begun("/victim", false);
            pool.remove(ONE, BegunRequests.UNKNOWN);
        }
        assertEquals(List.of(), pool.blocked());
    }

    @Test
    void aRequestIsNotBlockedWhenAWebSocketWasOpenAtEachEnd() throws Exception {
        for (int i = 0; i < 3; i++) {
            pool.add(ONE);
            client.begun("/socket", false).markEndless(() -> {});
            client.begun("/victim", false);
            pool.remove(ONE, BegunRequests.UNKNOWN);
        }
        assertEquals(List.of(), pool.blocked());
    }
}
