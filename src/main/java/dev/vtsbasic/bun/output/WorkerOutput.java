package dev.vtsbasic.bun.output;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.event.Level;

/**
 * Reads a worker's output as fast as the worker prints it, and logs it: standard output at level INFO and standard
 * error at WARN, unless a line names its level. Lines beyond {@link LogRateLimit} are dropped and counted.
 */
public final class WorkerOutput {
    private static final int BUFFER = 64 * 1024;

    private static final ControlLineHandler NO_CONTROL = new ControlLineHandler() {
        @Override
        public boolean take(String line) {
            return false;
        }

        @Override
        public boolean mayFollow() {
            return false;
        }
    };

    private final OutputTail lastLines = new OutputTail();
    private final OutputLog log;
    private final AtomicInteger open = new AtomicInteger(2);
    private final Thread out;
    private final Thread err;
    private final Thread writer;

    /**
     * Starts three threads: one for each stream, and one that logs.
     *
     * @param name the worker's name
     * @param control gets each line of standard output first
     * @param sink receives the lines to log, in the thread that logs
     */
    public WorkerOutput(
            String name, InputStream out, InputStream err, ControlLineHandler control, OutputLog.Sink sink) {
        this.log = new OutputLog(sink);
        this.out = start("vts-" + name + "-out", () -> read(out, new Lines(Level.INFO, "stdout", control)));
        this.err = start("vts-" + name + "-err", () -> read(err, new Lines(Level.WARN, "stderr", NO_CONTROL)));
        this.writer = start("vts-" + name + "-log", this::write);
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void read(InputStream stream, Lines lines) {
        LineSplitter splitter = new LineSplitter(lines);
        byte[] buffer = new byte[BUFFER];
        try {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                splitter.add(buffer, count);
            }
        } catch (IOException e) {
            // The process has ended, or stopping it has closed the pipe.
        }
        splitter.end();
        if (open.decrementAndGet() == 0) {
            log.close();
        }
    }

    private void write() {
        try {
            log.write();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Waits until all output is read and logged, but at most {@code millis} for each of the three threads, because
     * processes that the worker has started may still hold the pipes open.
     */
    public void awaitEnd(long millis) throws InterruptedException {
        out.join(millis);
        err.join(millis);
        writer.join(millis);
    }

    /** The last 20 lines that the worker printed, oldest first. */
    public List<String> lastLines() {
        return lastLines.lines();
    }

    private final class Lines implements LineSplitter.LineSink {
        /** The longest control line, in bytes. */
        private static final int MAX_CONTROL_LENGTH = 64;

        private final LogRateLimit limit = new LogRateLimit(System::nanoTime);
        private final Level level;
        private final String stream;
        private final ControlLineHandler control;

        Lines(Level level, String stream, ControlLineHandler control) {
            this.level = level;
            this.stream = stream;
            this.control = control;
        }

        @Override
        public boolean wantsAll() {
            return control.mayFollow() || !limit.isExhausted();
        }

        @Override
        public void onLine(byte[] bytes, int length) {
            if (length <= MAX_CONTROL_LENGTH && control.take(new String(bytes, 0, length, StandardCharsets.UTF_8))) {
                return;
            }
            lastLines.add(bytes, length);
            if (limit.tryAcquire(length)) {
                log.add(level, stream, Arrays.copyOf(bytes, length));
            } else {
                log.suppress(1);
            }
        }

        @Override
        public void onSkipped(long count) {
            log.suppress(count);
        }
    }
}
