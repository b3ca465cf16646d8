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
 * The event streams of open pages, none of which holds a thread. Who reads too slowly misses events, but gets the latest.
 * Safe for any number of threads.
 */
final class LiveUpdates implements AutoCloseable {
    static final int MOST = 20;

    private static final Logger LOG = LoggerFactory.getLogger(LiveUpdates.class);

    private final Set<Watcher> open = ConcurrentHashMap.newKeySet();
    private boolean closed;

    boolean isEmpty() {
        return open.isEmpty();
    }

    /**
     * Answers with an event stream.
     *
     * @param mayWatch asked before each event, as long as it is so
     * @return false when there are too many
     */
    synchronized boolean add(HttpServletRequest request, HttpServletResponse response, BooleanSupplier mayWatch)
            throws IOException {
        if (closed || open.size() >= MOST) {
            return false;
        }
        response.setHeader("Content-Type", "text/event-stream; charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        // As nginx wants to be told.
        response.setHeader("X-Accel-Buffering", "no");
        RequestRecord record = RequestRecord.of(request);
        record.kind(RequestKind.EVENTS);
        record.status(HttpServletResponse.SC_OK);
        record.firstByte();
        record.endsLater();
        AsyncContext async = request.startAsync();
        async.setTimeout(0);
        Watcher watcher = new Watcher(async, response.getOutputStream(), record, mayWatch);
        open.add(watcher);
        async.addListener(watcher);
        watcher.out.setWriteListener(watcher);
        return true;
    }

    /** @param text of any number of lines */
    void send(String text) {
        byte[] event =
                ("data: " + text.replace("\r", "").replace("\n", "\ndata: ") + "\n\n").getBytes(StandardCharsets.UTF_8);
        open.forEach(watcher -> watcher.send(event));
    }

    /** Ends all; browsers try again by themselves. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        open.forEach(Watcher::end);
    }

    private final class Watcher implements WriteListener, AsyncListener {
        private final AsyncContext async;
        private final ServletOutputStream out;
        private final RequestRecord record;
        private final BooleanSupplier mayWatch;

        /** A comment at first, so that the browser knows that it is connected. */
        private byte[] next = ":\n\n".getBytes(StandardCharsets.UTF_8);

        private boolean flushed;
        private boolean waits = true;

        Watcher(AsyncContext async, ServletOutputStream out, RequestRecord record, BooleanSupplier mayWatch) {
            this.async = async;
            this.out = out;
            this.record = record;
            this.mayWatch = mayWatch;
        }

        synchronized void send(byte[] event) {
            if (!mayWatch.getAsBoolean()) {
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
                        record.sent(next.length);
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
            // It is started once.
        }
    }
}
