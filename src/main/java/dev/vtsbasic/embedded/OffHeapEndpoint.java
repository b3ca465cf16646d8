package dev.vtsbasic.embedded;

import dev.vtsbasic.limit.HeapBudget;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.threads.VirtualThreadExecutor;

/**
 * Keeps the buffers of connections off the heap, where thousands of idle ones would crowd out everything else, and leaves
 * it to the garbage collector to free them: Tomcat's own way makes Java print warnings. What is on the heap it bounds.
 */
final class OffHeapEndpoint extends NioEndpoint {
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
