package dev.vtsbasic.bun;

import dev.vtsbasic.bun.pool.LeastLoadedPool;
import dev.vtsbasic.bun.pool.WorkerLoad;
import dev.vtsbasic.log.Event;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits up to {@code VTS_STOP_TIMEOUT} for the requests of a replaced worker to end, then stops it. Meanwhile it checks
 * whether the worker hangs, and then kills it.
 */
final class WorkerRetirement {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerRetirement.class);

    /** How long a worker without requests may take to end before it is killed. */
    private static final Duration IDLE_STOP_TIMEOUT = Duration.ofSeconds(5);

    private final RunningWorker old;
    private final WorkerLoad rest;
    private final LeastLoadedPool pool;
    private final Duration stopTimeout;

    /** @param rest the requests that the worker still serves */
    WorkerRetirement(RunningWorker old, WorkerLoad rest, LeastLoadedPool pool, Duration stopTimeout) {
        this.old = old;
        this.rest = rest;
        this.pool = pool;
        this.stopTimeout = stopTimeout;
    }

    void run() {
        String name = old.worker().name();
        long deadline = System.nanoTime() + stopTimeout.toNanos();
        try {
            int left = rest.awaitEnd(WorkerSlot.CHECK_INTERVAL);
            while (left > 0 && System.nanoTime() - deadline < 0) {
                if (old.isHung(WorkerSlot.CHECK_INTERVAL)) {
                    Event.WORKER_ENDED.log(
                            LOG,
                            "{worker} (pid {pid}) {problem}",
                            name,
                            old.process().pid(),
                            old.killHung(),
                            "cause",
                            RestartCause.HUNG);
                    return;
                }
                left = rest.awaitEnd(WorkerSlot.CHECK_INTERVAL);
            }
            if (left > 0) {
                Event.REQUESTS_CUT.log(
                        LOG,
                        "{requests} requests to {worker} did not finish within VTS_STOP_TIMEOUT and are cut",
                        left,
                        name);
            }
            // This comes before the stop, so that no request that is cut now counts as the cause of the worker's end.
            pool.removeStopped(old.worker());
            old.process().stop(IDLE_STOP_TIMEOUT);
        } catch (InterruptedException e) {
            old.process().kill();
        }
    }
}
