package dev.vtsbasic.manage;

import dev.vtsbasic.bun.BlockedRequest;
import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.Traffic;
import java.time.Instant;
import java.util.List;

/** What a deployment is measured by, each as it is when it is asked for. Safe for any number of threads. */
public interface RuntimeStats {
    Traffic traffic();

    /** How many requests wait for a worker, or for their turn. */
    int waiting();

    /** The places for workers; empty when none are ours. */
    List<SlotSnapshot> places();

    /** What the workers printed last, by place. */
    List<SlotSnapshot.Output> output();

    /** Whether the workers kept crashing and none is started any more. */
    boolean givenUp();

    long restarts(RestartCause cause);

    /** The requests that are not sent for a while, because one worker after another ended at them. */
    List<BlockedRequest> blocked();

    /** What the shared cache does; all zero when there is none. */
    CacheStatistics cache();

    /** Whether clients are sent elsewhere, by a drain or before a stop. */
    boolean draining();

    Build build();

    /**
     * What runs here.
     *
     * @param version of this program
     * @param bun version of Bun; empty when someone else runs it
     * @param build names what the app was built to; empty when someone else runs it
     * @param since when that was put into service
     */
    record Build(String version, String bun, String build, Instant since) {}
}
