package dev.vtsbasic.bun.process;

import dev.vtsbasic.bun.output.ControlLineHandler;
import dev.vtsbasic.bun.output.OutputLog;
import dev.vtsbasic.bun.output.WorkerOutput;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.Worker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** One Bun process, which serves the app through the launcher. */
public final class BunProcess {
    /** The exit code that Java reports for a process that SIGKILL ended. */
    private static final int SIGKILL_EXIT_CODE = 128 + 9;

    private static final Logger LOG = LoggerFactory.getLogger(BunProcess.class);
    private static final Logger APP_LOG = LoggerFactory.getLogger("vts.app");
    private static final long MIN_PROBE_PAUSE_MILLIS = 50;
    private static final long MAX_PROBE_PAUSE_MILLIS = 1000;

    /** The launcher ends when it reads any line after the first. */
    private static final String STOP = "stop\n";

    private static final long OUTPUT_TIMEOUT_MILLIS = 1000;
    private static final long GROUP_TIMEOUT_SECONDS = 5;

    private final String name;
    private final Process process;
    private final Instant started = Instant.now();
    private final RunDirectory.WorkerFiles files;
    private final String token;
    private final CompletableFuture<Integer> listeningPort = new CompletableFuture<>();
    private final WorkerOutput output;
    private final CompletableFuture<Void> groupEnded;
    private volatile Worker worker;
    private volatile BegunRequests begunAtEnd;

    /**
     * @param token printed by the launcher in front of its port, and needed for a {@link #ping}
     * @param group killed after the end of the process
     */
    BunProcess(String name, Process process, RunDirectory.WorkerFiles files, String token, ProcessGroup group) {
        this.name = name;
        this.process = process;
        this.files = files;
        this.token = token;
        this.output = new WorkerOutput(
                name, process.getInputStream(), process.getErrorStream(), new LauncherLines(), printed(name));
        process.onExit().thenRun(() -> {
            begunAtEnd = files.readBegunRequests();
            files.delete();
        });
        process.onExit().thenRun(() -> listeningPort.completeExceptionally(new IOException("ended")));
        this.groupEnded = process.onExit().thenRun(group::kill);
    }

    /**
     * Recognizes the line that the launcher prints once it listens: a line break, and then a line with a token that the
     * app does not know and the port. Empty lines before it count as the launcher's, because the line break makes one
     * if the app has left no line unfinished.
     */
    private final class LauncherLines implements ControlLineHandler {
        @Override
        public boolean take(String line) {
            if (listeningPort.isDone()) {
                return false;
            }
            if (line.matches(token + " [0-9]{1,5}")) {
                listeningPort.complete(Integer.parseInt(line.substring(token.length() + 1)));
                return true;
            }
            return line.isEmpty();
        }

        @Override
        public boolean mayFollow() {
            return !listeningPort.isDone();
        }
    }

    private static OutputLog.Sink printed(String worker) {
        return new OutputLog.Sink() {
            @Override
            public void onLine(Level level, String stream, String text) {
                Event.WORKER_OUTPUT.logAt(level, APP_LOG, "{worker}: {line}", worker, text, "stream", stream);
            }

            @Override
            public void onDropped(long lines) {
                Event.WORKER_OUTPUT_LEFT_OUT.log(
                        APP_LOG, "{worker}: {lines} lines suppressed: more than the log takes", worker, lines);
            }
        };
    }

    /** Writes a line to the launcher's stdin. Leaves stdin open, because the launcher ends when stdin ends. */
    static void tell(Process process, String line) {
        try {
            OutputStream stdin = process.getOutputStream();
            stdin.write(line.getBytes(StandardCharsets.UTF_8));
            stdin.flush();
        } catch (IOException e) {
            // The process has ended already; callers that wait for it will notice.
        }
    }

