package dev.vtsbasic.status;

import dev.vtsbasic.traffic.RequestKind;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event streams of open status pages. No stream holds a thread, because the container calls back when a client can
 * take more. A client that reads too slowly misses events, but gets the latest. Safe for any number of threads.
 */
final class LiveUpdates implements AutoCloseable {
    /** How many pages may have a stream at once. */
    static final int MAX_STREAMS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(LiveUpdates.class);

    private final Set<PageStream> open = ConcurrentHashMap.newKeySet();
    private boolean closed;

    boolean isEmpty() {
        return open.isEmpty();
    }

    /**
     * Responds with an event stream.
     *
     * @param mayRead asked before each event; the stream ends when it returns false
     * @return false, without a response, when there are {@link #MAX_STREAMS} streams or after {@link #close}
     */
    synchronized boolean add(HttpServletRequest request, HttpServletResponse response, BooleanSupplier mayRead)
            throws IOException {
        if (closed || open.size() >= MAX_STREAMS) {
            return false;
        }
        response.setHeader("Content-Type", "text/event-stream; charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        // nginx would otherwise buffer the events.
        response.setHeader("X-Accel-Buffering", "no");
        RequestRecord record = RequestRecord.of(request);
        record.setKind(RequestKind.EVENTS);
        record.setStatus(HttpServletResponse.SC_OK);
        record.markFirstByte();
        record.deferEnd();
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        PageStream stream = new PageStream(async, response.getOutputStream(), record, mayRead);
        open.add(stream);
        async.addListener(stream);
        stream.out.setWriteListener(stream);
        return true;
    }

    /**
     * Sends an event to every open page.
     *
     * @param text data of the event, of any number of lines
     */
    void send(String text) {
        byte[] event =
                ("data: " + text.replace("\r", "").replace("\n", "\ndata: ") + "\n\n").getBytes(StandardCharsets.UTF_8);
        open.forEach(stream -> stream.send(event));
    }

    /** Ends all streams and accepts no more; browsers reconnect by themselves. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        open.forEach(PageStream::end);
    }

    /** The event stream of one page. */
    private final class PageStream implements WriteListener, AsyncListener {
        private final AsyncContext async;
        private final ServletOutputStream out;
        private final RequestRecord record;
        private final BooleanSupplier mayRead;

        /**
         * The newest event, until it is written. At first it is a comment line, so that the browser learns that it is
         * connected.
         */
        private byte[] next = ":\n\n".getBytes(StandardCharsets.UTF_8);

        private boolean flushed;
        private boolean waits = true;

        PageStream(AsyncContext async, ServletOutputStream out, RequestRecord record, BooleanSupplier mayRead) {
            this.async = async;
            this.out = out;
            this.record = record;
            this.mayRead = mayRead;
        }

        synchronized void send(byte[] event) {
            if (!mayRead.getAsBoolean()) {
                end();
                return;
            }
            next = event;
            if (!waits) {
                write();
            }
        }

        @Override
        public synchronized void onWritePossible() {
            write();
        }

        private void write() {
            try {
                while (out.isReady()) {
                    if (next != null) {
                        out.write(next);
                        record.addSent(next.length);
                        next = null;
                        flushed = false;
                    } else if (!flushed) {
                        out.flush();
                        flushed = true;
                    } else {
                        waits = false;
                        return;
                    }
                }
                waits = true;
            } catch (IOException | RuntimeException e) {
                onError(e);
            }
        }

        @Override
        public void onError(Throwable failure) {
            LOG.debug("A page of the status was closed", failure);
            end();
        }

        void end() {
            if (open.remove(this)) {
                record.end();
                try {
                    async.complete();
                } catch (IllegalStateException e) {
                    LOG.debug("The container ended it already", e);
                }
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end();
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            end();
        }

        @Override
        public void onError(AsyncEvent event) {
            end();
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // The request is made asynchronous only once.
        }
    }
}
