package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.ClientDisconnectedException;
import dev.vtsbasic.proxy.message.ResponseSnapshot;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/**
 * A response of the app on its way to the client, to the cache, or to both. The {@link Judge} decides when the head is
 * complete and the first byte of the body, a flush or the end comes; until then the client gets nothing.
 *
 * <p>A response for both is collected as fast as it comes, because other requests wait for it, and sent as fast as the
 * client reads. If it is long or flushed, a {@link ClientSender} sends it in another thread; otherwise this one sends
 * it when it has been collected.
 */
final class CapturingResponse extends HttpServletResponseWrapper {
    /** Is wrapped when only the cache gets the response; each call of it throws. */
    private static final HttpServletResponse NO_CLIENT = (HttpServletResponse) Proxy.newProxyInstance(
            CapturingResponse.class.getClassLoader(),
            new Class<?>[] {HttpServletResponse.class},
            (response, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    /**
     * How often a byte may be in memory until it is stored: once in the collected body, up to twice in HttpClient's
     * cache, which reads the body into an array that doubles when it is full, and once in the copy that it makes of
     * that array.
     */
    private static final int COPIES = 4;

    /** A body of up to this many bytes that is not flushed is sent when it is complete, without a second thread. */
    private static final int MAX_UNSENT = 64 * 1024;

    /** Null when no client waits for the response. */
    private final ResponseSnapshot start;

    private final Judge judge;
    private final long most;
    private final AtomicLong budget;
    private final Executor senders;
    private BasicClassicHttpResponse head = new BasicClassicHttpResponse(SC_OK);
    private Way way = Way.UNDECIDED;
    private CapturedBody kept;

    /** Null until another thread sends the body. */
    private ClientSender sender;

    private boolean completed;
    private long taken;
    private int copies = COPIES;
    private Supplier<Map<String, String>> trailers;
    private final ServletOutputStream body = new Body();

    /** Where a response goes. */
    enum Way {
        UNDECIDED,
        /** To the client, as it comes. */
        PASS,
        /** To the client, as it comes, and a copy is collected for the cache. */
        COPY,
        /** It is collected, and the client gets nothing of it yet. */
        KEEP,
        /** Nowhere: the exchange is aborted. */
        DROP
    }

    /** Decides where a response goes. */
    interface Judge {
        /**
         * Decides once the head is complete.
         *
         * @param trailers whether trailer fields may follow the body
         */
        Way way(HttpResponse head, boolean trailers);

        /** The value of Cache-Status (RFC 9211) for a response that goes this way. */
        String cacheStatus(Way way);

        /** Called when the collected body is too long, or there is no memory left for it, so that it is not stored. */
        void tooLong();
    }

    /**
     * @param client null when no client waits for the response
     * @param most maximum length in bytes of a collected body
     * @param budget how many bytes all bodies that are being collected may still take
     * @param senders runs the {@link ClientSender} of a response that is still being collected
     */
    CapturingResponse(HttpServletResponse client, Judge judge, long most, AtomicLong budget, Executor senders) {
        super(client == null ? NO_CLIENT : client);
        this.senders = senders;
        this.start = client == null ? null : new ResponseSnapshot(client);
        this.judge = judge;
        this.most = most;
        this.budget = budget;
    }

    Way way() {
        return way;
    }

    /** The head as the app sent it, without hop-by-hop fields. */
    HttpResponse head() {
        return head;
    }

    /** The head and the collected body; only when the body was collected. */
    ClassicHttpResponse whole() {
        BasicClassicHttpResponse whole = new BasicClassicHttpResponse(head.getCode());
        whole.setHeaders(head.getHeaders());
        if (kept.size() > 0) {
            whole.setEntity(new ByteArrayEntity(kept.whole(), null));
        }
        return whole;
    }

    /** Call this when the app's response is complete; it decides about a response without a body. */
    void finish() throws IOException {
        decide();
    }

    /**
     * Sends the client what was collected of a response for both, and waits until it is sent. From now on only the copy
     * for the client counts against the budget, because the cache has its own.
     *
     * @throws ClientDisconnectedException when sending to the client has failed
     */
    void complete() throws ClientDisconnectedException {
        if (way != Way.COPY) {
            return;
        }
        budget.addAndGet((copies - 1) * taken);
        copies = 1;
        if (sender != null) {
            sender.end();
            sender.awaitEnd();
        } else {
            try {
                kept.writeTo(super.getOutputStream());
            } catch (IOException e) {
                throw new ClientDisconnectedException(e);
            }
        }
        completed = true;
    }

    /** Returns when no other thread uses the client's response any more. */
    void endSending() {
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
    long unsent() {
        if (way != Way.COPY || completed || kept == null) {
            return 0;
        }
        return kept.size() - (sender == null ? 0 : sender.sent());
    }

    /** Sends the client what was withheld so far, and lets the rest pass as it comes. */
    void release() throws IOException {
        way = Way.PASS;
        sendHead();
        if (kept != null) {
            kept.writeTo(super.getOutputStream());
            forget();
        }
    }

    /** Drops the collected body and returns its bytes to the budget. */
    void forget() {
        budget.addAndGet(copies * taken);
        copies = COPIES;
        taken = 0;
        kept = null;
    }

    private void decide() throws IOException {
        if (way == Way.UNDECIDED) {
            way = judge.way(head, trailers != null);
            switch (way) {
                case PASS -> sendHead();
                case COPY -> {
                    kept = new CapturedBody();
                    sendHead();
                }
                case KEEP -> kept = new CapturedBody();
                default -> throw new IOException("Nobody waits for this answer");
            }
        }
    }

    private void sendHead() {
        super.setStatus(head.getCode());
        for (Header field : head.getHeaders()) {
            super.addHeader(field.getName(), field.getValue());
        }
        super.addHeader("Cache-Status", judge.cacheStatus(way));
        if (trailers != null) {
            super.setTrailerFields(trailers);
        }
    }

    private boolean isSent() {
        return way == Way.PASS || way == Way.COPY;
    }

    private void write(byte[] octets, int offset, int count) throws IOException {
        decide();
        if (kept != null && mayTake(count)) {
            kept.write(octets, offset, count);
            if (way == Way.COPY && (sender != null || kept.size() > MAX_UNSENT)) {
                sendMeanwhile(false);
            }
            return;
        }
        if (kept != null) {
            giveUp();
        }
        if (way == Way.PASS) {
            super.getOutputStream().write(octets, offset, count);
        }
    }

    private void sendMeanwhile(boolean flush) throws IOException {
        if (sender == null) {
            ClientSender starting = new ClientSender((HttpServletResponse) getResponse(), kept);
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

    private boolean mayTake(int count) {
        taken += count;
        return budget.addAndGet(-COPIES * (long) count) >= 0 && taken <= most;
    }

    private void giveUp() throws IOException {
        judge.tooLong();
        if (way == Way.COPY) {
            // From now on the app's response is read only as fast as the client reads.
            complete();
            way = Way.PASS;
            forget();
        } else if (getResponse() == NO_CLIENT) {
            forget();
            throw new IOException("The answer is too long to be kept");
        } else {
            release();
        }
    }

    @Override
    public void setStatus(int status) {
        head.setCode(status);
    }

    @Override
    public int getStatus() {
        return head.getCode();
    }

    @Override
    public void addHeader(String name, String value) {
        head.addHeader(name, value);
    }

    @Override
    public void setHeader(String name, String value) {
        head.setHeader(name, value);
    }

    @Override
    public String getHeader(String name) {
        Header field = head.getFirstHeader(name);
        return field == null ? null : field.getValue();
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return Arrays.stream(head.getHeaders(name)).map(Header::getValue).toList();
    }

    @Override
    public Collection<String> getHeaderNames() {
        return Arrays.stream(head.getHeaders()).map(Header::getName).distinct().toList();
    }

    @Override
    public boolean containsHeader(String name) {
        return head.containsHeader(name);
    }

    @Override
    public String getContentType() {
        return getHeader("Content-Type");
    }

    @Override
    public void setContentLength(int length) {
        head.setHeader("Content-Length", length);
    }

    @Override
    public void setTrailerFields(Supplier<Map<String, String>> trailers) {
        this.trailers = trailers;
    }

    @Override
    public boolean isCommitted() {
        return way == Way.COPY ? sender != null : isSent() && super.isCommitted();
    }

    @Override
    public void flushBuffer() throws IOException {
        decide();
        if (way == Way.COPY) {
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
        forget();
        head = new BasicClassicHttpResponse(SC_OK);
        way = Way.UNDECIDED;
        trailers = null;
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