    /**
     * Waits until the app's module is loaded and the launcher listens.
     *
     * @param deadline in terms of {@link System#nanoTime}
     * @throws NotReadyException when the launcher does not listen in time
     * @throws ExitedException when the process ended first
     */
    public Worker awaitListening(long deadline) throws InterruptedException, NotReadyException, ExitedException {
        try {
            int port = listeningPort.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            SocketAddress address = files.socket()
                    .<SocketAddress>map(UnixDomainSocketAddress::of)
                    .orElseGet(() -> new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            worker = new Worker(name, address);
            return worker;
        } catch (ExecutionException e) {
            throw new ExitedException();
        } catch (TimeoutException e) {
            throw new NotReadyException(Optional.empty());
        }
    }

    /**
     * Probes {@code path} until the listening app responds with a status below 500. The pause between two probes
     * doubles from 50 ms up to 1 s.
     *
     * @param deadline in terms of {@link System#nanoTime}
     * @param onSlowResponse called once for each probe whose response takes longer than a second, or than the time that
     *     is left
     * @throws NotReadyException when there is no such response before {@code deadline}
     * @throws ExitedException when the process ended first
     */
    public ProbeResponse awaitReady(String path, long deadline, Runnable onSlowResponse)
            throws InterruptedException, NotReadyException, ExitedException {
        Optional<ProbeResponse> last = Optional.empty();
        long pause = MIN_PROBE_PAUSE_MILLIS;
        while (true) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.isNegative()) {
                throw new NotReadyException(last);
            }
            try {
                ProbeResponse response = HttpProbe.ask(worker.address(), path, left, onSlowResponse);
                if (response.isReady()) {
                    return response;
                }
                last = Optional.of(response);
            } catch (IOException e) {
                // The loop probes again while there is time and the process runs.
            }
            if (process.waitFor(Math.min(pause, left.toMillis()), TimeUnit.MILLISECONDS)) {
                throw new ExitedException();
            }
            pause = Math.min(MAX_PROBE_PAUSE_MILLIS, 2 * pause);
        }
    }

    /**
     * Asks the launcher, not the app, whether the process's event loop runs.
     *
     * @return resident memory in bytes; empty when there is no response in time, or the process does not listen yet
     * @throws HttpProbe.ProbeNotSentException when this JVM cannot ask, for lack of file descriptors for example
     */
    public OptionalLong ping(Duration timeout) throws HttpProbe.ProbeNotSentException {
        Worker known = worker;
        return known == null ? OptionalLong.empty() : HttpProbe.ping(known.address(), token, timeout);
    }

    /** The requests that the app received last; also known after the end of the process. */
    public BegunRequests begunRequests() {
        BegunRequests known = begunAtEnd;
        if (known != null) {
            return known;
        }
        BegunRequests now = files.readBegunRequests();
        // If the file is missing, the exit handler has read it before it deleted the file.
        return now.known() ? now : Objects.requireNonNullElse(begunAtEnd, now);
    }

    /**
     * Whether a signal (such as SIGSTOP) has stopped the process, so that no request holds its event loop. False where
     * the system has no {@code /proc}.
     */
    public boolean isStopped() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"), StandardCharsets.ISO_8859_1);
            // The state follows the program's name in parentheses, and the name may hold any character.
            return stat.startsWith(") T", stat.lastIndexOf(')'));
        } catch (IOException e) {
            return false;
        }
    }

    /** Processor time used so far; zero when the system does not report it. */
    public Duration cpuTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    public Instant started() {
        return started;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Waits up to {@code timeout} for the end of the process, and returns whether it has ended. */
    public boolean endsWithin(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Whether SIGKILL ended the process. That signal comes from the kernel or from another process, because no process
     * sends it to itself.
     */
    public boolean wasKilled() {
        return !process.isAlive() && process.exitValue() == SIGKILL_EXIT_CODE;
    }

    public void whenEnded(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** Waits for the end of the process, and returns its exit code. */
    public int awaitExit() throws InterruptedException {
        return process.waitFor();
    }

    public long pid() {
        return process.pid();
    }

    /** The worker that the proxy uses; null until the process listens. */
    public Worker worker() {
        return worker;
    }

    public String name() {
        return name;
    }

    /** The last lines that the process printed, oldest first. */
    public List<String> lastLines() {
        return output.lastLines();
    }

    /** The last output as the end of a log message; it also says if the process printed nothing. */
    public String describeOutput() throws InterruptedException {
        String lines = describeLastLines();
        return lines.isEmpty() ? "; it printed nothing" : lines;
    }

    /** The last output as the end of a log message, one line each; empty when the process printed nothing. */
    public String describeLastLines() throws InterruptedException {
        // Processes that the worker started hold the pipes open until they have ended, too.
        awaitGroupEnd();
        output.awaitEnd(OUTPUT_TIMEOUT_MILLIS);
        return output.lastLines().isEmpty() ? "" : "; it printed last:\n  " + String.join("\n  ", output.lastLines());
    }

    /**
     * Tells the launcher to finish its requests and end, and kills the process if it has not ended within {@code
     * grace}. Then kills the processes that it has started.
     */
    public void stop(Duration grace) throws InterruptedException {
        List<ProcessHandle> started = process.descendants().toList();
        // This is a line and not a signal, because the launcher ignores signals, which service managers and terminals
        // send, too.
        tell(process, STOP);
        if (!process.waitFor(grace.toMillis(), TimeUnit.MILLISECONDS)) {
            kill();
        }
        started.forEach(ProcessHandle::destroyForcibly);
        awaitGroupEnd();
    }

    private void awaitGroupEnd() throws InterruptedException {
        try {
            groupEnded.get(GROUP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("{} may have left processes behind", name, e);
        }
    }

    /** Kills the process and those that it started. */
    public void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** The app did not become ready in time. */
    public static final class NotReadyException extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Optional<ProbeResponse> last;

        NotReadyException(Optional<ProbeResponse> last) {
            this.last = last;
        }

        /** The last error response of the app; empty when it sent none. */
        public Optional<ProbeResponse> last() {
            return last;
        }
    }

    /** The process ended before it was ready. */
    public static final class ExitedException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
