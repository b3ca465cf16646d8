package dev.vtsbasic.pool;

import dev.vtsbasic.settings.IpNetwork;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks up host names within a time limit. Java's own look-up has no limit, and takes many seconds if a name server
 * does not respond. One thread at a time looks up a name, and all callers share its result. Safe for any number of
 * threads.
 */
public final class HostLookup {
    private static final Map<String, CompletableFuture<List<InetAddress>>> IN_PROGRESS = new ConcurrentHashMap<>();

    private HostLookup() {}

    /**
     * All addresses of a host, at least one.
     *
     * @param host a name, or an address as in a URL
     * @throws UnknownHostException when the look-up fails
     * @throws SocketTimeoutException when it takes longer than {@code timeout}; the look-up continues, for later
     *     callers
     * @throws InterruptedIOException when the waiting thread is interrupted
     */
    public static List<InetAddress> addressesOf(String host, Duration timeout) throws IOException {
        if (IpNetwork.isAddress(host)) {
            return List.of(InetAddress.getByName(host));
        }
        try {
            return IN_PROGRESS.computeIfAbsent(host, HostLookup::begin).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            UnknownHostException unknown = new UnknownHostException(e.getCause().getMessage());
            unknown.initCause(e.getCause());
            throw unknown;
        } catch (TimeoutException e) {
            SocketTimeoutException late = new SocketTimeoutException("The name " + host + " was not resolved in time");
            late.initCause(e);
            throw late;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("Interrupted while resolving " + host);
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    private static CompletableFuture<List<InetAddress>> begin(String host) {
        CompletableFuture<List<InetAddress>> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> resolve(host, result), "vts-lookup");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    private static void resolve(String host, CompletableFuture<List<InetAddress>> result) {
        List<InetAddress> addresses = null;
        Throwable failure = null;
        try {
            addresses = List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException | RuntimeException | Error e) {
            failure = e;
        }
        // The entry is removed before the result is set, so that a later caller gets a new look-up.
        IN_PROGRESS.remove(host, result);
        if (failure == null) {
            result.complete(addresses);
        } else {
            result.completeExceptionally(failure);
        }
    }
}
