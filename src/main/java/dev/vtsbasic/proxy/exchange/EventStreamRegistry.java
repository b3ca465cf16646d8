package dev.vtsbasic.proxy.exchange;

import dev.vtsbasic.proxy.container.ClientConnection;
import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.EventStreamType;
import dev.vtsbasic.proxy.upstream.LeasedConnection;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;

/**
 * The event streams that outlived their requests.
 *
 * <p>A request costs a container some 100 kB for as long as it runs, and on Java without virtual threads one of a bounded
 * number of threads; an event stream runs for as long as a page is open, and mostly waits. So, where the container can,
 * the answer's head ends the request, and its body follows on a connection that carries nothing else any more.
 */
public final class EventStreamRegistry {
    /** Events are short, and thousands of streams may wait for the next one. */
    static final int BUFFER = 1024;

    private final Executor threads;
    private final Set<DetachedEventStream> open = ConcurrentHashMap.newKeySet();

    /** @param threads run what waits for a worker's events */
    public EventStreamRegistry(Executor threads) {
        this.threads = threads;
    }

    static boolean isOne(HttpServletResponse answer) {
        String type = answer.getContentType();
        return type != null && EventStreamType.matches(type);
    }

    /**
     * Sends the head of an answer and takes over its body.
     *
     * @param response has the head already, not yet sent
     * @return whether it did
     * @throws ClientDisconnectedException when the client takes no more
     */
    boolean take(
            ClassicHttpResponse answer,
            LeasedConnection worker,
            HttpServletResponse response,
            ClientConnection client,
            RequestRecord record)
            throws IOException {
        HttpEntity body = answer.getEntity();
        // What has a length has an end.
        if (body == null || body.getContentLength() >= 0 || !client.outlivesRequest()) {
            return false;
        }
        response.setHeader("Connection", "close");
        response.setHeader("Transfer-Encoding", "chunked");
        try {
            response.flushBuffer();
        } catch (IOException e) {
            throw new ClientDisconnectedException(e);
        }
        DetachedEventStream stream = client.endRequest(DetachedEventStream.class);
        record.status(response.getStatus());
        record.endsLater();
        stream.of(this, worker, body.getContent(), record);
        open.add(stream);
        worker.handOver();
        worker.endless(stream::end);
        return true;
    }

    void execute(Runnable copying) {
        threads.execute(copying);
    }

    boolean remove(DetachedEventStream stream) {
        return open.remove(stream);
    }

    /** Ends all of them; their clients connect again by themselves. */
    public void end() {
        open.forEach(DetachedEventStream::end);
    }
}
