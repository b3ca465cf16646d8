package dev.vtsbasic.proxy.exchange;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerExit;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.traffic.RequestRecord;
import java.net.InetSocketAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
    @Test
    void aRequestIsReplayedOnlyOnceWhateverTheReason() {
        RetryPolicy policy = policy("GET");
        assertFalse(policy.leased().isRetry());
        assertTrue(policy.takeReplay(true, lease(WorkerExit.NONE), true));
        assertTrue(policy.leased().isRetry());
        assertFalse(policy.takeReplay(true, lease(WorkerExit.ENDED), true));
        assertFalse(policy.takeReplay(true, lease(WorkerExit.NONE), true));
    }

    @Test
    void aRequestOnABrokenNewConnectionIsNotReplayedWhileTheWorkerRuns() {
        assertFalse(policy("GET").takeReplay(true, lease(WorkerExit.NONE), false));
    }

    @Test
    void aRequestWhoseWorkerEndedIsReplayedUnlessTheRequestIsTheCause() {
        assertTrue(policy("GET").takeReplay(true, lease(WorkerExit.ENDED), false));
        assertFalse(policy("GET").takeReplay(true, lease(WorkerExit.ENDED_BY_REQUEST), false));
        assertFalse(policy("GET").takeReplay(true, lease(WorkerExit.ENDED_BY_REQUEST), true));
    }

    @Test
    void aRequestThatIsNotIdempotentOrNotCompleteIsNotReplayed() {
        assertFalse(policy("POST").takeReplay(true, lease(WorkerExit.ENDED), true));
        assertFalse(policy("GET").takeReplay(false, lease(WorkerExit.ENDED), true));
    }

    @Test
    void thePoolGetsARequestsIdMethodAndPathWithoutTheQuery() {
        assertEquals(
                "id GET /a",
                policy("GET").leased().id() + " " + policy("GET").leased().method() + " "
                        + policy("GET").leased().path());
    }

    private static RetryPolicy policy(String method) {
        InboundRequest request = new InboundRequest(
                method,
                "/a?secret=1",
                "HTTP/1.1",
                "",
                List.of(),
                -1,
                false,
                "192.0.2.7",
                false,
                "http",
                "example.org",
                RequestRecord.unread());
        return new RetryPolicy(request, "id");
    }

    private static WorkerLease lease(WorkerExit exit) {
        return new WorkerLease() {
            @Override
            public Worker worker() {
                return new Worker("worker-1", InetSocketAddress.createUnresolved("localhost", 1));
            }

            @Override
            public WorkerExit awaitExit(long deadline) {
                return exit;
            }

            @Override
            public void markEndless(Runnable end) {
                throw new AssertionError("not asked for");
            }

            @Override
            public void close() {
                throw new AssertionError("not asked for");
            }
        };
    }
}
