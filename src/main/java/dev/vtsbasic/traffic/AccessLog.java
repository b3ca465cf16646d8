package dev.vtsbasic.traffic;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.settings.AccessLogFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes a line for each request, or for a share of the requests. Requests for management get none.
 *
 * <p>One thread writes the lines, in batches, because the output may be slow, or block until another program reads it.
 * A request never waits: if the queue is full, its line is dropped and counted. Safe for any number of threads.
 */
public final class AccessLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

    /**
     * Maximum number of queued requests: more than arrive within a pause of the writer at any rate that it can sustain.
     */
    private static final int MAX_QUEUED = 16 * 1024;

    private static final int BATCH = 512;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long JOIN_MILLIS = 2000;

    private final AccessLine format;
    private final double share;
    private final Consumer<List<String>> out;
    private final Queue<RequestRecord> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger length = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer;
    private volatile boolean idle;
    private volatile boolean closing;

    private AccessLog(AccessLine format, double share, Consumer<List<String>> out) {
        this.format = format;
        this.share = share;
        this.out = out;
        this.writer = new Thread(this::write, "vts-access-log");
        writer.setDaemon(true);
        writer.start();
    }

    /**
     * Starts the log and its thread.
     *
     * @param format not OFF
     * @param share the share of the requests that is logged, from 0 to 1; those with a status of 500 or more are always
     *     logged
     * @param out gets lines without line ends
     */
    public static AccessLog start(AccessLogFormat format, double share, Consumer<List<String>> out) {
        AccessLine line = format == AccessLogFormat.JSON ? new AccessLine.Json() : new AccessLine.Combined();
        return new AccessLog(line, share, out);
    }

    void add(RequestRecord record) {
        if (!isWanted(record)) {
            return;
        }
        if (length.get() >= MAX_QUEUED) {
            dropped.incrementAndGet();
            return;
        }
        length.incrementAndGet();
        queue.add(record);
        if (idle) {
            LockSupport.unpark(writer);
        }
    }

    private boolean isWanted(RequestRecord record) {
        return record.kind() != RequestKind.MANAGEMENT
                && (share >= 1
                        || record.status() >= 500
                        || ThreadLocalRandom.current().nextDouble() < share);
    }

    private void write() {
        while (true) {
            boolean last = closing;
            boolean some = writeSome();
            if (some) {
                if (length.get() < BATCH && !last) {
                    LockSupport.parkNanos(this, PAUSE_NANOS);
                }
            } else if (last) {
                return;
            } else {
                idle = true;
                if (queue.isEmpty() && !closing) {
                    LockSupport.park(this);
                }
                idle = false;
            }
        }
    }

    /** Returns whether there was a line to write. */
    private boolean writeSome() {
        List<String> lines = new ArrayList<>();
        for (RequestRecord next = queue.poll(); next != null; next = lines.size() < BATCH ? queue.poll() : null) {
            lines.add(format.of(next));
        }
        length.addAndGet(-lines.size());
        if (!lines.isEmpty()) {
            out.accept(lines);
        }
        long missing = dropped.getAndSet(0);
        if (missing > 0) {
            Event.ACCESS_LOG_LEFT_OUT.log(
                    LOG,
                    "{requests} requests are missing in the access log, because it could not be written as fast as they came",
                    missing);
        }
        return !lines.isEmpty();
    }

    /** Writes the lines that are left, and returns after 2 seconds at most. */
    @Override
    public void close() {
        closing = true;
        LockSupport.unpark(writer);
        try {
            writer.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
