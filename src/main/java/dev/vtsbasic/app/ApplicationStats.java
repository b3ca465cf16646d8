package dev.vtsbasic.app;

import dev.vtsbasic.bun.RestartCause;
import dev.vtsbasic.bun.SlotSnapshot;
import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.manage.LifecyclePhase;
import dev.vtsbasic.manage.RuntimeStats;
import dev.vtsbasic.traffic.CacheStatistics;
import dev.vtsbasic.traffic.Traffic;
import java.util.List;

/** The statistics of a running application. Thread-safe. */
final class ApplicationStats implements RuntimeStats {
    private final ApplicationParts parts;

    ApplicationStats(ApplicationParts parts) {
        this.parts = parts;
    }

    @Override
    public Traffic traffic() {
        return parts.requests().traffic().traffic();
    }

    @Override
    public int waiting() {
        return parts.upstream().pool().waiting() + parts.requests().proxy().waiting();
    }

    @Override
    public List<SlotSnapshot> slots() {
        return parts.upstream().slots();
    }

    @Override
    public List<SlotSnapshot.Output> output() {
        return parts.upstream().output();
    }

    @Override
    public boolean givenUp() {
        return parts.upstream().givenUp();
    }

    @Override
    public long restarts(RestartCause cause) {
        return parts.upstream().restarts(cause);
    }

    @Override
    public List<BlockedRequest> blocked() {
        return parts.upstream().blocked();
    }

    @Override
    public CacheStatistics cache() {
        return parts.requests().proxy().cacheStatistics();
    }

    @Override
    public boolean draining() {
        return parts.operator().drain().phase() != LifecyclePhase.SERVING;
    }

    @Override
    public Build build() {
        String version = Application.class.getPackage().getImplementationVersion();
        return new Build(
                version == null ? "" : version,
                parts.upstream().bunVersion(),
                parts.upstream().build(),
                parts.upstream().buildSince());
    }
}
