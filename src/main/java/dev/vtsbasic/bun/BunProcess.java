package dev.vtsbasic.bun;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.bun.output.OutputLog;
import dev.vtsbasic.bun.output.WorkerOutput;
import dev.vtsbasic.log.Event;
import dev.vtsbasic.pool.Worker;
import dev.vtsbasic.settings.BunTransport;
import dev.vtsbasic.settings.Settings;
import jakarta.json.JsonBuilderFactory;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.spi.JsonProvider;
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
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** A running Bun that serves the app through the launcher. */
final class BunProcess {
    /** The exit code of a process that SIGKILL has ended. */
    private static final int KILLED = 128 + 9;

    private static final Logger LOG = LoggerFactory.getLogger(BunProcess.class);
    private static final Logger APP_LOG = LoggerFactory.getLogger("vts.app");
    private static final JsonBuilderFactory JSON = JsonProvider.provider().createBuilderFactory(Map.of());
    private static final long MIN_PROBE_PAUSE_MILLIS = 50;
    private static final long MAX_PROBE_PAUSE_MILLIS = 1000;

    /** Any line after the first tells the launcher to end. */
    private static final String STOP = "stop\n";

    /** Tells the app at which path browsers see it; nothing at the root. */
    private static final String BASE_VARIABLE = "VTS_BASE_PATH";

    private static final long OUTPUT_MILLIS = 1000;
    private static final long GROUP_TIMEOUT_SECONDS = 5;

    private final String name;
    private final Process process;
    private final Instant started = Instant.now();
    private final Path socket;
    private final Path mark;
    private final String token;
    private final CompletableFuture<Integer> listeningPort = new CompletableFuture<>();
    private final WorkerOutput output;
    private final CompletableFuture<Void> groupEnded;
    private volatile SocketAddress address;
    private volatile BegunRequests begunAtEnd;

    private BunProcess(String name, Process process, Path socket, Path mark, String token, ProcessGroup group) {
        this.name = name;
        this.process = process;
        this.socket = socket;
        this.mark = mark;
        this.token = token;
        this.output = new WorkerOutput(
                name,
                process.getInputStream(),
                process.getErrorStream(),
                this::isLaunchersLine,
                () -> !listeningPort.isDone(),
                printed(name));
        process.onExit().thenRun(() -> {
            begunAtEnd = BegunRequests.read(mark);
            mark.toFile().delete();
            if (socket != null) {
                // One that was killed leaves it behind.
                socket.toFile().delete();
            }
        });
        process.onExit().thenRun(() -> listeningPort.completeExceptionally(new IOException("ended")));
        this.groupEnded = process.onExit().thenRun(group::kill);
    }

    private static OutputLog.Sink printed(String worker) {
        return new OutputLog.Sink() {
            @Override
            public void line(Level level, String stream, String text) {
                Event.WORKER_OUTPUT.logAt(level, APP_LOG, "{worker}: {line}", worker, text, "stream", stream);
            }

            @Override
            public void leftOut(long lines) {
                Event.WORKER_OUTPUT_LEFT_OUT.log(
                        APP_LOG, "{worker}: {lines} lines suppressed: more than the log takes", worker, lines);
            }
        };
    }

    /**
     * @param workingDirectory where the app finds relative file names
     * @throws IOException when the process cannot be started
     */
    static BunProcess start(
            String name,
            BunBinary bun,
            Dist dist,
            Path workingDirectory,
            String base,
            Settings settings,
            RunDirectory run)
            throws IOException {
        // Neither packages nor settings may come from outside the build: Bun would ask a registry for a missing
        // package, read .env files, and run what bunfig.toml of the directory it is started in names. So it is started
        // in the build, and the launcher goes to the app's own directory.
        // The launcher before the socket and the mark: with it they may come to lie elsewhere.
        ProcessBuilder builder = new ProcessBuilder(
                        bun.restored().toString(),
                        "--no-install",
                        "--no-env-file",
                        run.launcher().toString())
                .directory(dist.root().toFile());
        boolean unix = settings.bunTransport() == BunTransport.UNIX;
        Path socket = unix ? run.socket(name) : null;
        String token = UUID.randomUUID().toString();
        Map<String, String> environment = builder.environment();
        environment.clear();
        environment.putAll(WorkerEnvironment.of(System.getenv(), settings.workerEnv()));
        environment.put(BASE_VARIABLE, base);
        JsonObjectBuilder launch = JSON.createObjectBuilder()
                .add("entry", dist.entry().toString())
                .add("directory", workingDirectory.toString())
                .add("token", token)
                .add("nice", settings.workerNice());
        if (unix) {
            Files.deleteIfExists(socket);
            launch.add("socket", socket.toString());
        } else {
            launch.add("port", settings.bunPort());
        }
        Path mark = Files.write(run.mark(name), new byte[BegunRequests.SIZE]);
        launch.add("mark", mark.toString());
        Process process = builder.start();
        tell(process, launch.build() + "\n");
        return new BunProcess(name, process, socket, mark, token, new ProcessGroup(bun, process.pid()));
    }

    /** Its stdin stays open: when it closes, the launcher takes it that this JVM is gone. */
    private static void tell(Process process, String line) {
        try {
            OutputStream stdin = process.getOutputStream();
            stdin.write(line.getBytes(StandardCharsets.UTF_8));
            stdin.flush();
        } catch (IOException e) {
            // It has ended already, which whoever waits for it will see.
        }
    }

