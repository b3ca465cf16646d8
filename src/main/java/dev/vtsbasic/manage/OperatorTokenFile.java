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
 * The word by which an instance knows its own user: it lies in a file that nobody else can read, named after the port.
 *
 * <p>Where a request comes from tells nothing: a proxy on this machine speaks for strangers, and need not say so.
 */
public final class OperatorTokenFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OperatorTokenFile.class);

    private static final String PREFIX = "restart-";

    private final String text = UUID.randomUUID().toString();
    private Path file;

    /** Ends with this JVM, so that a file that a killed one has left can be told from one in use. */
    private FileChannel lock;

    public String text() {
        return text;
    }

    /**
     * Lets commands of the same user find it, if it can be written anywhere.
     *
     * @param directories where to, best first
     */
    public synchronized void publish(List<Path> directories, int port) {
        for (Path directory : directories) {
            try {
                sweep(WorkDirectory.makePrivate(directory));
                // Only its owner can read a temporary file.
                Path unfinished = Files.createTempFile(directory, "restart", null);
                Files.writeString(unfinished, text);
                lock = FileChannel.open(unfinished, StandardOpenOption.WRITE);
                lock.lock();
                file = Files.move(unfinished, in(directory, port), StandardCopyOption.ATOMIC_MOVE);
                return;
            } catch (IOException e) {
                LOG.debug("{} cannot hold what the restart command needs", directory, e);
            }
        }
    }

    /** Removes the files of instances that were killed. */
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

    /** What the instance on {@code port} has published. */
    public static Optional<String> find(List<Path> directories, int port) {
        for (Path directory : directories) {
            try {
                if (Files.isRegularFile(in(directory, port))) {
                    // Else it could be a stranger's, and lead to anything.
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

    /** Takes it back, unless another instance has taken the place since. */
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
            Event.LEFT_BEHIND.log(LOG, "Left behind: {problem}", e.getMessage());
        }
    }
}
