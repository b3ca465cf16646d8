package dev.vtsbasic.proxy;

import dev.vtsbasic.bun.Worker;
import dev.vtsbasic.bun.WorkerLease;
import dev.vtsbasic.bun.WorkerPool;
import dev.vtsbasic.traffic.RequestRecord;
import dev.vtsbasic.traffic.Shed;
import dev.vtsbasic.traffic.UpstreamError;
import java.util.Optional;

/** A request's search for a worker, which its record tells of. */
final class WorkerSearch implements WorkerPool.Seeker {
    private final RequestRecord record;
    private long waitingSince;
    private boolean waited;
    private boolean turnedAway;

    private WorkerSearch(RequestRecord record) {
        this.record = record;
    }

    /**
     * @param avoid a worker that was seen not to answer; null for none
     * @param deadline until when to wait, in terms of {@link System#nanoTime}
     * @return empty when there is none
     */
    static Optional<WorkerLease> find(WorkerPool pool, Worker avoid, long deadline, RequestRecord record) {
        WorkerSearch search = new WorkerSearch(record);
        Optional<WorkerLease> found = Optional.empty();
        try {
            found = pool.lease(avoid, deadline, search);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        search.tell(found);
        return found;
    }

    @Override
    public void waits() {
        waited = true;
        waitingSince = System.nanoTime();
    }

    @Override
    public void isTurnedAway() {
        turnedAway = true;
    }

    private void tell(Optional<WorkerLease> found) {
        if (waited) {
            record.held(System.nanoTime() - waitingSince);
        }
        if (found.isPresent()) {
            record.worker(found.get().worker().name());
        } else if (turnedAway) {
            record.shed(Shed.HOLD_QUEUE);
        } else {
            record.upstreamError(UpstreamError.NO_WORKER);
        }
    }
}
