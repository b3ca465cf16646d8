package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.WorkerExit;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.proxy.message.InboundRequest;

/**
 * The budget of one request: it is sent once, and once more at most, new connections and new workers counted together.
 *
 * <p>It is sent again when nothing of an answer has been passed on, when it is idempotent and all of its body is there (RFC
 * 9110 §9.2.2), and when the reason lies elsewhere: a kept connection was dead, or the worker ended, and the pool does not
 * take this request for the cause. A worker to which no connection could be made was sent nothing, so that does not count.
 */
final class RetryPolicy {
    /** How long it may take until the end of a worker is noticed, on a busy machine. */
    private static final long NOTICE_NANOS = 1_000_000_000;

    /** The same where a kept connection is as likely to have been closed by a worker that goes on. */
    private static final long SHORT_NOTICE_NANOS = 200_000_000;

    private final InboundRequest request;
    private LeasedRequest leased;

    /** @param id what workers are told as the request's id */
    RetryPolicy(InboundRequest request, String id) {
        this.request = request;
        this.leased = LeasedRequest.of(id, request.method(), request.path());
    }

    /** The request as the pool of workers is told of it. */
    LeasedRequest leased() {
        return leased;
    }

    /**
     * Whether the request, which broke off, is to be sent once more; after that the budget is spent.
     *
     * @param complete whether all of the request is still there, and nothing of an answer has been passed on
     * @param lease of the worker it was sent to
     * @param reused whether it was sent on a connection that had served another request
     */
    boolean takeReplay(boolean complete, WorkerLease lease, boolean reused) {
        if (leased.isRetry() || !complete || !request.isIdempotent()) {
            return false;
        }
        WorkerExit exit = exitOf(lease, reused ? SHORT_NOTICE_NANOS : NOTICE_NANOS);
        if (exit == WorkerExit.ENDED || exit == WorkerExit.NONE && reused) {
            leased = leased.asRetry();
            return true;
        }
        return false;
    }

    /** Whether the worker, which closed the connection, runs on. */
    boolean isAlive(WorkerLease lease) {
        return exitOf(lease, SHORT_NOTICE_NANOS) == WorkerExit.NONE;
    }

    private static WorkerExit exitOf(WorkerLease lease, long noticeNanos) {
        try {
            return lease.awaitExit(System.nanoTime() + noticeNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return WorkerExit.NONE;
        }
    }
}
