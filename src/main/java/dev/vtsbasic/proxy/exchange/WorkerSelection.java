package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.page.Page;
import dev.vtsbasic.pool.LeasedRequest;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.traffic.RequestRecord;
import dev.vtsbasic.traffic.ShedReason;
import dev.vtsbasic.traffic.UpstreamError;
import java.util.Optional;

/** Leases workers for one request, and notes in its record how that went. Not thread-safe. */
final class WorkerSelection implements WorkerPool.Seeker {
    /** How long to wait before another worker is tried, after two could not be reached. */
    private static final long RETRY_DELAY_MILLIS = 10;

    private static final Page BLOCKED = Page.BAD_GATEWAY.withSentence(
            "The application crashed each time it got this request, so the request is not sent to it again for a while.");

    private final WorkerPool pool;
    private final RetryPolicy retries;
    private final long deadline;
    private final RequestRecord record;
    private Worker unreachable;
    private int failures;
    private long waitingSince;
    private boolean waited;
    private boolean turnedAway;
    private boolean blocked;

    /** @param deadline until when to wait, in terms of {@link System#nanoTime} */
    WorkerSelection(WorkerPool pool, RetryPolicy retries, long deadline, RequestRecord record) {
        this.pool = pool;
        this.retries = retries;
        this.deadline = deadline;
        this.record = record;
    }

    /** Leases a worker that is ready; empty when there is none, or the pool rejects the request. */
    Optional<WorkerLease> lease() {
        waited = false;
        Optional<WorkerLease> lease = Optional.empty();
        try {
            if (mayContinue()) {
                lease = pool.lease(unreachable, deadline, this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        note(lease);
        return lease;
    }

    /** Whether another worker may be tried; ends at the deadline, because two running workers may be unreachable. */
    private boolean mayContinue() throws InterruptedException {
        if (failures < 2) {
            return true;
        }
        Thread.sleep(RETRY_DELAY_MILLIS);
        return System.nanoTime() - deadline < 0;
    }

    /** Notes that no connection to the worker could be opened, so that the next lease is of another worker. */
    void markUnreachable(Worker worker) {
        unreachable = worker;
        failures++;
    }

    /** The error page for a request without a worker. */
    Page page() {
        if (blocked) {
            return BLOCKED;
        }
        if (pool.givenUp().isPresent()) {
            return Page.GIVEN_UP;
        }
        return pool.isStarting() ? Page.STARTING : Page.UNAVAILABLE;
    }

    /** The addition to the page for a browser on this machine; may be empty. */
    String explanation() {
        return blocked ? "" : pool.trouble().orElse("");
    }

    @Override
    public LeasedRequest request() {
        return retries.leased();
    }

    @Override
    public void onWait() {
        waited = true;
        waitingSince = System.nanoTime();
    }

    @Override
    public void onRejected() {
        turnedAway = true;
    }

    @Override
    public void onBlocked() {
        blocked = true;
    }

    private void note(Optional<WorkerLease> lease) {
        if (waited) {
            record.addWait(System.nanoTime() - waitingSince);
        }
        if (lease.isPresent()) {
            record.setWorker(lease.get().worker().name());
        } else if (turnedAway) {
            record.markShed(ShedReason.HOLD_QUEUE);
        } else {
            record.setUpstreamError(blocked ? UpstreamError.BLOCKED : UpstreamError.NO_WORKER);
        }
    }
}
