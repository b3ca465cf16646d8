package dev.vtsbasic.embedded;

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
 * Keeps the buffers of connections off the heap, where thousands of idle ones would crowd out everything else, and leaves
 * it to the garbage collector to free them: Tomcat's own way makes Java print warnings. What is on the heap it bounds.
 */
final class OffHeapEndpoint extends NioEndpoint {
    /** A client that sends no request for so long after it has connected may have none, as browsers that connect ahead. */
    private static final long FIRST_REQUEST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final String[] APPLICATION_PROTOCOLS = {"h2", "http/1.1"};

    private final HeapBudget budget;
    private final Duration patience;
    private final Runnable refused;
    private HeapAdmission admission;
    private Future<?> refusing;

    /** Connections that have sent no whole request yet, and when they were accepted. */
    private final Map<SocketChannel, Long> withoutRequest = new ConcurrentHashMap<>();

    private volatile boolean stopsListening;

    /**
     * @param patience how long a request may wait for room on the heap
     * @param refused is called for each request that found none
     */
    OffHeapEndpoint(HeapBudget budget, Duration patience, Runnable refused) {
        this.budget = budget;
        this.patience = patience;
        this.refused = refused;
    }

    @Override
    public void setHandler(Handler<NioChannel> handler) {
        admission = new HeapAdmission(handler, this, budget, patience, refused);
        super.setHandler(admission);
    }

    /** Once the protocol has set its handler. */
    HeapAdmission admission() {
        return admission;
    }

    /**
     * Tomcat does as if a client that asks for protocols none of which is spoken here had asked for none, and speaks HTTP/1.1
     * to it. Java sends the alert that RFC 7301 §3.2 asks for when it knows what is spoken.
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
        boolean asked = applicationProtocols != null && !applicationProtocols.isEmpty();
        if (asked && parameters.getApplicationProtocols().length == 0) {
            parameters.setApplicationProtocols(APPLICATION_PROTOCOLS);
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    /**
     * Accepts what the port holds, and closes it. Tomcat would destroy what it accepts once it is to stop, and the kernel
     * resets the connections that a port holds when it is closed, though their clients have sent requests.
     */
    void stopListening() {
        stopsListening = true;
        // Returns when the acceptor has ended, or after a second.
        unlockAccept();
        if (acceptor.getState() != Acceptor.AcceptorState.ENDED) {
            // It waits for a connection to end, since there may be no more.
            closePort();
        }
    }

    private void closePort() {
        try {
            getServerSocket().close();
        } catch (IOException e) {
            // Nothing is accepted from it in any case.
        }
    }

    /** Whether a connection that was accepted a moment ago is still to send its first request. */
    boolean awaitsFirstRequest() {
        long now = System.nanoTime();
        return withoutRequest.values().stream().anyMatch(accepted -> now - accepted < FIRST_REQUEST_NANOS);
    }

    void hasSentRequest(SocketWrapperBase<?> socket) {
        // Of one that is closed Tomcat has forgotten it, and it was removed before.
        if (socket.getSocket() instanceof NioChannel channel && channel.getIOChannel() != null) {
            withoutRequest.remove(channel.getIOChannel());
        }
    }

    /** @return null when there is nothing more to accept, after which the acceptor ends */
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

    /** @param socket null as {@link #serverSocketAccept} has it */
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
        // Before, because it may be served at once.
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
            setExecutor(new OrderlyExecutor(getName() + "-virt-"));
            internalExecutor = true;
        } else {
            super.createExecutor();
        }
    }

    @Override
    public void startInternal() throws Exception {
        super.startInternal();
        refusing = getUtilityExecutor().scheduleWithFixedDelay(admission::refuseLate, 1, 1, TimeUnit.SECONDS);
    }

    @Override
    public void stopInternal() {
        if (refusing != null) {
            refusing.cancel(false);
        }
        if (getNioChannels() != null) {
            // It has none when the port could not be had.
            getNioChannels().clear();
        }
        super.stopInternal();
    }

    /**
     * Lets what one of its threads hands over get as far as it can before that thread goes on: else one that reads a
     * connection of HTTP/2 would pile up requests, and windows of their bodies, that nobody has looked at yet.
     */
    private static final class OrderlyExecutor extends VirtualThreadExecutor {
        OrderlyExecutor(String prefix) {
            super(prefix);
        }

        @Override
        public void execute(Runnable work) {
            super.execute(work);
            // Not the poller, which is a plain thread.
            if (Thread.currentThread().getClass() != Thread.class) {
                Thread.yield();
            }
        }
    }
}
