package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.WorkerExit;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.proxy.message.InboundRequest;

/**
 * Decides whether a request that broke off is sent once more. A request is sent at most twice, no matter on which
 * connections and to which workers.
 *
 * <p>It is sent again if nothing of a response has been passed on, if it is idempotent and its whole body is kept (RFC
 * 9110 §9.2.2), and if it is not the cause of the failure: a reused connection was dead, or the worker ended and the
 * pool does not attribute that to this request. A failed connection to a worker does not count as sending, because
 * nothing was sent.
 */
final class RetryPolicy {
    /** How long to wait until the pool notices that the worker ended, which takes a moment on a busy machine. */
    private static final long EXIT_WAIT_NANOS = 1_000_000_000;

    /** The same for a reused connection, which a running worker may have closed as well. */
    private static final long SHORT_EXIT_WAIT_NANOS = 200_000_000;

    private final InboundRequest request;
    private LeasedRequest leased;

    /** @param id the X-Request-Id that workers get */
    RetryPolicy(InboundRequest request, String id) {
        this.request = request;
        this.leased = LeasedRequest.of(id, request.method(), request.path());
    }

    /** The request as the worker pool knows it. */
    LeasedRequest leased() {
        return leased;
    }

    /**
     * Whether the request, which broke off, is to be sent once more. The second call returns false after the first one
     * returned true.
     *
     * @param complete whether the whole request can be sent again, and nothing of a response has been passed on
     * @param lease of the worker that it was sent to
     * @param reused whether it was sent on a connection that had served another request
     */
    boolean takeReplay(boolean complete, WorkerLease lease, boolean reused) {
        if (leased.isRetry() || !complete || !request.isIdempotent()) {
            return false;
        }
        WorkerExit exit = exitOf(lease, reused ? SHORT_EXIT_WAIT_NANOS : EXIT_WAIT_NANOS);
        if (exit == WorkerExit.ENDED || exit == WorkerExit.NONE && reused) {
            leased = leased.asRetry();
            return true;
        }
        return false;
    }

    /** Whether the worker, which closed the connection, is still running. */
    boolean isAlive(WorkerLease lease) {
        return exitOf(lease, SHORT_EXIT_WAIT_NANOS) == WorkerExit.NONE;
    }

    private static WorkerExit exitOf(WorkerLease lease, long waitNanos) {
        try {
            return lease.awaitExit(System.nanoTime() + waitNanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return WorkerExit.NONE;
        }
    }
}
