package dev.vtsbasic.bun;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory that only this user can enter, for the launcher and the workers' sockets while this JVM runs.
 *
 * <p>Whoever can reach a worker's socket can tell it any client address or scheme, so the directory is what keeps other
 * local users out.
 */
final class RunDirectory implements AutoCloseable {
    /** {@code sun_path} holds 104 bytes on macOS and 108 on Linux, with a NUL at the end. */
    private static final int LONGEST_SOCKET_PATH = 103;

    private static final String LONGEST_NAME = "/worker-100-1000000.sock";

    private final Path directory;

    private RunDirectory(Path directory) {
        this.directory = directory;
    }

    /**
     * @param parents where it may be made, best first
     * @throws IOException when none can be written to, or their names are too long for a socket's path
     */
    static RunDirectory in(List<Path> parents) throws IOException {
        StringBuilder refusals = new StringBuilder();
        for (Path parent : parents) {
            try {
                Files.createDirectories(parent);
                Path directory = Files.createTempDirectory(parent, "vts-");
                if ((directory + LONGEST_NAME).getBytes(StandardCharsets.UTF_8).length <= LONGEST_SOCKET_PATH) {
                    return new RunDirectory(directory);
                }
                Files.delete(directory);
                refusals.append("\n  ").append(parent).append(": its name is too long for a socket's path");
            } catch (IOException e) {
                refusals.append("\n  ").append(e);
            }
        }
        throw new IOException(
                "No directory for Bun's socket; set VTS_WORK_DIR to a writable one with a short name. Tried:"
                        + refusals);
    }

    /** Writes the launcher, again if something swept it away; a worker that starts meanwhile reads a whole one. */
    synchronized Path launcher() throws IOException {
        Files.createDirectories(directory);
        Path launcher = directory.resolve("launcher.js");
        if (!Files.exists(launcher)) {
            Path unfinished = directory.resolve("launcher.js.unfinished");
            try (InputStream script = RunDirectory.class.getResourceAsStream("launcher.js")) {
                Files.copy(script, unfinished, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(unfinished, launcher, StandardCopyOption.ATOMIC_MOVE);
        }
        return launcher;
    }

    Path socket(String workerName) {
        return directory.resolve(workerName + ".sock");
    }

    /** A file in which the launcher notes the request that it began last. */
    Path mark(String workerName) {
        return directory.resolve(workerName + ".mark");
    }

    @Override
    public void close() throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