    /**
     * Waits until the app's module is loaded and listens.
     *
     * @param deadline in terms of {@link System#nanoTime}
     * @throws NotReadyException when it does not listen in time
     * @throws ExitedException when the process ended before
     */
    Worker awaitListening(long deadline) throws InterruptedException, NotReadyException, ExitedException {
        try {
            int port = listeningPort.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            address = socket != null
                    ? UnixDomainSocketAddress.of(socket)
                    : new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
            return new Worker(name, address);
        } catch (ExecutionException e) {
            throw new ExitedException();
        } catch (TimeoutException e) {
            throw new NotReadyException(Optional.empty());
        }
    }

    /**
     * Waits until the app that listens answers. While it answers with errors, it is asked ever less often.
     *
     * @param whenSilent called whenever an answer takes long
     * @throws NotReadyException when it does not answer, or with errors alone, until {@code deadline}
     * @throws ExitedException when the process ended before it answered
     */
    ProbeResponse awaitReady(String path, long deadline, Runnable whenSilent)
            throws InterruptedException, NotReadyException, ExitedException {
        Optional<ProbeResponse> last = Optional.empty();
        long pause = MIN_PROBE_PAUSE_MILLIS;
        while (true) {
            Duration left = Duration.ofNanos(deadline - System.nanoTime());
            if (left.isNegative()) {
                throw new NotReadyException(last);
            }
            try {
                ProbeResponse response = HttpProbe.ask(address, path, left, whenSilent);
                if (response.isReady()) {
                    return response;
                }
                last = Optional.of(response);
            } catch (IOException e) {
                // Asked again below, as long as there is time and a process.
            }
            if (process.waitFor(Math.min(pause, left.toMillis()), TimeUnit.MILLISECONDS)) {
                throw new ExitedException();
            }
            pause = Math.min(MAX_PROBE_PAUSE_MILLIS, 2 * pause);
        }
    }

    /**
     * Asks its event loop.
     *
     * @return resident memory in bytes; empty when there is no answer in time, or it does not listen yet
     * @throws HttpProbe.NotAskedException when that says nothing of it
     */
    OptionalLong ping(Duration timeout) throws HttpProbe.NotAskedException {
        SocketAddress known = address;
        return known == null ? OptionalLong.empty() : HttpProbe.ping(known, token, timeout);
    }

    /** The requests that it began last, also when it has ended. */
    BegunRequests begunRequests() {
        BegunRequests known = begunAtEnd;
        if (known != null) {
            return known;
        }
        BegunRequests now = BegunRequests.read(mark);
        // When the file has gone meanwhile, it was read before.
        return now.known() ? now : Objects.requireNonNullElse(begunAtEnd, now);
    }

    /** Whether somebody has stopped it with a signal, so that it is no request that holds it; false where nobody says. */
    boolean isStopped() {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid()), "stat"), StandardCharsets.ISO_8859_1);
            // The state follows the program's name, which may have any character in it.
            return stat.startsWith(") T", stat.lastIndexOf(')'));
        } catch (IOException e) {
            return false;
        }
    }

    /** How much processor time it has used; zero when the system does not say. */
    Duration cpuTime() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    Instant started() {
        return started;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits for the end of the process, and says whether it has come. */
    boolean endsWithin(Duration timeout) throws InterruptedException {
        return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether it has ended by SIGKILL, which no process sends itself. */
    boolean wasKilled() {
        return !process.isAlive() && process.exitValue() == KILLED;
    }

    void whenEnded(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** Waits for the end of the process. */
    int awaitExit() throws InterruptedException {
        return process.waitFor();
    }

    long pid() {
        return process.pid();
    }

    /** What it printed last. */
    SlotSnapshot.Output output() {
        return new SlotSnapshot.Output(name, output.lastLines());
    }

    /** The same, a line each, to be put behind a message. */
    String lastWords() throws InterruptedException {
        String lines = lastLines();
        return lines.isEmpty() ? "; it printed nothing" : lines;
    }

    /** The same; empty when it printed nothing. */
    String lastLines() throws InterruptedException {
        // What it started holds the pipes open for longer.
        awaitGroupEnd();
        output.awaitEnd(OUTPUT_MILLIS);
        return output.lastLines().isEmpty() ? "" : "; it printed last:\n  " + String.join("\n  ", output.lastLines());
    }

    /** Asks it to finish its requests and end, and kills it when it does not within {@code grace}; then what it started. */
    void stop(Duration grace) throws InterruptedException {
        List<ProcessHandle> started = process.descendants().toList();
        // Not by a signal, which others send too.
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

    /** Kills it and what it started. */
    void kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** The launcher says that it listens with a word that the app does not know, on a line of its own. */
    private boolean isLaunchersLine(String line) {
        if (listeningPort.isDone()) {
            return false;
        }
        if (line.matches(token + " [0-9]{1,5}")) {
            listeningPort.complete(Integer.parseInt(line.substring(token.length() + 1)));
            return true;
        }
        return line.isEmpty();
    }

    /** The app did not become ready in time. */
    static final class NotReadyException extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Optional<ProbeResponse> last;

        NotReadyException(Optional<ProbeResponse> last) {
            this.last = last;
        }

        /** The error that it answered last; empty when it answered nothing. */
        Optional<ProbeResponse> last() {
            return last;
        }
    }

    /** The process ended before it answered. */
    static final class ExitedException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
