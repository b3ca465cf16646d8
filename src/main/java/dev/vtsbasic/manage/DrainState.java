package dev.vtsbasic.manage;

import dev.vtsbasic.log.Event;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this deployment drains: it reports "not ready", so that load balancers choose other instances, and still
 * serves every request. An operator begins and ends a drain; a stop drains for good. Safe for any number of threads.
 */
public final class DrainState {
    private static final Logger LOG = LoggerFactory.getLogger(DrainState.class);

    private volatile LifecyclePhase phase = LifecyclePhase.SERVING;
    private long since;
    private Consumer<Boolean> connectionCloser = close -> {};

    public LifecyclePhase phase() {
        return phase;
    }

    /**
     * Sets the callback that tells the server whether to close connections; it replaces an earlier one.
     *
     * @param close called now and at each change, one call at a time; true when the server is to close each connection
     *     after its response
     */
    public synchronized void setConnectionCloser(Consumer<Boolean> close) {
        connectionCloser = close;
        close.accept(phase != LifecyclePhase.SERVING);
    }

    /** Begins a drain; does nothing during a drain or after a stop has begun. */
    public synchronized void begin() {
        if (phase == LifecyclePhase.SERVING) {
            enter(LifecyclePhase.DRAINING);
            Event.DRAIN_BEGUN.log(
                    LOG, "Draining: not ready, and each connection closes after its response; all requests are served");
        }
    }

    /**
     * Ends a drain, if there is one.
     *
     * @return false when a stop has begun, because a stop cannot be undone
     */
    public synchronized boolean end() {
        if (phase == LifecyclePhase.DRAINING) {
            phase = LifecyclePhase.SERVING;
            connectionCloser.accept(false);
            Event.DRAIN_ENDED.log(LOG, "Resumed: ready again, and connections stay open");
        }
        return phase == LifecyclePhase.SERVING;
    }

    /**
     * Drains for good, because a stop begins.
     *
     * @return for how long this deployment has drained already; zero when it has not
     */
    public synchronized Duration beginStop() {
        if (phase == LifecyclePhase.SERVING) {
            enter(LifecyclePhase.STOPPING);
            return Duration.ZERO;
        }
        phase = LifecyclePhase.STOPPING;
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private void enter(LifecyclePhase next) {
        phase = next;
        since = System.nanoTime();
        connectionCloser.accept(true);
    }
}
