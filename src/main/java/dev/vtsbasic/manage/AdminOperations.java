package dev.vtsbasic.manage;

import java.util.Optional;

/** What is managed. Safe for any number of threads. */
public interface AdminOperations {
    /** Asks each worker now; takes up to two seconds when one hangs. */
    HealthReport health();

    /** Begins to replace the workers; false when they are not ours. */
    boolean restart();

    /**
     * Removes answers from the shared cache.
     *
     * @param path raw, as browsers see it, with whatever query; empty for everything
     * @return how many there were; empty when there is no cache
     */
    Optional<Integer> purge(Optional<String> path);

    LifecyclePhase phase();

    /** Sends clients elsewhere, and serves those who come all the same. A second time does nothing. */
    void drain();

    /** Takes that back, if need be; false when a stop has begun, which cannot be taken back. */
    boolean resume();
}
