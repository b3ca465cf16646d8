package dev.vtsbasic.manage.jmx;

import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.SlotSnapshot.WorkerView;
import dev.vtsbasic.bun.SlotState;
import java.util.Date;

/** A worker slot, as JMX shows it. */
public final class WorkerBean {
    private final SlotSnapshot place;
    private final boolean givenUp;

    WorkerBean(SlotSnapshot place, boolean givenUp) {
        this.place = place;
        this.givenUp = givenUp;
    }

    /** Number of the slot, from 1. */
    public int getPlace() {
        return place.number();
    }

    /** State as known without a probe of the worker. */
    public SlotState getState() {
        return place.state(givenUp);
    }

    /** Replaced workers of this slot that have not ended yet. */
    public int getRetiring() {
        return place.retiring();
    }

    /** Name of the worker; empty when there is none. Process id, memory and CPU time are zero then. */
    public String getName() {
        return place.ready().map(WorkerView::name).orElse("");
    }

    public long getPid() {
        return place.ready().map(WorkerView::pid).orElse(0L);
    }

    public long getResidentMemoryBytes() {
        return place.ready().map(WorkerView::memory).orElse(0L);
    }

    public double getCpuSeconds() {
        return place.ready().map(worker -> worker.cpu().toNanos() / 1e9).orElse(0.0);
    }

    /** When the worker's process was started; null when there is no worker. */
    public Date getStarted() {
        return place.ready().map(worker -> Date.from(worker.started())).orElse(null);
    }
}
