package dev.vtsbasic.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnedDirectoryTest {
    private static final Duration LONG_AGO = Duration.ofHours(1);

    @TempDir
    private Path parent;

    /** Creates a directory as another JVM would leave it behind. */
    private Path leave(String name, Duration age) throws IOException {
        Path directory = Files.createDirectories(parent.resolve(name).resolve("work/Tomcat"));
        Path lock = Files.createFile(parent.resolve(name + ".lock"));
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minus(age)));
        return directory;
    }

    private List<Path> all() throws IOException {
        try (Stream<Path> files = Files.list(parent)) {
            return files.toList();
        }
    }

    @Test
    void aClosedDirectoryLeavesNothing() throws Exception {
        try (OwnedDirectory directory = OwnedDirectory.create(parent, "vts-")) {
            Files.writeString(directory.path().resolve("file"), "");
        }
        assertEquals(List.of(), all());
    }

    @Test
    void theDirectoryOfAKilledJvmIsRemoved() throws Exception {
        leave("vts-123-456-7", LONG_AGO);
        try (OwnedDirectory directory = OwnedDirectory.create(parent, "vts-")) {
            assertTrue(Files.isDirectory(directory.path()));
        }
        assertEquals(List.of(), all());
    }

    @Test
    void aDirectoryInUseOrYoungOrWithAnotherPrefixStays() throws Exception {
        Path used = leave("vts-123-456-7", LONG_AGO);
        Path young = leave("vts-123-456-8", Duration.ZERO);
        Path other = leave("other-123-456-7", LONG_AGO);
        try (FileChannel channel = FileChannel.open(parent.resolve("vts-123-456-7.lock"), StandardOpenOption.WRITE)) {
            channel.lock();
            try (OwnedDirectory before = OwnedDirectory.create(parent, "vts-")) {
                OwnedDirectory.create(parent, "vts-").close();
                for (Path directory : List.of(used, young, other, before.path())) {
                    assertTrue(Files.isDirectory(directory), directory.toString());
                }
            }
        }
    }

    @Test
    void aLinkInTheNameOfALockIsNotFollowed() throws Exception {
        Path precious = Files.createDirectory(parent.resolve("vts-1-2-3"));
        Path elsewhere = Files.createFile(parent.resolve("elsewhere"));
        Files.setLastModifiedTime(elsewhere, FileTime.from(Instant.now().minus(LONG_AGO)));
        Files.createSymbolicLink(parent.resolve("vts-1-2-3.lock"), elsewhere);
        OwnedDirectory.create(parent, "vts-").close();
        assertTrue(Files.exists(precious));
        assertFalse(Files.isSymbolicLink(precious));
    }
}
