package dev.vtsbasic.pool;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/**
 * Connects to a worker. Requests and probes both use it, because a probe that connected in another way would not show
 * whether a request can succeed. Safe for any number of threads.
 */
public final class WorkerConnector {
    /** Pause before the next attempt to connect to a worker whose accept queue is full. */
    private static final long FULL_PAUSE_MILLIS = 10;

    private WorkerConnector() {}

    /**
     * Opens a connection, in blocking mode.
     *
     * @param address if its host name is unresolved, it is looked up at each call, because its addresses may have
     *     changed, and all of them are tried
     * @param timeout for the look-up and all attempts together
     * @throws NoSocketException when this process cannot open a socket
     * @throws IOException when there is no connection within {@code timeout}
     */
    public static SocketChannel connect(SocketAddress address, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        if (address instanceof UnixDomainSocketAddress unix) {
            return connectUnix(unix, deadline);
        }
        InetSocketAddress tcp = (InetSocketAddress) address;
        List<InetAddress> hosts =
                tcp.isUnresolved() ? HostLookup.addressesOf(tcp.getHostString(), timeout) : List.of(tcp.getAddress());
        return connectAny(hosts, tcp.getPort(), deadline);
    }

    /** Tries one address after the other, each for an equal share of the time that is left. */
    private static SocketChannel connectAny(List<InetAddress> hosts, int port, long deadline) throws IOException {
        IOException failure = null;
        for (int i = 0; i < hosts.size(); i++) {
            long share = (deadline - System.nanoTime()) / (hosts.size() - i);
            try {
                return connectTcp(new InetSocketAddress(hosts.get(i), port), share);
            } catch (NoSocketException e) {
                throw e;
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        throw failure;
    }

    private static SocketChannel connectTcp(InetSocketAddress address, long nanos) throws IOException {
        // The time-out is at least 1, because Java waits without a limit if it is 0.
        int millis = (int) Math.max(1, Math.min(nanos / 1_000_000, Integer.MAX_VALUE));
        SocketChannel channel = open(SocketChannel::open);
        try {
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.socket().connect(address, millis);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Tries again until {@code deadline} while hundreds of connections wait for the worker to accept them. Linux then
     * rejects a further connection or lets it wait without a limit, although the worker has not ended.
     */
    private static SocketChannel connectUnix(UnixDomainSocketAddress address, long deadline) throws IOException {
        while (true) {
            SocketChannel channel = open(() -> SocketChannel.open(StandardProtocolFamily.UNIX));
            boolean connected = false;
            try {
                // In blocking mode, connect() would wait without a limit.
                channel.configureBlocking(false);
                connected = channel.connect(address) || channel.finishConnect();
                if (connected) {
                    channel.configureBlocking(true);
                    return channel;
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new SocketTimeoutException("Connect timed out");
                }
            } catch (ConnectException e) {
                throw e;
            } catch (SocketException e) {
                if (System.nanoTime() - deadline > 0 || !Files.exists(address.getPath())) {
                    throw e;
                }
            } finally {
                if (!connected) {
                    channel.close();
                }
            }
            try {
                Thread.sleep(FULL_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                InterruptedIOException interrupted = new InterruptedIOException("Interrupted while connecting");
                interrupted.initCause(e);
                throw interrupted;
            }
        }
    }

    private static SocketChannel open(Opening opening) throws NoSocketException {
        try {
            return opening.open();
        } catch (IOException e) {
            throw new NoSocketException(e);
        }
    }

    @FunctionalInterface
    private interface Opening {
        SocketChannel open() throws IOException;
    }

    /**
     * This process cannot open a socket, for example because it has no file descriptor left; the worker is not the
     * cause.
     */
    public static final class NoSocketException extends IOException {
        private static final long serialVersionUID = 1L;

        NoSocketException(IOException cause) {
            super(cause);
        }
    }
}
