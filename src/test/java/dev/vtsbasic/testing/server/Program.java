package dev.vtsbasic.testing.server;

import dev.vtsbasic.testing.Evidence;
import dev.vtsbasic.testing.LongSet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process under test. A test can wait for its output, and it does not outlive its test. */
public class Program implements AutoCloseable {
    /**
     * JVM options without the second compiler: a server that lives for seconds needs a third less processor time. The
     * long set runs without them.
     */
    public static final List<String> SHORT_LIVED =
            LongSet.RUNS ? List.of() : List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

    public static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Settings of servers under test, because a worker may take long to start on a busy machine. */
    public static final Map<String, String> SETTINGS = Map.of("VTS_STARTUP_TIMEOUT", "2m");

    private static final Duration SOON = Duration.ofSeconds(30);

    private final Process process;
    private final List<String> lines = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private boolean ended;

    /** Safe although {@code this} escapes, because the reader thread uses only fields that are set before it starts. */
    @SuppressWarnings("this-escape")
    public Program(ProcessBuilder builder) throws IOException {
        process = builder.redirectErrorStream(true).start();
        Thread reader = new Thread(this::read, "output of " + process.pid());
        reader.setDaemon(true);
        reader.start();
        Evidence.add("output of " + String.join(" ", builder.command()), () -> output());
    }

    /** The {@code java} command of the JVM that runs the tests. */
    public static String java() {
        return System.getProperty("java.home") + "/bin/java";
    }

    /** Waits for a line that contains {@code pattern}, searching from the first line on. */
    public Matcher awaitLine(String pattern) throws InterruptedException {
        return awaitLine(pattern, PATIENCE);
    }

    /** Like {@link #awaitLine(String)}, for lines that take longer than usual. */
    public Matcher awaitLine(String pattern, Duration patience) throws InterruptedException {
        Pattern compiled = Pattern.compile(pattern);
        long left = patience.toNanos();
        lock.lockInterruptibly();
        try {
            for (int next = 0; ; ) {
                for (; next < lines.size(); next++) {
                    Matcher matcher = compiled.matcher(lines.get(next));
                    if (matcher.find()) {
                        return matcher;
                    }
                }
                if (ended || left <= 0) {
                    throw new AssertionError("no line with " + pattern + " in:\n" + String.join("\n", lines));
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits until {@code count} lines contain {@code pattern}. */
    public void awaitLines(String pattern, int count) throws InterruptedException {
        Pattern compiled = Pattern.compile(pattern);
        long left = PATIENCE.toNanos();
        lock.lockInterruptibly();
        try {
            while (lines.stream().filter(line -> compiled.matcher(line).find()).count() < count) {
                if (ended || left <= 0) {
                    throw new AssertionError(
                            "not " + count + " lines with " + pattern + " in:\n" + String.join("\n", lines));
                }
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    public long pid() {
        return process.pid();
    }

    /** Everything printed so far. */
    public String output() {
        lock.lock();
        try {
            return String.join("\n", lines);
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the end of the process and of its output. */
    public int awaitExit() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running; it printed:\n" + output());
        }
        lock.lockInterruptibly();
        try {
            for (long left = PATIENCE.toNanos(); !ended && left > 0; ) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
        return process.exitValue();
    }

    /** Sends SIGTERM. */
    public void terminate() {
        // Not Process.destroy(), because that also closes the process's output.
        process.toHandle().destroy();
    }

    /** Sends SIGKILL. */
    public void kill() {
        process.destroyForcibly();
    }

    /** The Bun processes among its descendants. */
    public List<ProcessHandle> buns() {
        return process.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("/bun"))
                .toList();
    }

    /** Waits until a process that was told to end has ended; the time suffices on a busy machine. */
    public static boolean endsSoon(ProcessHandle handle) throws InterruptedException {
        return endsWithin(handle, SOON);
    }

    /** Waits until a process has ended, for at most {@code timeout}. */
    public static boolean endsWithin(ProcessHandle handle, Duration timeout) throws InterruptedException {
        // Not onExit(), which is reliable only for a child of this JVM.
        long deadline = System.nanoTime() + timeout.toNanos();
        while (handle.isAlive() && !isDefunct(handle)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return true;
    }

    /**
     * Whether a process has ended and is a zombie, on Linux. An orphan stays one until the system's first process reads
     * its exit code, which may take seconds.
     */
    private static boolean isDefunct(ProcessHandle handle) {
        try {
            String stat = Files.readString(
                    Path.of("/proc", Long.toString(handle.pid()), "stat"), StandardCharsets.ISO_8859_1);
            return stat.startsWith("Z", stat.lastIndexOf(") ") + 2);
        } catch (IOException e) {
            return false; // The process is gone, or this system has no /proc.
        }
    }

    private void read() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                note(line, false);
            }
        } catch (IOException e) {
            // The process is gone.
        }
        note(null, true);
    }

    private void note(String line, boolean end) {
        lock.lock();
        try {
            if (line != null) {
                lines.add(line);
            }
            ended = end;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
