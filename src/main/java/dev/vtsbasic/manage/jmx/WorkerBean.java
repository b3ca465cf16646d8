package dev.vtsbasic.manage.jmx;

import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.SlotSnapshot.WorkerView;
import dev.vtsbasic.bun.SlotState;
import java.util.Date;

/** A worker slot, as JMX shows it. */
public final class WorkerBean {
    private final SlotSnapshot slot;
    private final boolean givenUp;

    WorkerBean(SlotSnapshot slot, boolean givenUp) {
        this.slot = slot;
        this.givenUp = givenUp;
    }

    /** Number of the slot, from 1. */
    public int getPlace() {
        return slot.number();
    }

    /** State as known without a probe of the worker. */
    public SlotState getState() {
        return slot.state(givenUp);
    }

    /** Replaced workers of this slot that have not ended yet. */
    public int getRetiring() {
        return slot.retiring();
    }

    /** Name of the worker; empty when there is none. Process id, memory and CPU time are zero then. */
    public String getName() {
        return slot.ready().map(WorkerView::name).orElse("");
    }

    public long getPid() {
        return slot.ready().map(WorkerView::pid).orElse(0L);
    }

    public long getResidentMemoryBytes() {
        return slot.ready().map(WorkerView::memory).orElse(0L);
    }

    public double getCpuSeconds() {
        return slot.ready().map(worker -> worker.cpu().toNanos() / 1e9).orElse(0.0);
    }

    /** When the worker's process was started; null when there is no worker. */
    public Date getStarted() {
        return slot.ready().map(worker -> Date.from(worker.started())).orElse(null);
    }
}
