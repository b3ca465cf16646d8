package dev.vtsbasic.bun.process;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class RunDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void theDirectoryIsOpenToThisUserOnlyAndRemovedAtTheEnd() throws Exception {
        Path made;
        try (RunDirectory run = RunDirectory.in(List.of(directory))) {
            made = socket(run).getParent();
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
            Files.createFile(socket(run));
            assertTrue(Files.size(run.launcher()) > 0);
        }
        assertFalse(Files.exists(made));
    }

    @Test
    void aDeletedLauncherIsWrittenAgain() throws Exception {
        try (RunDirectory run = RunDirectory.in(List.of(directory))) {
            Path launcher = run.launcher();
            Files.delete(launcher);
            Files.delete(launcher.resolveSibling("owner.sock"));
            Files.delete(launcher.getParent());
            assertTrue(Files.size(run.launcher()) > 0);
        }
    }

    @Test
    void aDirectoryThatAnotherUserPutInItsPlaceIsNotUsed() throws Exception {
        try (RunDirectory run = RunDirectory.in(List.of(directory))) {
            byte[] ours = Files.readAllBytes(run.launcher());
            Path taken = run.launcher().getParent();
            Files.delete(run.launcher());
            Files.setPosixFilePermissions(taken, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.writeString(taken.resolve("launcher.js"), "theirs");
            assertArrayEquals(ours, Files.readAllBytes(run.launcher()));
            assertNotEquals(taken, run.launcher().getParent());
            assertEquals(run.launcher().getParent(), socket(run).getParent());

            Path next = run.launcher().getParent();
            Files.delete(run.launcher());
            Files.delete(next.resolve("owner.sock"));
            Files.delete(next);
            Path precious = Files.createDirectory(
                    directory.resolve("precious"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createSymbolicLink(next, precious);
            assertNotEquals(next, run.launcher().getParent());
            assertEquals(0, Files.list(precious).count());
        }
        assertTrue(Files.exists(directory.resolve("precious")));
    }

    @Test
    void theLauncherIsWrittenAgainForEachStart() throws Exception {
        try (RunDirectory run = RunDirectory.in(List.of(directory))) {
            byte[] ours = Files.readAllBytes(run.launcher());
            Files.writeString(run.launcher(), "other");
            assertArrayEquals(ours, Files.readAllBytes(run.launcher()));
        }
    }

    @Test
    void theDirectoryOfAKilledJvmIsRemovedAtTheNextStart() throws Exception {
        Path left;
        try (RunDirectory run = RunDirectory.in(List.of(directory))) {
            left = copyOf(run.launcher().getParent(), "vts-123");
            Path strangers = copyOf(left, "vts-strangers");
            Path unsigned = Files.createDirectory(
                    directory.resolve("vts-456"),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            try (RunDirectory another = RunDirectory.in(List.of(directory))) {
                assertFalse(Files.exists(left));
                assertTrue(Files.exists(strangers) && Files.exists(unsigned));
                assertTrue(Files.exists(socket(run).getParent()), "it is in use");
                assertTrue(Files.exists(another.launcher()));
            }
            assertTrue(Files.exists(run.launcher()));
        }
    }

    private static Path socket(RunDirectory run) {
        return run.filesOf("worker-1", true).socket().orElseThrow();
    }

    /** Copies a run directory and adds a socket on which no process listens. */
    private Path copyOf(Path run, String name) throws IOException {
        Path copy = Files.createDirectory(
                directory.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.copy(run.resolve("launcher.js"), copy.resolve("launcher.js"));
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(copy.resolve("owner.sock")))
                .close();
        return copy;
    }

    @Test
    void workersThatStartAtTheSameTimeGetACompleteLauncher() throws Exception {
        for (int round = 0; round < 50; round++) {
            try (RunDirectory run = RunDirectory.in(List.of(directory))) {
                Set<Long> sizes = IntStream.range(0, 8)
                        .parallel()
                        .mapToObj(i -> assertDoesNotThrow(() -> Files.size(run.launcher())))
                        .collect(Collectors.toSet());
                assertEquals(1, sizes.size());
            }
        }
    }

    @Test
    void aParentWithANameTooLongForASocketIsSkipped() throws Exception {
        Path tooLong = directory.resolve("x".repeat(100));
        try (RunDirectory run = RunDirectory.in(List.of(tooLong, directory))) {
            assertEquals(directory, socket(run).getParent().getParent());
        }
        String message = assertThrows(IOException.class, () -> RunDirectory.in(List.of(tooLong)))
                .getMessage();
        assertEquals(
                "No directory for Bun's socket; set VTS_WORK_DIR to a writable one with a short name. Tried:\n  "
                        + tooLong + ": its name is too long for a socket's path",
                message);
    }
}
