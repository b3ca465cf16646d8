package dev.vtsbasic.bun;

import dev.vtsbasic.settings.Authority;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A server that someone else runs; it is taken to be there, and a request to it fails when it is not. */
public final class ExternalUpstream implements Upstream {
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    private static final int DEFAULT_PORT = 80;

    private final Worker worker;
    private final WorkerLease lease;
    private final String readyPath;
    private final Instant since = Instant.now();

    /**
     * @param uri {@code http://host:port}
     * @param readyPath path that it is asked for to see that it answers
     */
    public ExternalUpstream(URI uri, String readyPath) {
        Authority authority = Settings.authorityOf(uri);
        int port = authority.port().orElse(DEFAULT_PORT);
        this.worker = new Worker(uri.toString(), new InetSocketAddress(authority.host(), port));
        this.lease = new Unlimited(worker);
        this.readyPath = readyPath;
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
    public List<PlaceView> places() {
        return List.of();
    }

    @Override
    public List<PlaceView.Output> output() {
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
    public List<PlaceHealth> health() {
        return List.of(new PlaceHealth("upstream", answers() ? PlaceState.READY : PlaceState.SILENT, Optional.empty()));
    }

    private boolean answers() {
        try {
            return HttpProbe.status(worker.address(), readyPath, PROBE_TIMEOUT) < 500;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close(Duration grace) {
        // It is not ours to stop.
    }

    @Override
    public void close() {
        // It is not ours to stop.
    }

    /** Nobody counts the requests to it, and it does not go before we do. */
    private record Unlimited(Worker worker) implements WorkerLease {
        @Override
        public void endless(Runnable end) {
            // It is not ours to replace.
        }

        @Override
        public void close() {
            // Nothing is counted.
        }
    }
}
