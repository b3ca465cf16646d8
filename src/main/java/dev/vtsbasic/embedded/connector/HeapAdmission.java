package dev.vtsbasic.embedded.connector;

import dev.vtsbasic.limit.HeapBudget;
import dev.vtsbasic.settings.IpNetwork;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.coyote.http11.Http11Processor;
import org.apache.coyote.http11.upgrade.UpgradeProcessorInternal;
import org.apache.tomcat.util.net.AbstractEndpoint;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Lets requests begin only when the heap has room for them. Tomcat bounds requests by its threads, but virtual threads
 * have no bound, and a request whose head is incomplete has no thread.
 *
 * <p>If there is no room for a connection's next request, the connection waits and its bytes stay unread, so that the
 * request has neither a thread nor objects on the heap. When other requests have ended, waiting connections continue in
 * the order in which they arrived. A connection that waits too long gets a 503. Whenever Tomcat has finished with an
 * event, the class derives the memory that a connection holds from the connection's processor, so that it counts every
 * way in which a request can end.
 */
public final class HeapAdmission implements AbstractEndpoint.Handler<NioChannel> {
    /** The share of the budget that streams may take. The rest is left to requests. */
    private static final double MAX_STREAM_SHARE = 15 / 16.0;

    /**
     * Share of the budget that is added to it for connections from this machine, because an admitted page may wait for
     * a request that the app sends to this server.
     */
    private static final double LOOPBACK_EXTRA_SHARE = 1 / 16.0;

    public static final String RETRY_AFTER_SECONDS = "5";

    private final AbstractEndpoint.Handler<NioChannel> handler;
    private final OffHeapEndpoint endpoint;
    private final long waitTimeoutNanos;
    private final Runnable refused;
    private final WaitingQueue remote;
    private final WaitingQueue loopback;
    private final long maxStreamBytes;

    /** In bytes, without {@link HeapBudget#CONNECTION} for each connection. */
    private final AtomicLong takenBytes = new AtomicLong();

    private final AtomicLong streamBytes = new AtomicLong();

    /**
     * The weights, in bytes, of connections that no thread is processing. The thread that removes an entry owns its
     * weight.
     */
    private final Map<SocketWrapperBase<NioChannel>, Integer> heldBytes = new ConcurrentHashMap<>();

    private final Set<SocketWrapperBase<NioChannel>> timedOut = ConcurrentHashMap.newKeySet();

    /**
     * @param waitTimeout how long a request may wait for room
     * @param refused called for each request that is refused because there is no room
     */
    HeapAdmission(
            AbstractEndpoint.Handler<NioChannel> handler,
            OffHeapEndpoint endpoint,
            HeapBudget budget,
            Duration waitTimeout,
            Runnable refused) {
        this.handler = handler;
        this.endpoint = endpoint;
        this.waitTimeoutNanos = waitTimeout.toNanos();
        this.refused = refused;
        this.remote = new WaitingQueue(budget.bytes());
        this.loopback = new WaitingQueue(budget.bytes() + (long) (budget.bytes() * LOOPBACK_EXTRA_SHARE));
        this.maxStreamBytes = (long) (budget.bytes() * MAX_STREAM_SHARE);
    }

    @Override
    public SocketState process(SocketWrapperBase<NioChannel> socket, SocketEvent event) {
        if (socket == null) {
            return SocketState.CLOSED;
        }
        Integer kept = heldBytes.remove(socket);
        int has = kept == null ? 0 : kept;
        if (has == 0 && beginsRequest(socket, event)) {
            if (!timedOut.isEmpty() && timedOut.remove(socket)) {
                refused.run();
                OverloadResponse.send(socket);
                return SocketState.CLOSED;
            }
            WaitingQueue queue = take(remote) ? null : queueOf(socket);
            if (queue != null && !(queue == loopback && take(loopback))) {
                queue.queue().add(new WaitingQueue.Waiting(socket, event, System.nanoTime() + waitTimeoutNanos));
                // A request that ended meanwhile did not find this connection in the queue.
                admitWaiting();
                return SocketState.SUSPENDED;
            }
            has = HeapBudget.REQUEST;
        }
        SocketState state = SocketState.CLOSED;
        try {
            state = handler.process(socket, event);
        } finally {
            if (!keep(socket, has)) {
                state = SocketState.CLOSED;
            }
        }
        return state;
    }

    private static boolean beginsRequest(SocketWrapperBase<NioChannel> socket, SocketEvent event) {
        return (event == SocketEvent.OPEN_READ || event == SocketEvent.OPEN_WRITE)
                && socket.getCurrentProcessor() == null;
    }

    private WaitingQueue queueOf(SocketWrapperBase<NioChannel> socket) {
        return IpNetwork.isLoopback(socket.getRemoteAddr()) ? loopback : remote;
    }

