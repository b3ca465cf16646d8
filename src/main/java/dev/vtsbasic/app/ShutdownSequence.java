package dev.vtsbasic.app;

import dev.vtsbasic.deploy.BuildWatcher;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.manage.jmx.JmxRegistration;
import dev.vtsbasic.status.StatusServlet;
import dev.vtsbasic.traffic.AccessLog;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops an application in order: first {@link #finish} lets the requests end, then {@link #close} ends the parts. A
 * servlet container that stops the application causes only the call of {@code close}.
 */
final class ShutdownSequence {
    private static final Logger LOG = LoggerFactory.getLogger(ShutdownSequence.class);

    /** Workers have at least this time to close their WebSockets. */
    private static final Duration MIN_CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final ApplicationParts parts;
    private final AtomicBoolean closed = new AtomicBoolean();
    private Optional<StatusServlet> status = Optional.empty();
    private Optional<JmxRegistration> jmx = Optional.empty();

    ShutdownSequence(ApplicationParts parts) {
        this.parts = parts;
    }

    /** Adds the parts that exist only once a container registers the application. */
    void add(StatusServlet registered, JmxRegistration registration) {
        status = Optional.of(registered);
        jmx = Optional.of(registration);
    }

    /**
     * Waits for the requests of the accepted connections within {@code VTS_STOP_TIMEOUT}, then stops the workers, which
     * close their WebSockets. The server's port must be closed.
     *
     * @return how many requests were still running at the end of the time-out
     */
    int finish(AcceptedConnections connections) throws InterruptedException {
        Duration timeout = parts.settings().server().stopTimeout();
        long deadline = System.nanoTime() + timeout.toNanos();
        status.ifPresent(StatusServlet::endStreams);

        connections.awaitFirstRequests(timeout);
        parts.requests().inFlight().awaitIdle(remaining(deadline).toNanos());
        // The server still accepts requests until now, because a client that waited for a response may have sent its
        // next request meanwhile.
        connections.stopAccepting();
        int left = parts.requests().inFlight().awaitIdle(remaining(deadline).toNanos());
        parts.requests().proxy().endEventStreams();
        left += connections.awaitFiles(remaining(deadline));
        if (left > 0) {
            Event.REQUESTS_CUT.log(LOG, "{requests} requests did not finish within VTS_STOP_TIMEOUT and are cut", left);
        }

        parts.build().watcher().ifPresent(BuildWatcher::close);
        Duration rest = remaining(deadline);
        parts.upstream().close(rest.compareTo(MIN_CLOSE_TIMEOUT) < 0 ? MIN_CLOSE_TIMEOUT : rest);
        return left;
    }

    private static Duration remaining(long deadline) {
        return Duration.ofNanos(deadline - System.nanoTime());
    }

    /** Ends all parts. A second call does nothing. */
    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        jmx.ifPresent(JmxRegistration::close);
        status.ifPresent(StatusServlet::close);
        parts.requests().proxy().endEventStreams();
        parts.build().watcher().ifPresent(BuildWatcher::close);
        parts.upstream().close();
        parts.requests().proxy().close();
        parts.requests().assets().close();
        parts.operator().accessLog().ifPresent(AccessLog::close);
        parts.operator().token().close();
        parts.build().copies().close();
        parts.build().bundledApp().ifPresent(app -> {
            try {
                app.close();
            } catch (IOException e) {
                Event.LEFT_BEHIND.log(LOG, "Could not be removed: {problem}", e.getMessage());
            }
        });
    }
}
