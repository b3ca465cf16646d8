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
 * A new directory that is deleted when it is closed or, if its JVM was killed, by the next JVM that makes one beside
 * it.
 *
 * <p>A lock file lies beside each directory. The system releases the lock when the JVM ends, so that another JVM can
 * tell a directory that was left behind from one in use.
 */
public final class OwnedDirectory implements AutoCloseable {
    private static final String LOCK = ".lock";

    /**
     * Part of the names of this JVM's lock files. Its sweeps skip these files, because opening and closing a file
     * releases all locks that this JVM has on it, including the locks of another copy of the WAR.
     */
    private static final String JVM = ProcessHandle.current().pid() + "-"
            + ProcessHandle.current()
                    .info()
                    .startInstant()
                    .map(Instant::toEpochMilli)
                    .orElse(0L)
            + "-";

    /** A sweep skips younger lock files, because a JVM makes its file a moment before it locks it. */
    private static final Duration MIN_LOCK_AGE = Duration.ofMinutes(1);

    private final Path path;
    private final FileChannel channel;

    private OwnedDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Makes a directory that no other user can enter, and removes those of the same prefix that killed JVMs of this
     * user have left in {@code parent}.
     *
     * @param parent a directory in which other users cannot replace files of this user
     * @param prefix start of the directory's name
     * @throws IOException when the directory or its lock cannot be made
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
            return; // Leftover directories only use disk space, and the next sweep tries again.
        }
        for (Path lock : locks) {
            try {
                // In a directory that all users share, a file may belong to another user, or be a link to any file.
                if (Files.isRegularFile(lock, LinkOption.NOFOLLOW_LINKS)
                        && Files.getOwner(lock, LinkOption.NOFOLLOW_LINKS).equals(us)
                        && Files.getLastModifiedTime(lock)
                                .toInstant()
                                .isBefore(Instant.now().minus(MIN_LOCK_AGE))) {
                    removeIfLeftBehind(lock);
                }
            } catch (IOException | OverlappingFileLockException e) {
                // Another JVM has removed it, or it is in use; the sweep goes on with the next.
            }
        }
    }

    private static boolean isOfAnother(String name, String prefix) {
        return name.startsWith(prefix) && name.endsWith(LOCK) && !name.startsWith(prefix + JVM);
    }

    private static void removeIfLeftBehind(Path lock) throws IOException {
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE)) {
            if (channel.tryLock() != null) {
                DirectoryTree.delete(directoryOf(lock));
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
            DirectoryTree.delete(path);
        }
        Files.deleteIfExists(path.resolveSibling(path.getFileName() + LOCK));
    }
}
