package dev.vtsbasic.embedded;

import dev.vtsbasic.limit.HeapBudget;
import dev.vtsbasic.settings.IpNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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
 * request has neither a thread nor objects on the heap. Connections continue in the order in which they came, when
 * other requests have ended. A connection that waits too long gets a 503. The class derives what a connection holds
 * from its processor whenever Tomcat has finished with an event, so that every way in which a request can end is
 * counted.
 */
final class HeapAdmission implements AbstractEndpoint.Handler<NioChannel> {
    /** Share of the budget; the rest is left to requests, however many streams there are. */
    private static final double MAX_STREAM_SHARE = 15 / 16.0;

    /**
     * Share of the budget that is added to it for connections from this machine, because an admitted page may wait for
     * a request that the app sends to this server.
     */
    private static final double LOOPBACK_EXTRA_SHARE = 1 / 16.0;

    private static final int MAX_DISCARDED_BYTES = 64 * 1024;

    /** In seconds. */
    static final String RETRY_AFTER = "5";

    private static final byte[] REFUSAL = ("HTTP/1.1 503 Service Unavailable\r\nRetry-After: " + RETRY_AFTER
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    private final AbstractEndpoint.Handler<NioChannel> handler;
    private final OffHeapEndpoint endpoint;
    private final long patienceNanos;
    private final Runnable refused;
    private final Line others;
    private final Line ourselves;
    private final long mostForStreams;

    /** In bytes, without {@link HeapBudget#CONNECTION} for each connection. */
    private final AtomicLong taken = new AtomicLong();

    private final AtomicLong takenByStreams = new AtomicLong();

    /**
     * The weights, in bytes, of connections that no thread is busy with. The thread that removes an entry owns its
     * weight.
     */
    private final Map<SocketWrapperBase<NioChannel>, Integer> held = new ConcurrentHashMap<>();

    private final Set<SocketWrapperBase<NioChannel>> late = ConcurrentHashMap.newKeySet();

    private record Waiting(SocketWrapperBase<NioChannel> socket, SocketEvent event, long deadline) {}

    /**
     * The connections that wait, and the bytes that all connections and requests may take together when one of these
     * continues.
     */
    private record Line(long limit, Queue<Waiting> queue) {}

    /**
     * @param patience how long a request may wait for room
     * @param refused called for each request that is refused because there is no room
     */
    HeapAdmission(
            AbstractEndpoint.Handler<NioChannel> handler,
            OffHeapEndpoint endpoint,
            HeapBudget budget,
            Duration patience,
            Runnable refused) {
        this.handler = handler;
        this.endpoint = endpoint;
        this.patienceNanos = patience.toNanos();
        this.refused = refused;
        this.others = new Line(budget.bytes(), new ConcurrentLinkedQueue<>());
        this.ourselves = new Line(
                budget.bytes() + (long) (budget.bytes() * LOOPBACK_EXTRA_SHARE), new ConcurrentLinkedQueue<>());
        this.mostForStreams = (long) (budget.bytes() * MAX_STREAM_SHARE);
    }

    @Override
    public SocketState process(SocketWrapperBase<NioChannel> socket, SocketEvent event) {
        if (socket == null) {
            return SocketState.CLOSED;
        }
        Integer kept = held.remove(socket);
        int has = kept == null ? 0 : kept;
        if (has == 0 && begins(socket, event)) {
            if (!late.isEmpty() && late.remove(socket)) {
                refuse(socket);
                return SocketState.CLOSED;
            }
            Line line = take(others) ? null : lineOf(socket);
            if (line != null && !(line == ourselves && take(ourselves))) {
                line.queue.add(new Waiting(socket, event, System.nanoTime() + patienceNanos));
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

    private static boolean begins(SocketWrapperBase<NioChannel> socket, SocketEvent event) {
        return (event == SocketEvent.OPEN_READ || event == SocketEvent.OPEN_WRITE)
                && socket.getCurrentProcessor() == null;
    }

    private Line lineOf(SocketWrapperBase<NioChannel> socket) {
        return IpNetwork.isLoopback(socket.getRemoteAddr()) ? ourselves : others;
    }

    /** @return false when the connection has become a stream beyond the limit of streams */
    private boolean keep(SocketWrapperBase<NioChannel> socket, int has) {
        int keeps = weightOf(socket.getCurrentProcessor());
        boolean isStream = keeps != 0 && keeps != HeapBudget.REQUEST;
        boolean wasStream = has != 0 && has != HeapBudget.REQUEST;
        if (has == HeapBudget.REQUEST && keeps != has) {
            // This drops the last request's buffer and all that it refers to; Tomcat keeps them until the next request
            // comes.
            socket.setAppReadBufHandler(null);
        }
        taken.addAndGet(keeps - has);
        if (isStream != wasStream) {
            takenByStreams.addAndGet(isStream ? keeps + HeapBudget.CONNECTION : -has - HeapBudget.CONNECTION);
        }
        if (keeps > 0) {
            held.put(socket, keeps);
            if (socket.isClosed()) {
                // The connection may have been closed before it was added.
                release(socket, held.remove(socket));
            }
        }
        if (keeps < has) {
            admitWaiting();
        }
        return !isStream || wasStream || takenByStreams.get() <= mostForStreams;
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

    private void release(SocketWrapperBase<NioChannel> socket, Integer has) {
        if (has != null) {
            taken.addAndGet(-has);
            if (has != HeapBudget.REQUEST) {
                takenByStreams.addAndGet(-has - HeapBudget.CONNECTION);
            }
            admitWaiting();
        }
    }

    @Override
    public void release(SocketWrapperBase<NioChannel> socket) {
        endpoint.hasSentRequest(socket);
        handler.release(socket);
        late.remove(socket);
        release(socket, held.remove(socket));
    }

    /**
     * Takes memory from the budget for a request on a connection that may have other requests. {@link #leave} returns
     * the memory.
     *
     * @return false when the budget has no memory left
     */
    boolean enter(int weight) {
        boolean entered = take(others, weight);
        if (!entered) {
            refused.run();
        }
        return entered;
    }

    /** Notes that the connection has sent a whole head of a request. */
    void hasSentRequest(SocketWrapperBase<?> socket) {
        endpoint.hasSentRequest(socket);
    }

    void leave(int weight) {
        taken.addAndGet(-weight);
        admitWaiting();
    }

    private boolean take(Line line) {
        return take(line, HeapBudget.REQUEST);
    }

    private boolean take(Line line, int weight) {
        long room = line.limit - endpoint.getConnectionCount() * HeapBudget.CONNECTION - weight;
        for (long now = taken.get(); now <= room; now = taken.get()) {
            if (taken.compareAndSet(now, now + weight)) {
                return true;
            }
        }
        return false;
    }

    private void admitWaiting() {
        admitWaiting(ourselves);
        admitWaiting(others);
    }

    private void admitWaiting(Line line) {
        while (!line.queue.isEmpty() && take(line)) {
            Waiting next = line.queue.poll();
            if (next == null) {
                taken.addAndGet(-HeapBudget.REQUEST);
                // Another connection may have joined the queue meanwhile and found no room because of what was taken
                // here.
                continue;
            }
            held.put(next.socket, HeapBudget.REQUEST);
            if (!next.socket.isClosed() && endpoint.processSocket(next.socket, next.event, true)) {
                continue;
            }
            if (held.remove(next.socket) != null) {
                taken.addAndGet(-HeapBudget.REQUEST);
            }
            next.socket.close();
        }
    }

    /** Refuses connections that have waited too long; the endpoint calls this every second. */
    void refuseLate() {
        admitWaiting();
        refuseLate(ourselves);
        refuseLate(others);
    }

    private void refuseLate(Line line) {
        for (Waiting first = line.queue.peek(); first != null; first = line.queue.peek()) {
            if (System.nanoTime() - first.deadline < 0 && !first.socket.isClosed()) {
                return;
            }
            if (line.queue.remove(first)) {
                late.add(first.socket);
                if (first.socket.isClosed() || !endpoint.processSocket(first.socket, first.event, true)) {
                    late.remove(first.socket);
                    first.socket.close();
                }
            }
        }
    }

    /**
     * A client that has negotiated HTTP/2 by TLS gets no response: its connection ends, from which it can safely
     * conclude that its request was not processed.
     */
    private void refuse(SocketWrapperBase<NioChannel> socket) {
        refused.run();
        if ("h2".equals(socket.getNegotiatedProtocol())) {
            return;
        }
        try {
            ByteBuffer dropped = ByteBuffer.allocate(8 * 1024);
            // Unread bytes would make the kernel reset the connection, and the reset may overtake the response.
            for (int total = 0, count = 1; count > 0 && total < MAX_DISCARDED_BYTES; total += count) {
                count = socket.read(false, dropped.clear());
            }
            socket.write(false, REFUSAL, 0, REFUSAL.length);
            socket.flush(false);
        } catch (IOException e) {
            // The client has disconnected.
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
