package dev.vtsbasic.manage;

import dev.vtsbasic.launch.WorkDirectory;
import dev.vtsbasic.log.Event;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A random token by which an instance recognises its own user. The {@code restart} command reads it from a file that
 * only this user can read, and whose name contains the port. Safe for any number of threads.
 *
 * <p>A loopback address would not be enough, because a proxy on this machine may forward the requests of remote clients
 * without a sign of it.
 */
public final class OperatorTokenFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorTokenFile.class);

    private static final String PREFIX = "restart-";

    private final String text = UUID.randomUUID().toString();
    private Path file;

    /**
     * The lock ends with this JVM at the latest, so that {@code sweep} can tell the file of a killed JVM from a file in
     * use.
     */
    private FileChannel lock;

    public String text() {
        return text;
    }

    /**
     * Writes the token into a file in the first directory that can hold one. If none can, the {@code restart} command
     * of this user finds no token.
     *
     * @param directories candidates, best first
     * @param port port of the server, which becomes part of the file's name
     */
    public synchronized void publish(List<Path> directories, int port) {
        for (Path directory : directories) {
            try {
                sweep(WorkDirectory.makePrivate(directory));
                publish(directory, port);
                return;
            } catch (IOException e) {
                LOG.debug("{} cannot hold what the restart command needs", directory, e);
            }
        }
    }

    private void publish(Path directory, int port) throws IOException {
        // createTempFile makes a file that only its owner can read.
        Path unfinished = Files.createTempFile(directory, "restart", null);
        try {
            Files.writeString(unfinished, text);
            lock = FileChannel.open(unfinished, StandardOpenOption.WRITE);
            lock.lock();
            file = Files.move(unfinished, in(directory, port), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            if (file == null) {
                Files.deleteIfExists(unfinished);
                if (lock != null) {
                    lock.close();
                    lock = null;
                }
            }
        }
    }

    /** Removes the files of killed instances, which nothing locks any more. */
    private static void sweep(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(directory)) {
            files = all.filter(file -> file.getFileName().toString().matches(PREFIX + "\\d+"))
                    .toList();
        }
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                if (channel.tryLock() != null) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | OverlappingFileLockException e) {
                LOG.debug("{} stays", file, e);
            }
        }
    }

    /** The token that this user's instance on {@code port} has published; empty when there is none. */
    public static Optional<String> find(List<Path> directories, int port) {
        for (Path directory : directories) {
            try {
                if (Files.isRegularFile(in(directory, port))) {
                    // Fails if another user can write to the directory, because the file could then belong to that
                    // user.
                    String text = Files.readString(in(WorkDirectory.makePrivate(directory), port));
                    return Optional.of(UUID.fromString(text).toString());
                }
            } catch (IOException | IllegalArgumentException e) {
                LOG.debug("{} holds nothing for the restart command", directory, e);
            }
        }
        return Optional.empty();
    }

    private static Path in(Path directory, int port) {
        return directory.resolve(PREFIX + port);
    }

    /** Removes the file, unless another instance has replaced it since. A second call does nothing. */
    @Override
    public synchronized void close() {
        try {
            if (lock != null) {
                lock.close();
            }
            if (file != null && Files.exists(file) && Files.readString(file).equals(text)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            Event.LEFT_BEHIND.log(LOG, "Could not be removed: {problem}", e.getMessage());
        }
    }
}