    /** @return false when the connection has become a stream beyond the limit of streams */
    private boolean keep(SocketWrapperBase<NioChannel> socket, int has) {
        int keeps = weightOf(socket.getCurrentProcessor());
        boolean isStream = keeps != 0 && keeps != HeapBudget.REQUEST;
        boolean wasStream = has != 0 && has != HeapBudget.REQUEST;
        if (has == HeapBudget.REQUEST && keeps != has) {
            // This drops the last request's buffer and all that it refers to; Tomcat keeps them until the next request
            // arrives.
            socket.setAppReadBufHandler(null);
        }
        takenBytes.addAndGet(keeps - has);
        if (isStream != wasStream) {
            streamBytes.addAndGet(isStream ? keeps + HeapBudget.CONNECTION : -has - HeapBudget.CONNECTION);
        }
        if (keeps > 0) {
            heldBytes.put(socket, keeps);
            if (socket.isClosed()) {
                // The connection may have been closed before it was added.
                releaseBytes(socket, heldBytes.remove(socket));
            }
        }
        if (keeps < has) {
            admitWaiting();
        }
        return !isStream || wasStream || streamBytes.get() <= maxStreamBytes;
    }

    private static int weightOf(Object processor) {
        if (processor == null) {
            return 0;
        }
        if (processor instanceof Http11Processor) {
            return HeapBudget.REQUEST;
        }
        return processor instanceof UpgradeProcessorInternal ? HeapBudget.MULTIPLEXED : HeapBudget.STREAM;
    }

    private void releaseBytes(SocketWrapperBase<NioChannel> socket, Integer has) {
        if (has != null) {
            takenBytes.addAndGet(-has);
            if (has != HeapBudget.REQUEST) {
                streamBytes.addAndGet(-has - HeapBudget.CONNECTION);
            }
            admitWaiting();
        }
    }

    @Override
    public void release(SocketWrapperBase<NioChannel> socket) {
        endpoint.hasSentRequest(socket);
        handler.release(socket);
        timedOut.remove(socket);
        releaseBytes(socket, heldBytes.remove(socket));
    }

    /**
     * Takes memory from the budget for one request of an HTTP/2 connection. {@link #release(int)} gives the memory
     * back.
     *
     * @return false when the budget has no memory left
     */
    public boolean tryAcquire(int weight) {
        boolean acquired = take(remote, weight);
        if (!acquired) {
            refused.run();
        }
        return acquired;
    }

    /** Records that the client has sent a complete request head on the connection. */
    public void hasSentRequest(SocketWrapperBase<?> socket) {
        endpoint.hasSentRequest(socket);
    }

    public void release(int weight) {
        takenBytes.addAndGet(-weight);
        admitWaiting();
    }

    private boolean take(WaitingQueue queue) {
        return take(queue, HeapBudget.REQUEST);
    }

    private boolean take(WaitingQueue queue, int weight) {
        long room = queue.limit() - endpoint.getConnectionCount() * HeapBudget.CONNECTION - weight;
        for (long now = takenBytes.get(); now <= room; now = takenBytes.get()) {
            if (takenBytes.compareAndSet(now, now + weight)) {
                return true;
            }
        }
        return false;
    }

    private void admitWaiting() {
        admitWaiting(loopback);
        admitWaiting(remote);
    }

    private void admitWaiting(WaitingQueue queue) {
        while (!queue.queue().isEmpty() && take(queue)) {
            WaitingQueue.Waiting next = queue.queue().poll();
            if (next == null) {
                takenBytes.addAndGet(-HeapBudget.REQUEST);
                // Another connection may have joined the queue meanwhile and found no room because of what was taken
                // here.
                continue;
            }
            heldBytes.put(next.socket(), HeapBudget.REQUEST);
            if (!next.socket().isClosed() && endpoint.processSocket(next.socket(), next.event(), true)) {
                continue;
            }
            if (heldBytes.remove(next.socket()) != null) {
                takenBytes.addAndGet(-HeapBudget.REQUEST);
            }
            next.socket().close();
        }
    }

    /** Refuses connections that have waited too long; the endpoint calls this every second. */
    void refuseTimedOut() {
        admitWaiting();
        refuseTimedOut(loopback);
        refuseTimedOut(remote);
    }

    private void refuseTimedOut(WaitingQueue queue) {
        for (WaitingQueue.Waiting first = queue.queue().peek();
                first != null;
                first = queue.queue().peek()) {
            if (System.nanoTime() - first.deadline() < 0 && !first.socket().isClosed()) {
                return;
            }
            if (queue.queue().remove(first)) {
                timedOut.add(first.socket());
                if (first.socket().isClosed() || !endpoint.processSocket(first.socket(), first.event(), true)) {
                    timedOut.remove(first.socket());
                    first.socket().close();
                }
            }
        }
    }

    @Override
    public Object getGlobal() {
        return handler.getGlobal();
    }

    @Override
    public void pause() {
        handler.pause();
    }

    @Override
    public void recycle() {
        handler.recycle();
    }
}
