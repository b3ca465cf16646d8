package dev.vtsbasic.embedded.connector;

import dev.vtsbasic.limit.HeapBudget;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.apache.tomcat.util.net.Acceptor;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.apache.tomcat.util.net.openssl.ciphers.Cipher;
import org.apache.tomcat.util.net.openssl.ciphers.Group;
import org.apache.tomcat.util.net.openssl.ciphers.SignatureScheme;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;

/**
 * Keeps the buffers of connections off the heap, because the buffers of thousands of idle connections would fill it.
 * The garbage collector frees the buffers, because Java prints warnings if Tomcat frees them. {@link HeapAdmission}
 * bounds the heap that connections and requests take.
 */
public final class OffHeapEndpoint extends NioEndpoint {
    /**
     * After this time, a stop no longer waits for a client's first request, because the client may have none: browsers
     * preconnect.
     */
    private static final long FIRST_REQUEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String[] APPLICATION_PROTOCOLS = {"h2", "http/1.1"};

    private final HeapBudget budget;
    private final Duration waitTimeout;
    private final Runnable refused;
    private HeapAdmission admission;
    private Future<?> refusalTask;

    /**
     * The connections that have not sent a whole request, with the {@link System#nanoTime} at which each was accepted.
     */
    private final Map<SocketChannel, Long> withoutRequest = new ConcurrentHashMap<>();

    private volatile boolean stopsListening;

    /**
     * @param waitTimeout how long a request may wait for room on the heap
     * @param refused called for each request that is refused because there is no room
     */
    public OffHeapEndpoint(HeapBudget budget, Duration waitTimeout, Runnable refused) {
        this.budget = budget;
        this.waitTimeout = waitTimeout;
        this.refused = refused;
    }

    @Override
    public void setHandler(Handler<NioChannel> handler) {
        admission = new HeapAdmission(handler, this, budget, waitTimeout, refused);
        super.setHandler(admission);
    }

    /** Null until the protocol has set its handler. */
    public HeapAdmission admission() {
        return admission;
    }

    /**
     * If Tomcat speaks none of the protocols that a client offers by ALPN, it continues as if the client had offered
     * none, and speaks HTTP/1.1. Java sends the alert that RFC 7301 §3.2 demands if it is told which protocols the
     * server speaks.
     */
    @Override
    protected SSLEngine createSSLEngine(
            String host,
            List<Cipher> ciphers,
            List<String> applicationProtocols,
            List<String> protocols,
            List<Group> groups,
            List<SignatureScheme> schemes) {
        SSLEngine engine = super.createSSLEngine(host, ciphers, applicationProtocols, protocols, groups, schemes);
        SSLParameters parameters = engine.getSSLParameters();
        boolean negotiates = applicationProtocols != null && !applicationProtocols.isEmpty();
        if (negotiates && parameters.getApplicationProtocols().length == 0) {
            parameters.setApplicationProtocols(APPLICATION_PROTOCOLS);
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    /**
     * Accepts the connections that the port holds, then closes the port. Without this, Tomcat would destroy the
     * connections that it accepts during a stop, and the kernel would reset those that the port still holds when it is
     * closed, although their clients have sent requests.
     */
    public void stopListening() {
        stopsListening = true;
        // This returns when the acceptor has ended, or after a second.
        unlockAccept();
        if (acceptor.getState() != Acceptor.AcceptorState.ENDED) {
            // The acceptor waits for a connection to end, because the maximum number of connections is open.
            closePort();
        }
    }

    private void closePort() {
        try {
            getServerSocket().close();
        } catch (IOException e) {
            // Tomcat accepts no connection from the port in any case.
        }
    }

    /** Whether a connection that was accepted less than 5 seconds ago has yet to send its first request. */
    public boolean awaitsFirstRequest() {
        long now = System.nanoTime();
        return withoutRequest.values().stream().anyMatch(accepted -> now - accepted < FIRST_REQUEST_NANOS);
    }

    void hasSentRequest(SocketWrapperBase<?> socket) {
        // Tomcat has dropped the channel of a closed connection. The map no longer holds it.
        if (socket.getSocket() instanceof NioChannel channel && channel.getIOChannel() != null) {
            withoutRequest.remove(channel.getIOChannel());
        }
    }

    /** @return null when there is no connection left to accept; the acceptor then ends */
    @Override
    protected SocketChannel serverSocketAccept() throws Exception {
        if (!stopsListening) {
            try {
                return super.serverSocketAccept();
            } catch (ClosedChannelException e) {
                if (!stopsListening) {
                    throw e;
                }
            }
        }
        SocketChannel next = null;
        if (getServerSocket() instanceof ServerSocketChannel port && port.isOpen()) {
            port.configureBlocking(false);
            next = port.accept();
        }
        if (next == null) {
            closePort();
            acceptor.stopMillis(-1);
        }
        return next;
    }

    /** @param socket null if {@link #serverSocketAccept} has returned null */
    @Override
    protected void destroySocket(SocketChannel socket) {
        if (socket == null) {
            countDownConnection();
        } else {
            super.destroySocket(socket);
        }
    }

    @Override
    protected boolean setSocketOptions(SocketChannel socket) {
        // The connection is added first, because Tomcat may serve it at once.
        withoutRequest.put(socket, System.nanoTime());
        boolean done = super.setSocketOptions(socket);
        if (!done || !socket.isOpen()) {
            withoutRequest.remove(socket);
        }
        return done;
    }

    @Override
    public void createExecutor() {
        if (getUseVirtualThreads()) {
            setExecutor(new YieldingExecutor(getName() + "-virt-"));
            internalExecutor = true;
        } else {
            super.createExecutor();
        }
    }

    @Override
    public void startInternal() throws Exception {
        super.startInternal();
        refusalTask = getUtilityExecutor().scheduleWithFixedDelay(admission::refuseTimedOut, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void stopInternal() {
        if (refusalTask != null) {
            refusalTask.cancel(false);
        }
        if (getNioChannels() != null) {
            // There are no channels if the port could not be opened.
            getNioChannels().clear();
        }
        super.stopInternal();
    }

    /**
     * Yields when a virtual thread starts a task, so that the task runs as far as it can before that thread continues.
     * Without this, a thread that reads an HTTP/2 connection would queue many requests, each with a window of its body,
     * before any of them is served.
     */
    private static final class YieldingExecutor extends VirtualThreadExecutor {
        YieldingExecutor(String prefix) {
            super(prefix);
        }

        @Override
        public void execute(Runnable work) {
            super.execute(work);
            // The poller does not yield; it is a platform thread.
            if (Thread.currentThread().getClass() != Thread.class) {
                Thread.yield();
            }
        }
    }
}
