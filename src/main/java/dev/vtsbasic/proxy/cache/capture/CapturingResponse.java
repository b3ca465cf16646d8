package dev.vtsbasic.proxy.cache.capture;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.ResponseSnapshot;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/**
 * A response of the app on its way to the client, to the cache, or to both. The {@link RoutePolicy} decides when the
 * head is complete and the first byte of the body, a flush or the end comes; until then the client gets nothing.
 *
 * <p>A response for both is collected as fast as it comes, because other requests wait for it, and sent as fast as the
 * client reads. If it is long or flushed, a {@link ClientSender} sends it in another thread; otherwise this one sends
 * it when it has been collected. Not thread-safe: only the thread that asks the app uses it.
 */
public final class CapturingResponse extends BufferedHead {
    /** A body of up to this many bytes that is not flushed is sent when it is complete, without a second thread. */
    private static final int MAX_UNSENT = 64 * 1024;

    private final ResponseSnapshot start;
    private final RoutePolicy policy;
    private final CaptureBudget budget;
    private final Executor senders;
    private Route route = Route.UNDECIDED;

    /** Null when the body is not collected. */
    private CapturedBody captured;

    /** Null until another thread sends the body. */
    private ClientSender sender;

    private boolean completed;
    private final ServletOutputStream body = new Body();

    /**
     * @param client {@link NoClientResponse#INSTANCE} when no client waits for the response
     * @param senders runs the {@link ClientSender} of a response that is still being collected
     */
    public CapturingResponse(HttpServletResponse client, RoutePolicy policy, CaptureBudget budget, Executor senders) {
        super(client);
        this.start = new ResponseSnapshot(client);
        this.policy = policy;
        this.budget = budget;
        this.senders = senders;
    }

    public Route route() {
        return route;
    }

    /** The head and the collected body. Call this only when the body was collected. */
    public ClassicHttpResponse whole() {
        BasicClassicHttpResponse whole = new BasicClassicHttpResponse(head().getCode());
        whole.setHeaders(head().getHeaders());
        if (captured.size() > 0) {
            whole.setEntity(new ByteArrayEntity(captured.whole(), null));
        }
        return whole;
    }

    /** Call this when the app's response is complete; it decides about a response without a body. */
    public void finish() throws IOException {
        decide();
    }

    /**
     * Sends the client what was collected of a response for both, and waits until it is sent. From now on only the copy
     * for the client counts against the budget, because the cache has its own.
     *
     * @throws ClientDisconnectedException when sending to the client has failed
     */
    public void complete() throws ClientDisconnectedException {
        if (route != Route.TEE) {
            return;
        }
        captured.releaseCopies();
        if (sender != null) {
            sender.end();
            sender.awaitEnd();
        } else {
            try {
                captured.writeTo(super.getOutputStream());
            } catch (IOException e) {
                throw new ClientDisconnectedException(e);
            }
        }
        completed = true;
    }

    /** Waits until no other thread uses the client's response any more. */
    public void endSending() {
        if (sender != null) {
            sender.end();
            try {
                sender.awaitEnd();
            } catch (ClientDisconnectedException e) {
                // The caller has seen this failure already, or is about to throw another one.
            }
        }
    }

    /** How many bytes the request's record counts as sent, although the container has not got them. */
    public long unsent() {
        if (route != Route.TEE || completed || captured == null) {
            return 0;
        }
        return captured.size() - (sender == null ? 0 : sender.sent());
    }

    /** Sends the client what was withheld so far, and lets the rest pass as it comes. */
    public void release() throws IOException {
        route = Route.PASS;
        sendHead();
        if (captured != null) {
            captured.writeTo(super.getOutputStream());
            discardBody();
        }
    }

    /** Drops the collected body and returns its bytes to the budget. */
    public void discardBody() {
        if (captured != null) {
            captured.release();
            captured = null;
        }
    }

    private void decide() throws IOException {
        if (route == Route.UNDECIDED) {
            route = policy.route(head(), mayHaveTrailers());
            switch (route) {
                case PASS -> sendHead();
                case TEE -> {
                    captured = new CapturedBody(budget);
                    sendHead();
                }
                case WITHHOLD, COLLECT -> captured = new CapturedBody(budget);
                default -> throw new IOException("The response may not be stored, and no client waits for it");
            }
        }
    }

    private void sendHead() {
        sendHead(policy.cacheStatus(route));
    }

    private boolean isSent() {
        return route == Route.PASS || route == Route.TEE;
    }

    private void write(byte[] octets, int offset, int count) throws IOException {
        decide();
        if (captured != null && captured.reserve(count)) {
            captured.write(octets, offset, count);
            if (route == Route.TEE && (sender != null || captured.size() > MAX_UNSENT)) {
                sendMeanwhile(false);
            }
            return;
        }
        if (captured != null) {
            stopCapturing();
        }
        if (route == Route.PASS) {
            super.getOutputStream().write(octets, offset, count);
        }
    }

    private void sendMeanwhile(boolean flush) throws IOException {
        if (sender == null) {
            ClientSender starting = new ClientSender((HttpServletResponse) getResponse(), captured);
            try {
                senders.execute(starting);
            } catch (RejectedExecutionException | OutOfMemoryError e) {
                // Without a second thread, the body is sent when it is complete.
                return;
            }
            sender = starting;
        }
        sender.more(flush);
    }

    private void stopCapturing() throws IOException {
        policy.bodyTooLong();
        if (route == Route.TEE) {
            // From now on the app's response is read only as fast as the client reads.
            complete();
            route = Route.PASS;
            discardBody();
        } else if (route == Route.COLLECT) {
            discardBody();
            throw new IOException("The response is too long to be stored");
        } else {
            release();
        }
    }

    @Override
    public boolean isCommitted() {
        return route == Route.TEE ? sender != null : isSent() && super.isCommitted();
    }

    @Override
    public void flushBuffer() throws IOException {
        decide();
        if (route == Route.TEE) {
            sendMeanwhile(true);
        } else if (isSent()) {
            super.flushBuffer();
        }
    }

    @Override
    public void reset() {
        if (isSent()) {
            start.restore();
        }
        discardBody();
        clearHead();
        route = Route.UNDECIDED;
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return body;
    }

    private final class Body extends ServletOutputStream {
        @Override
        public void write(int octet) throws IOException {
            CapturingResponse.this.write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int count) throws IOException {
            CapturingResponse.this.write(octets, offset, count);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new UnsupportedOperationException();
        }
    }
}
