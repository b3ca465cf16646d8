package dev.vtsbasic.bun.output;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.slf4j.event.Level;

/**
 * A queue between the threads that read a worker's output and the thread that logs it, so that a slow log does not
 * delay the worker. It holds up to 4096 lines and 8 MiB; further lines are dropped, and their number is logged at most
 * once a second. Safe for any number of threads.
 */
public final class OutputLog {
    private static final int MAX_LINES = 4096;
    private static final int MAX_BYTES = 8 << 20;
    private static final long REPORT_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Sink log;
    private final Queue<Line> lines = new ArrayDeque<>();
    private int bytes;
    private long suppressed;
    private long suppressedSince;
    private boolean closed;

    /** @param level the level of the line if it names none itself */
    private record Line(Level level, String stream, byte[] bytes) {}

    /** Receives the lines to log. */
    public interface Sink {
        /** @param stream {@code stdout} or {@code stderr} */
        void onLine(Level level, String stream, String text);

        /** Receives the number of lines that were dropped since the last call. */
        void onDropped(long lines);
    }

    OutputLog(Sink log) {
        this.log = log;
    }

    synchronized void add(Level level, String stream, byte[] line) {
        if (lines.size() == MAX_LINES || bytes + line.length > MAX_BYTES) {
            suppress(1);
            return;
        }
        lines.add(new Line(level, stream, line));
        bytes += line.length;
        notifyAll();
    }

    synchronized void suppress(long count) {
        if (suppressed == 0) {
            suppressedSince = System.nanoTime();
            notifyAll();
        }
        suppressed += count;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }

    /** Passes lines to the sink, in the calling thread, until the log is closed and the queue is empty. */
    void write() throws InterruptedException {
        while (true) {
            Line line;
            long left;
            synchronized (this) {
                while (lines.isEmpty() && !closed && !isReportDue()) {
                    await();
                }
                line = lines.poll();
                bytes -= line == null ? 0 : line.bytes().length;
                left = isReportDue() || line == null ? suppressed : 0;
                suppressed -= left;
            }
            if (line != null) {
                String text = LogLineParser.text(line.bytes(), line.bytes().length);
                log.onLine(LogLineParser.level(text, line.level()), line.stream(), text);
            }
            if (left > 0) {
                log.onDropped(left);
            }
            if (line == null && left == 0) {
                return;
            }
        }
    }

    private boolean isReportDue() {
        return suppressed > 0 && System.nanoTime() - suppressedSince >= REPORT_NANOS;
    }

    private void await() throws InterruptedException {
        if (suppressed == 0) {
            wait();
        } else {
            long left = REPORT_NANOS - (System.nanoTime() - suppressedSince);
            wait(TimeUnit.NANOSECONDS.toMillis(left) + 1);
        }
    }
}
