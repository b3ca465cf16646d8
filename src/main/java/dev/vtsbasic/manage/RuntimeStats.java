package dev.vtsbasic.manage;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.Traffic;
import java.time.Instant;
import java.util.List;

/** The figures of a deployment, each as it is at the call. Implementations are safe for any number of threads. */
public interface RuntimeStats {
    Traffic traffic();

    /** Requests that wait now for a worker, or for a permit of {@code VTS_MAX_CONCURRENT}. */
    int waiting();

    /** The worker slots; empty with {@code VTS_UPSTREAM}. */
    List<SlotSnapshot> slots();

    /** The last lines that the workers printed, in the order of the slots; empty with {@code VTS_UPSTREAM}. */
    List<SlotSnapshot.Output> output();

    /** True when the workers kept crashing and none is started until a restart or a new build. */
    boolean givenUp();

    /** Workers that ended, were replaced or did not become ready, for this cause; 0 with {@code VTS_UPSTREAM}. */
    long restarts(RestartCause cause);

    /** Requests that are not sent to the app for a while, because they ended one worker after another. */
    List<BlockedRequest> blocked();

    /** Counters and size of the shared cache; all zero when there is none. */
    CacheStatistics cache();

    /** True while the deployment reports "not ready" because of a drain or a stop. */
    boolean draining();

    Build build();

    /**
     * The versions in service.
     *
     * @param version version of this program; empty when its package has none
     * @param bun version of Bun; empty with {@code VTS_UPSTREAM}
     * @param build identifier of the app's build; empty with {@code VTS_UPSTREAM}
     * @param since when the build was put into service; with {@code VTS_UPSTREAM}, when this deployment started
     */
    record Build(String version, String bun, String build, Instant since) {}
}
