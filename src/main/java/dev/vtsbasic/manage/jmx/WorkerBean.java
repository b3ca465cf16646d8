package dev.vtsbasic.manage.jmx;

import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.SlotSnapshot.WorkerView;
import dev.vtsbasic.bun.SlotState;
import java.util.Date;

/** A place for a worker, as JMX shows it. */
public final class WorkerBean {
    private final SlotSnapshot place;
    private final boolean givenUp;

    WorkerBean(SlotSnapshot place, boolean givenUp) {
        this.place = place;
        this.givenUp = givenUp;
    }

    public int getPlace() {
        return place.number();
    }

    /** As far as is known without asking. */
    public SlotState getState() {
        return place.state(givenUp);
    }

    /** How many that gave this place to another have not ended yet. */
    public int getRetiring() {
        return place.retiring();
    }

    /** Empty when there is none, as its other figures are zero then. */
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

    /** Null when there is none. */
    public Date getStarted() {
        return place.ready().map(worker -> Date.from(worker.started())).orElse(null);
    }
}
