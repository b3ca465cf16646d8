package dev.vtsbasic.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * A new directory that is deleted when it is closed, or, when the JVM was killed, by the next that makes one beside it.
 *
 * <p>Each has a lock beside it that ends with its JVM, so that what a killed one has left can be told from what is in use.
 */
public final class OwnedDirectory implements AutoCloseable {
    private static final String LOCK = ".lock";

    /**
     * Tells our locks from those of other JVMs: opening and closing a file gives up all locks that this very JVM has on
     * it, those of another copy of the WAR too.
     */
    private static final String JVM = ProcessHandle.current().pid() + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .map(Instant::toEpochMilli)
                    .orElse(0L)
            + "-";

    /** A lock is a moment younger than its file. */
    private static final Duration YOUNG = Duration.ofMinutes(1);

    private final Path path;
    private final FileChannel channel;

    private OwnedDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes one that nobody else can enter.
     *
     * @param parent a directory in which no other user can replace what is ours
     * @param prefix of its name; what others of this prefix have left in {@code parent} is removed
     */
    public static OwnedDirectory create(Path parent, String prefix) throws IOException {
        Path lock = Files.createTempFile(parent, prefix + JVM, LOCK);
        FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
        try {
            channel.lock();
            sweep(parent, prefix, Files.getOwner(lock));
            return new OwnedDirectory(
                    Files.createDirectory(directoryOf(lock), privateMode(parent))
                            .toRealPath(),
                    channel);
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(lock);
            throw e;
        }
    }

    private static FileAttribute<?>[] privateMode(Path parent) {
        return parent.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
    }

    private static Path directoryOf(Path lock) {
        String name = lock.getFileName().toString();
        return lock.resolveSibling(name.substring(0, name.length() - LOCK.length()));
    }

    private static void sweep(Path parent, String prefix, UserPrincipal us) {
        List<Path> locks;
        try (Stream<Path> files = Files.list(parent)) {
            locks = files.filter(file -> isOfAnother(file.getFileName().toString(), prefix))
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            return; // What is left takes room only; the next one tries again.
        }
        for (Path lock : locks) {
            try {
                // What lies in a place for all may be another user's, and lead to anything.
                if (Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(lock, LinkOption.NOFOLLOW_LINKS).equals(us)
                        && Files.getLastModifiedTime(lock)
                                .toInstant()
                                .isBefore(Instant.now().minus(YOUNG))) {
                    removeIfLeftBehind(lock);
                }
            } catch (IOException | OverlappingFileLockException e) {
                // It was removed meanwhile, or is in use; the others are looked at all the same.
            }
        }
    }

    private static boolean isOfAnother(String name, String prefix) {
        return name.startsWith(prefix) && name.endsWith(LOCK) && !name.startsWith(prefix + JVM);
    }

    private static void removeIfLeftBehind(Path lock) throws IOException {
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) {
                Trees.delete(directoryOf(lock));
                Files.deleteIfExists(lock);
            }
        }
    }

    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            Trees.delete(path);
        }
        Files.deleteIfExists(path.resolveSibling(path.getFileName() + LOCK));
    }
}
