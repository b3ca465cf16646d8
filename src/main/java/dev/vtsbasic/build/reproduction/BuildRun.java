package dev.vtsbasic.build.reproduction;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One run of a project's build in a child process, which {@link #close} kills if it still runs. */
final class BuildRun implements AutoCloseable {
    private static final int MAX_LOG_LINES = 15;
    private static final long KILL_TIMEOUT_SECONDS = 5;

    private final Process process;
    private final Path log;

    private BuildRun(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts a build. It inherits this program's environment except {@code VTS_*} and {@code XDG_*}.
     *
     * @param environment variables to add to the inherited environment, or to replace in it
     * @param log the file for the build's output and errors
     */
    static BuildRun start(List<String> command, Path directory, Map<String, String> environment, Path log)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_") || name.startsWith("XDG_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        return new BuildRun(process, log);
    }

    /** The command that makes Bun run a script of {@code package.json}; without {@code /bin/sh}, Bun is the shell. */
    static List<String> ofScript(Path bun, String script) {
        boolean hasShell = File.separatorChar == '/' && Files.isExecutable(Path.of("/bin/sh"));
        return List.of(bun.toString(), "run", "--shell=" + (hasShell ? "system" : "bun"), script);
    }

    /** The command that makes Bun run a command line in Bun's own shell. */
    static List<String> ofCommand(Path bun, String command) {
        return List.of(bun.toString(), "exec", command);
    }

    /**
     * Waits for the end of the build.
     *
     * @throws IOException if the build fails or takes longer than {@code limit}; the message has the last lines of
     *     output
     */
    void await(Duration limit) throws IOException, InterruptedException {
        if (!process.waitFor(Math.max(0, limit.toNanos()), TimeUnit.NANOSECONDS)) {
            throw new IOException(
                    "The build did not end in time; --time-limit gives it more. It printed last:" + lastLines());
        }
        if (process.exitValue() != 0) {
            throw new IOException("The build failed with exit code " + process.exitValue()
                    + "; --build-command sets another build command. It printed last:" + lastLines());
        }
    }

    private String lastLines() throws IOException {
        List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .replaceAll("\\x1b\\[[0-9;]*m", "")
                .lines()
                .toList();
        return "\n  " + String.join("\n  ", lines.subList(Math.max(0, lines.size() - MAX_LOG_LINES), lines.size()));
    }

    /** Kills the build and its descendants, and waits up to five seconds for its end. */
    @Override
    public void close() {
        List<ProcessHandle> below;
        try (Stream<ProcessHandle> descendants = process.descendants()) {
            below = descendants.toList();
        }
        process.destroyForcibly();
        below.forEach(ProcessHandle::destroyForcibly);
        try {
            process.waitFor(KILL_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
