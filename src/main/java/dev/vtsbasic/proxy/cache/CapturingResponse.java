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
 * An answer of the app on its way to the client, to the cache, or to both. Which it is, is decided when its head is there
 * and the first octet behind it comes; until then nothing has reached the client.
 *
 * <p>One for both is collected as fast as it comes, because others wait for it, and sent as fast as the client reads: by
 * another thread if it is long or comes in pieces, else when it has been collected.
 */
final class CapturingResponse extends HttpServletResponseWrapper {
    /** For answers that are for nobody but the cache. */
    private static final HttpServletResponse NOBODY = (HttpServletResponse) Proxy.newProxyInstance(
            CapturingResponse.class.getClassLoader(),
            new Class<?>[] {HttpServletResponse.class},
            (response, method, arguments) -> {
                throw new UnsupportedOperationException(method.getName());
            });

    /**
     * How often an octet may be in memory at once until it is stored: in the whole answer, in HttpClient's cache, which reads
     * that into an array that doubles when it is full, and in the copy that it makes of this.
     */
    private static final int COPIES = 4;

    /** What is no longer than this, and comes at once, is sent when all of it is there. */
    private static final int SENT_AT_ONCE = 64 * 1024;

    /** Null when nobody waits for it. */
    private final ResponseSnapshot start;

    private final Judge judge;
    private final long most;
    private final AtomicLong budget;
    private final Executor senders;
    private BasicClassicHttpResponse head = new BasicClassicHttpResponse(SC_OK);
    private Way way = Way.UNDECIDED;
    private CapturedBody kept;

    /** Null until another thread sends. */
    private ClientSender sender;

    private boolean completed;
    private long taken;
    private int copies = COPIES;
    private Supplier<Map<String, String>> trailers;
    private final ServletOutputStream body = new Body();

    /** Where an answer goes. */
    enum Way {
        UNDECIDED,
        /** To the client, as it comes. */
        PASS,
        /** To the client, as it comes, and a copy is kept. */
        COPY,
        /** It is kept, and the client gets nothing of it yet. */
        KEEP,
        /** Nowhere: the exchange is cut. */
        DROP
    }

    /** Decides where an answer goes. */
    interface Judge {
        /** @param trailers whether fields may follow its body */
        Way way(HttpResponse head, boolean trailers);

        /** What the client is told of the cache's part in an answer that goes this way (RFC 9211). */
        String cacheStatus(Way way);

        /** The copy has become too long, and is given up. */
        void tooLong();
    }

    /**
     * @param client null when nobody waits for it
     * @param most how long the body of one that is kept may be
     * @param budget bytes that may still be taken for bodies which are being collected
     * @param senders run what sends an answer that is still being collected
     */
    CapturingResponse(HttpServletResponse client, Judge judge, long most, AtomicLong budget, Executor senders) {
        super(client == null ? NOBODY : client);
        this.senders = senders;
        this.start = client == null ? null : new ResponseSnapshot(client);
        this.judge = judge;
        this.most = most;
        this.budget = budget;
    }

    Way way() {
        return way;
    }

    /** The head as the app sent it, without what was for the connection alone. */
    HttpResponse head() {
        return head;
    }

    /** The whole answer, when it was kept. */
    ClassicHttpResponse whole() {
        BasicClassicHttpResponse whole = new BasicClassicHttpResponse(head.getCode());
        whole.setHeaders(head.getHeaders());
        if (kept.size() > 0) {
            whole.setEntity(new ByteArrayEntity(kept.whole(), null));
        }
        return whole;
    }

    /** Says that the app's answer is whole. */
    void finish() throws IOException {
        decide();
    }

    /**
     * Waits until the client has what was collected of an answer that is for both; of which the client's is now the only copy
     * that is still on its way.
     *
     * @throws ClientDisconnectedException when it takes no more
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

    /** Lets no other thread use the client's response any more. */
    void endSending() {
        if (sender != null) {
            sender.end();
            try {
                sender.awaitEnd();
            } catch (ClientDisconnectedException e) {
                // Who asks for the answer has been told, or has a failure of its own.
            }
        }
    }

    /** How many octets that count as sent the client has not been given. */
    long unsent() {
        if (way != Way.COPY || completed || kept == null) {
            return 0;
        }
        return kept.size() - (sender == null ? 0 : sender.sent());
    }

    /** Lets the client have after all what was kept from it so far. */
    void release() throws IOException {
        way = Way.PASS;
        sendHead();
        if (kept != null) {
            kept.writeTo(super.getOutputStream());
            forget();
        }
    }

    /** Gives back the memory that was taken for it. */
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
            if (way == Way.COPY && (sender != null || kept.size() > SENT_AT_ONCE)) {
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
                // Without a thread for it, it is sent when all of it is there.
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
            // The client's pace counts from now on.
            complete();
            way = Way.PASS;
            forget();
        } else if (getResponse() == NOBODY) {
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
