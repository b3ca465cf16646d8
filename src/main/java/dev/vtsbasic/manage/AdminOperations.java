package dev.vtsbasic.manage;

import java.util.Optional;

/** The operations that HTTP and JMX offer to operators. Implementations are safe for any number of threads. */
public interface AdminOperations {
    /**
     * Probes each worker now. This takes up to two seconds when a worker hangs; with {@code VTS_UPSTREAM}, connecting
     * can take up to {@code VTS_CONNECT_TIMEOUT} more.
     */
    HealthReport health();

    /** Begins to replace the workers; false with {@code VTS_UPSTREAM}, because that Bun is not supervised. */
    boolean restart();

    /**
     * Removes responses from the shared cache.
     *
     * @param path path as browsers send it, not decoded and without a query; responses for all its queries, hosts and
     *     variants are removed. Empty removes everything
     * @return how many responses were removed; empty when there is no cache
     */
    Optional<Integer> purge(Optional<String> path);

    LifecyclePhase phase();

    /**
     * Begins a drain: reports "not ready", so that load balancers choose other instances, and still serves every
     * request. A second call does nothing.
     */
    void beginDrain();

    /** Ends a drain, if there is one; false when a stop has begun, because a stop cannot be undone. */
    boolean endDrain();
}
