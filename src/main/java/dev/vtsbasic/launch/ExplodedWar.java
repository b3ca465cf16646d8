package dev.vtsbasic.launch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Explodes the {@code WEB-INF} of a WAR into a directory whose name identifies the content: {@code war-DIGEST} in a
 * work directory.
 *
 * <p>Each file is written under a temporary name and then renamed, so that a killed JVM leaves no incomplete file under
 * its final name. Several JVMs may start at once; one writes the files, and the others wait for it. Files that are missing or have another size are
 * written again. Each running JVM holds a shared lock on its directory. Directories of other versions that no JVM has
 * locked are removed.
 */
final class ExplodedWar {
    private static final String PREFIX = "war-";
    private static final String LOCK = ".lock";

    /** Keeps the locks from the garbage collector, which would close the files and so release the locks. */
    private static final List<FileLock> HELD_LOCKS = new ArrayList<>();

    private ExplodedWar() {}

    /**
     * Explodes the WAR into the first work directory that can be used. To be called once in a JVM, because a JVM cannot
     * lock a file twice.
     *
     * @param workDirectories best first
     * @return the directory that holds {@code WEB-INF}
     * @throws IOException when no work directory can be used; the message names each and its fault
     */
    static Path explode(Path war, List<Path> workDirectories) throws IOException {
        StringBuilder refusals = new StringBuilder();
        try (ZipFile zip = new ZipFile(war.toFile())) {
            List<? extends ZipEntry> entries = zip.stream()
                    .filter(entry -> !entry.isDirectory() && entry.getName().startsWith("WEB-INF/"))
                    .toList();
            String name = PREFIX + digestOf(entries);
            for (Path workDirectory : workDirectories) {
                try {
                    Path home = WorkDirectory.makePrivate(workDirectory).resolve(name);
                    explode(zip, entries, workDirectory, home);
                    return home;
                } catch (IOException e) {
                    refusals.append("\n  ").append(e.getMessage());
                }
            }
        }
        throw new IOException("No directory to unpack " + war + " into; set VTS_WORK_DIR to one that this user alone"
                + " can write to. Tried:" + refusals);
    }

    private static String digestOf(List<? extends ZipEntry> entries) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ZipEntry entry : entries) {
                digest.update(entry.getName().getBytes(StandardCharsets.UTF_8));
                digest.update(ByteBuffer.allocate(17)
                        .put((byte) 0)
                        .putLong(entry.getSize())
                        .putLong(entry.getCrc())
                        .array());
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(ZipFile zip, ZipEntry entry, Path home) throws IOException {
        Path file = home.resolve(entry.getName()).normalize();
        if (!file.startsWith(home)) {
            throw new IOException("The WAR names a file outside itself: " + entry.getName());
        }
        if (Files.isRegularFile(file) && Files.size(file) == entry.getSize()) {
            return;
        }
        Files.createDirectories(file.getParent());
        Path part = Files.createTempFile(file.getParent(), ".part", null);
        try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * Locks the directory, removes the other directories that no JVM has locked, and writes what is missing. One process
     * at a time does this. Otherwise a process could lock a file that another one is about to delete with its directory,
     * or replace the Bun that another one has just started.
     */
    private static synchronized void explode(
            ZipFile zip, List<? extends ZipEntry> entries, Path workDirectory, Path home) throws IOException {
        try (FileChannel gate =
                FileChannel.open(workDirectory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            gate.lock();
            Files.createDirectories(home);
            lock(home);
            removeUnused(workDirectory, home.getFileName().toString());
            for (ZipEntry entry : entries) {
                write(zip, entry, home);
            }
        }
    }

    /** Takes a shared lock on the directory, which the system releases when this JVM ends in any way. */
    @SuppressWarnings("resource")
    private static void lock(Path home) throws IOException {
        FileChannel file = FileChannel.open(
                home.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        HELD_LOCKS.add(file.lock(0, Long.MAX_VALUE, true));
    }

    private static void removeUnused(Path workDirectory, String inUse) {
        try (Stream<Path> siblings = Files.list(workDirectory)) {
            for (Path sibling : siblings.toList()) {
                String name = sibling.getFileName().toString();
                if (name.startsWith(PREFIX) && !name.equals(inUse) && Files.isDirectory(sibling)) {
                    removeIfUnused(sibling);
                }
            }
        } catch (IOException e) {
            // Old files cost disk space only; the next start tries again.
        }
    }

    private static void removeIfUnused(Path home) throws IOException {
        try (FileChannel lock =
                FileChannel.open(home.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            if (lock.tryLock() == null) {
                return;
            }
            try (Stream<Path> files = Files.walk(home)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (OverlappingFileLockException e) {
            // This JVM itself has locked it.
        }
    }
}
