package dev.vtsbasic;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.Phase;
import java.time.Duration;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends clients elsewhere, without refusing any: when someone asks for it, until he takes that back, and for good when a
 * stop begins. Safe for any number of threads.
 */
final class Drain {
    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);

    private volatile Phase phase = Phase.SERVING;
    private long since;
    private Consumer<Boolean> connections = close -> {};

    Phase phase() {
        return phase;
    }

    /** @param close is told whether connections are to end with their answers, now and at each change */
    synchronized void closesConnections(Consumer<Boolean> close) {
        connections = close;
        close.accept(phase != Phase.SERVING);
    }

    synchronized void begin() {
        if (phase == Phase.SERVING) {
            enter(Phase.DRAINING);
            Event.DRAIN_BEGUN.log(LOG, "Draining: not ready, and connections end with their answers; all is served");
        }
    }

    /** @return false when a stop has begun, which cannot be taken back */
    synchronized boolean end() {
        if (phase == Phase.DRAINING) {
            phase = Phase.SERVING;
            connections.accept(false);
            Event.DRAIN_ENDED.log(LOG, "Resumed: ready again, and connections stay open");
        }
        return phase == Phase.SERVING;
    }

    /** @return for how long clients have been sent elsewhere already */
    synchronized Duration becomeFinal() {
        if (phase == Phase.SERVING) {
            enter(Phase.STOPPING);
            return Duration.ZERO;
        }
        phase = Phase.STOPPING;
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private void enter(Phase next) {
        phase = next;
        since = System.nanoTime();
        connections.accept(true);
    }
}
