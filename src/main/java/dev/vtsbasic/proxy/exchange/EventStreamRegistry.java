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
 * The event streams that continue after their requests have ended. Safe for any number of threads.
 *
 * <p>A request costs a container some 100 kB for as long as it runs. On Java without virtual threads it also holds one
 * of a bounded number of threads. An event stream runs for as long as a page is open, and mostly waits. So, where the
 * container allows it, the request ends after the response's head, and the body follows on the open connection, which
 * carries no further requests.
 */
public final class EventStreamRegistry {
    /** Bytes of a stream's buffer; small, because events are short and thousands of streams may be open. */
    static final int BUFFER = 1024;

    private final Executor threads;
    private final Set<DetachedEventStream> open = ConcurrentHashMap.newKeySet();

    /** @param threads run the copying of a worker's events, one task for each stream */
    public EventStreamRegistry(Executor threads) {
        this.threads = threads;
    }

    static boolean isEventStream(HttpServletResponse response) {
        String type = response.getContentType();
        return type != null && EventStreamType.matches(type);
    }

    /**
     * Sends the head of a response, ends the request, and lets the body follow on a thread of its own.
     *
     * @param context has the response, whose head was set and not yet sent
     * @return false when the container cannot end the request, or the response has an end of its own; nothing was done
     *     then
     * @throws ClientDisconnectedException when the client takes no more
     */
    boolean detach(ClassicHttpResponse upstreamResponse, LeasedConnection worker, ExchangeContext context)
            throws IOException {
        HttpEntity body = upstreamResponse.getEntity();
        ClientConnection client = context.client();
        if (body == null || body.getContentLength() >= 0 || !client.canEndRequest()) {
            return false;
        }
        HttpServletResponse response = context.response();
        RequestRecord record = context.record();
        response.setHeader("Connection", "close");
        response.setHeader("Transfer-Encoding", "chunked");
        try {
            response.flushBuffer();
        } catch (IOException e) {
            throw new ClientDisconnectedException(e);
        }
        DetachedEventStream stream = client.endRequest(DetachedEventStream.class);
        record.setStatus(response.getStatus());
        record.deferEnd();
        stream.connect(this, worker, body.getContent(), record);
        open.add(stream);
        worker.detach();
        worker.markEndless(stream::end);
        return true;
    }

    void execute(Runnable copying) {
        threads.execute(copying);
    }

    boolean remove(DetachedEventStream stream) {
        return open.remove(stream);
    }

    /** Ends all streams; their clients connect again by themselves. */
    public void endAll() {
        open.forEach(DetachedEventStream::end);
    }
}
