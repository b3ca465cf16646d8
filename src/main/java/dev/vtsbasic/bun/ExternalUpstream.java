package dev.vtsbasic.bun;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A server that someone else runs; it is taken to be there, and a request to it fails when it is not. */
public final class ExternalUpstream implements Upstream {
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(2);

    private final Worker worker;
    private final String readyPath;

    /**
     * @param uri {@code http://host:port}
     * @param readyPath path that it is asked for to see that it answers
     */
    public ExternalUpstream(URI uri, String readyPath) {
        int port = uri.getPort() < 0 ? 80 : uri.getPort();
        this.worker = new Worker(uri.toString(), new InetSocketAddress(uri.getHost(), port));
        this.readyPath = readyPath;
    }

    @Override
    public WorkerPool pool() {
        return (avoid, deadline) -> worker.equals(avoid) ? Optional.empty() : Optional.of(worker);
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
    public boolean answers() {
        try {
            return HttpProbe.status(worker.address(), readyPath, PROBE_TIMEOUT) < 500;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        // It is not ours to stop.
    }
}
