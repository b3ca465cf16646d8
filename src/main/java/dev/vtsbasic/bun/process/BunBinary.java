package dev.vtsbasic.bun.process;

import dev.vtsbasic.file.EmptyDirectory;
import dev.vtsbasic.launch.WorkDirectory;
import dev.vtsbasic.log.Event;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor.Version;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Bun binary that this JVM has run to check its version.
 *
 * @param version as {@code bun --version} prints it
 * @param original the binary in the WAR that {@code path} is a copy of; empty when it is not a copy
 */
public record BunBinary(Path path, String version, Optional<BundledBun> original) {
    private static final Logger LOG = LoggerFactory.getLogger(BunBinary.class);

    /** The oldest version with the flags and the HTTP server that the launcher was tested with. */
    private static final String MIN_VERSION = "1.4.0";

    private static final String VERSION = "[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9A-Za-z.]+)?(\\+[0-9A-Za-z.]+)?";

    private static final int VERSION_TIMEOUT_SECONDS = 10;

    /**
     * Finds a Bun that runs here: the configured one or, without a configured one, the first that runs of the one in
     * the WAR and those on the PATH, in this order.
     *
     * @param configured {@code VTS_BUN}; if present, no other is tried
     * @param workDirectories directories to copy the one in the WAR to, best first, if it cannot run from its own path
     * @throws IOException when none runs; the message says what was tried and what the operator can do
     */
    public static BunBinary find(Optional<Path> configured, Optional<BundledBun> bundled, List<Path> workDirectories)
            throws IOException {
        if (configured.isPresent()) {
            try {
                return check(configured.get());
            } catch (IOException e) {
                throw new IOException(
                        "VTS_BUN names " + configured.get() + ", which cannot be used: " + e.getMessage(), e);
            }
        }
        StringBuilder tried = new StringBuilder();
        List<IOException> failures = new ArrayList<>();
        if (bundled.isPresent()) {
            try {
                return unpack(bundled.get(), workDirectories);
            } catch (IOException e) {
                tried.append("\n  the one in the WAR: ").append(e.getMessage());
                failures.add(e);
            }
        } else {
            tried.append("\n  the WAR brings none");
        }
        for (Path path : onPath()) {
            try {
                return check(path);
            } catch (IOException e) {
                tried.append("\n  ").append(e.getMessage());
                failures.add(e);
            }
        }
        throw withSuppressed(
                new IOException("No usable Bun found; set VTS_BUN to a bun binary of version " + MIN_VERSION
                        + " or newer. Tried:" + tried + "\n  the PATH"),
                failures);
    }

    /**
     * The path of the binary. If it is a copy from the WAR that is missing or incomplete, this method copies it again
     * first, because programs that clean temporary directories delete files that have not been opened for a long time.
     *
     * @throws IOException when the copy cannot be made, or when other users can write to its directory
     */
    Path restored() throws IOException {
        if (original.isPresent()) {
            WorkDirectory.makePrivate(path.getParent().getParent());
            WorkDirectory.makePrivate(path.getParent());
            if (!Files.exists(path)) {
                Event.BUN_UNPACKED_AGAIN.log(LOG, "{path} is gone and is unpacked again", path);
            }
            copy(original.get(), path);
        }
        return path;
    }

    private static BunBinary unpack(BundledBun bundled, List<Path> workDirectories) throws IOException {
        if (!bundled.isForThisPlatform()) {
            throw new IOException("is for " + bundled.facts().platform());
        }
        StringBuilder refusals = new StringBuilder();
        List<IOException> failures = new ArrayList<>();
        if (bundled.onDisk().isPresent()) {
            Path inPlace = bundled.onDisk().get();
            try {
                makeExecutable(inPlace);
                return check(inPlace);
            } catch (IOException e) {
                refusals.append("\n    ").append(e.getMessage());
                failures.add(e);
            }
        }
        String name = "bun-" + bundled.facts().version() + "-"
                + bundled.facts().sha256().substring(0, 12);
        for (Path workDirectory : workDirectories) {
            try {
                Path directory = WorkDirectory.makePrivate(
                        WorkDirectory.makePrivate(workDirectory).resolve(name));
                BunBinary copied = check(copy(bundled, directory.resolve("bun")));
                return new BunBinary(copied.path(), copied.version(), Optional.of(bundled));
            } catch (IOException e) {
                Event.BUN_NOT_RUNNABLE.log(
                        LOG, "Cannot run Bun from {directory}: {problem}", workDirectory, e.getMessage());
                refusals.append("\n    ").append(e.getMessage());
                failures.add(e);
            }
        }
        throw withSuppressed(
                new IOException("cannot be run from any directory; set VTS_WORK_DIR to one that is not mounted noexec"
                        + refusals),
                failures);
    }

    private static IOException withSuppressed(IOException failure, List<IOException> causes) {
        causes.forEach(failure::addSuppressed);
        return failure;
    }

    private static Path copy(BundledBun bundled, Path target) throws IOException {
        if (Files.isRegularFile(target) && Files.size(target) == bundled.facts().size()) {
            return target;
        }
        Path part = Files.createTempFile(target.getParent(), "bun", ".part");
        try (InputStream in = bundled.content().open()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            makeExecutable(part);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        return target;
    }

    private static void makeExecutable(Path file) throws IOException {
        if (!Files.isExecutable(file) && !file.toFile().setExecutable(true)) {
            throw new IOException(file + " cannot be made executable");
        }
    }

    /** Runs {@code bun --version}, because only a run shows that a file can be executed here. */
    private static BunBinary check(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            throw new IOException(path + " is not a file");
        }
        try (EmptyDirectory directory = EmptyDirectory.create()) {
            return check(path, directory);
        }
    }

    private static BunBinary check(Path path, EmptyDirectory directory) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(path.toAbsolutePath().toString(), "--version")
                    .directory(directory.path().toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new IOException(path + " cannot be executed (" + e.getMessage() + ")", e);
        }
        try {
            process.getOutputStream().close();
            if (!process.waitFor(VERSION_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException(path + " --version did not end within " + VERSION_TIMEOUT_SECONDS + " s");
            }
            String output = new String(process.getInputStream().readNBytes(200), StandardCharsets.UTF_8).strip();
            if (process.exitValue() != 0 || !output.matches(VERSION)) {
                throw new IOException(path + " --version ended with exit code " + process.exitValue()
                        + " and printed \"" + output + "\"");
            }
            if (Version.parse(output).compareTo(Version.parse(MIN_VERSION)) < 0) {
                throw new IOException(path + " is Bun " + output + "; " + MIN_VERSION + " or newer is needed");
            }
            return new BunBinary(path, output, Optional.empty());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for " + path + " --version", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static List<Path> onPath() {
        String path = System.getenv("PATH");
        if (path == null) {
            return List.of();
        }
        return Stream.of(path.split(Pattern.quote(File.pathSeparator)))
                .filter(directory -> !directory.isEmpty())
                .flatMap(directory -> Stream.of(Path.of(directory, "bun"), Path.of(directory, "bun.exe")))
                .filter(Files::isExecutable)
                .toList();
    }
}
