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

/** A request's search for workers, which its record tells of. */
final class WorkerSelection implements WorkerPool.Seeker {
    /** Before another worker is tried when more than one could not be reached. */
    private static final long RETRY_DELAY_MILLIS = 10;

    private static final Page BLOCKED = Page.BAD_GATEWAY.withSentence(
            "The application crashed each time it was asked for this, so it is not asked again for a while.");

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

    /** A worker that is ready; empty when there is none, or the request is not to be sent. */
    Optional<WorkerLease> find() {
        waited = false;
        Optional<WorkerLease> found = Optional.empty();
        try {
            if (mayGoOn()) {
                found = pool.lease(unreachable, deadline, this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        tell(found);
        return found;
    }

    /** Workers that cannot be reached, but are there, must not be tried in turn for ever. */
    private boolean mayGoOn() throws InterruptedException {
        if (failures < 2) {
            return true;
        }
        Thread.sleep(RETRY_DELAY_MILLIS);
        return System.nanoTime() - deadline < 0;
    }

    /** No connection to that worker could be made; nothing was sent, so the search goes on. */
    void cannotReach(Worker worker) {
        unreachable = worker;
        failures++;
    }

    /** What is sent when there is no worker. */
    Page page() {
        if (blocked) {
            return BLOCKED;
        }
        if (pool.givenUp().isPresent()) {
            return Page.GIVEN_UP;
        }
        return pool.isStarting() ? Page.STARTING : Page.UNAVAILABLE;
    }

    /** What else the page says to a person on this machine. */
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

    private void tell(Optional<WorkerLease> found) {
        if (waited) {
            record.held(System.nanoTime() - waitingSince);
        }
        if (found.isPresent()) {
            record.worker(found.get().worker().name());
        } else if (turnedAway) {
            record.shed(ShedReason.HOLD_QUEUE);
        } else {
            record.upstreamError(blocked ? UpstreamError.BLOCKED : UpstreamError.NO_WORKER);
        }
    }
}
