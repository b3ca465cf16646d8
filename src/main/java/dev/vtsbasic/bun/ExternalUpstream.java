package dev.vtsbasic.bun;

import dev.vtsbasic.bun.pool.BlockedRequest;
import dev.vtsbasic.bun.process.HttpProbe;
import dev.vtsbasic.bun.process.ProbeResponse;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.pool.WorkerLease;
import dev.vtsbasic.pool.WorkerPool;
import dev.vtsbasic.settings.AppSettings;
import dev.vtsbasic.settings.Authority;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server at {@code VTS_UPSTREAM}, which this program did not start. It always counts as ready: while it is down, a
 * request to it fails instead of waiting. Safe for any number of threads.
 */
public final class ExternalUpstream implements Upstream {
    private static final Logger LOG = LoggerFactory.getLogger(ExternalUpstream.class);

    /** How long a probe waits for the response after it has connected. */
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    private static final int DEFAULT_PORT = 80;

    private final Worker worker;
    private final WorkerLease lease;
    private final String readyPath;
    private final Duration connectTimeout;
    private final AtomicBoolean warned = new AtomicBoolean();
    private final Instant since = Instant.now();

    /**
     * @param uri {@code http://host:port}; the default port is 80
     * @param readyPath path that a probe requests to see whether the server responds
     * @param connectTimeout for the connections of probes, as for those of requests
     */
    public ExternalUpstream(URI uri, String readyPath, Duration connectTimeout) {
        Authority authority = AppSettings.authorityOf(uri);
        int port = authority.port().orElse(DEFAULT_PORT);
        this.worker = new Worker(uri.toString(), InetSocketAddress.createUnresolved(authority.host(), port));
        this.lease = new UncountedLease(worker);
        this.readyPath = readyPath;
        this.connectTimeout = connectTimeout;
    }

    @Override
    public WorkerPool pool() {
        return (avoid, deadline) -> worker.equals(avoid) ? Optional.empty() : Optional.of(lease);
    }

    @Override
    public CompletableFuture<Duration> firstReady() {
        return CompletableFuture.completedFuture(Duration.ZERO);
    }

    @Override
    public CompletableFuture<BunFailure> failure() {
        return new CompletableFuture<>();
    }

    @Override
    public boolean givenUp() {
        return false;
    }

    @Override
    public List<SlotSnapshot> slots() {
        return List.of();
    }

    @Override
    public List<SlotSnapshot.Output> output() {
        return List.of();
    }

    @Override
    public List<BlockedRequest> blocked() {
        return List.of();
    }

    @Override
    public long restarts(RestartCause cause) {
        return 0;
    }

    @Override
    public String build() {
        return "";
    }

    @Override
    public Instant buildSince() {
        return since;
    }

    @Override
    public String bunVersion() {
        return "";
    }

    @Override
    public boolean restart() {
        return false;
    }

    @Override
    public List<SlotHealth> health() {
        return List.of(new SlotHealth("upstream", answers() ? SlotState.READY : SlotState.SILENT, Optional.empty()));
    }

    private boolean answers() {
        try {
            ProbeResponse response = HttpProbe.ask(worker.address(), readyPath, connectTimeout, PROBE_TIMEOUT);
            if (response.isNotFound() && warned.compareAndSet(false, true)) {
                Event.READY_PATH_NOT_FOUND.log(
                        LOG,
                        "{worker} responds to {path} with status 404; VTS_READY_PATH sets the path of this check",
                        worker.name(),
                        readyPath);
            }
            return response.isReady();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close(Duration grace) {
        // This program did not start the server, so it does not stop it.
    }

    @Override
    public void close() {
        // This program did not start the server, so it does not stop it.
    }

    /** A lease that is not counted, because this program neither limits nor replaces the server. */
    private record UncountedLease(Worker worker) implements WorkerLease {
        @Override
        public void markEndless(Runnable end) {
            // The server is never replaced, so no request has to be ended.
        }

        @Override
        public void close() {
            // Leases are not counted.
        }
    }
}
