package dev.vtsbasic.embedded;

import dev.vtsbasic.limit.HeapBudget;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.openssl.ciphers.Cipher;
import org.apache.tomcat.util.net.openssl.ciphers.Group;
import org.apache.tomcat.util.net.openssl.ciphers.SignatureScheme;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;

/**
 * Keeps the buffers of connections off the heap, where thousands of idle ones would crowd out everything else, and leaves
 * it to the garbage collector to free them: Tomcat's own way makes Java print warnings. What is on the heap it bounds.
 */
final class OffHeapEndpoint extends NioEndpoint {
    private static final String[] APPLICATION_PROTOCOLS = {"h2", "http/1.1"};

    private final HeapBudget budget;
    private final Duration patience;
    private final Runnable refused;
    private Admission admission;
    private Future<?> refusing;

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
        admission = new Admission(handler, this, budget, patience, refused);
        super.setHandler(admission);
    }

    /** Once the protocol has set its handler. */
    Admission admission() {
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
