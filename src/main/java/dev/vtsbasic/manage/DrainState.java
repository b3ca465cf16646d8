package dev.vtsbasic.manage;

import dev.vtsbasic.log.Event;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends clients elsewhere, without refusing any: when someone asks for it, until he takes that back, and for good when a
 * stop begins. Safe for any number of threads.
 */
public final class DrainState {
    private static final Logger LOG = LoggerFactory.getLogger(DrainState.class);

    private volatile LifecyclePhase phase = LifecyclePhase.SERVING;
    private long since;
    private Consumer<Boolean> connections = close -> {};

    public LifecyclePhase phase() {
        return phase;
    }

    /** @param close is told whether connections are to end with their answers, now and at each change */
    public synchronized void closesConnections(Consumer<Boolean> close) {
        connections = close;
        close.accept(phase != LifecyclePhase.SERVING);
    }

    public synchronized void begin() {
        if (phase == LifecyclePhase.SERVING) {
            enter(LifecyclePhase.DRAINING);
            Event.DRAIN_BEGUN.log(LOG, "Draining: not ready, and connections end with their answers; all is served");
        }
    }

    /** @return false when a stop has begun, which cannot be taken back */
    public synchronized boolean end() {
        if (phase == LifecyclePhase.DRAINING) {
            phase = LifecyclePhase.SERVING;
            connections.accept(false);
            Event.DRAIN_ENDED.log(LOG, "Resumed: ready again, and connections stay open");
        }
        return phase == LifecyclePhase.SERVING;
    }

    /** @return for how long clients have been sent elsewhere already */
    public synchronized Duration becomeFinal() {
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
        connections.accept(true);
    }
}
