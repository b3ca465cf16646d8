package dev.vtsbasic.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
class WorkDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void aNewDirectoryIsOpenToThisUserOnly() throws Exception {
        Path made = WorkDirectory.makePrivate(directory.resolve("parent/work"));
        assertEquals("rwx------", modeOf(made));
        assertEquals(made, WorkDirectory.makePrivate(made), "the second time it is found");
        try (var files = Files.list(made)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwx---", "rwx----w-", "rwxrwxrwx"})
    void aDirectoryThatOtherUsersCanWriteToIsRejected(String mode) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(mode));
        IOException refusal = assertThrows(IOException.class, () -> WorkDirectory.makePrivate(directory));
        assertEquals(directory + " can be written to by other users", refusal.getMessage());
        try (var files = Files.list(directory)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void aDirectoryThatOtherUsersCanOnlyReadIsAccepted() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEquals(directory, WorkDirectory.makePrivate(directory));
    }

    /**
     * In a directory like /tmp, another user may have created the link, so that the WAR would be unpacked to a place of
     * their choice.
     */
    @Test
    void aSymbolicLinkIsAcceptedOnlyWhenThisUserOwnsItToo() throws Exception {
        Path work = WorkDirectory.makePrivate(directory.resolve("work"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), work);
        assertEquals(link, WorkDirectory.makePrivate(link));
        assumeTrue(Files.getAttribute(work, "unix:uid").equals(0), "only root can give a link away");
        Files.setAttribute(link, "unix:uid", 65534, LinkOption.NOFOLLOW_LINKS);
        IOException refusal = assertThrows(IOException.class, () -> WorkDirectory.makePrivate(link));
        assertEquals(link + " is a link of another user's", refusal.getMessage());
    }

    @Test
    void theQuestionMarkOfAnUnknownUserIsReplaced() {
        assertEquals(Path.of("/tmp/vts-basic-_"), WorkDirectory.inTemporary("/tmp", "?"));
        assertEquals(Path.of("/tmp/vts-basic-web"), WorkDirectory.inTemporary("/tmp", "web"));
    }

    @Test
    void aFileIsRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThrows(IOException.class, () -> WorkDirectory.makePrivate(file));
    }

    @Test
    void aDirectoryThatCannotBeWrittenToIsRejected() throws Exception {
        Path readOnly = Files.createDirectory(
                directory.resolve("ro"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-x------")));
        assumeFalse(Files.isWritable(readOnly), "root may write anywhere");
        assertThrows(IOException.class, () -> WorkDirectory.makePrivate(readOnly));
    }

    @Test
    void theConfiguredDirectoryComesFirstAndTheTemporaryOneLast() {
        List<Path> candidates = WorkDirectory.candidates(Path.of("mine"));
        assertEquals(Path.of("mine").toAbsolutePath(), candidates.get(0));
        assertEquals(
                Path.of(System.getProperty("java.io.tmpdir")),
                candidates.get(candidates.size() - 1).getParent());
        assertEquals(
                candidates.subList(1, candidates.size()), WorkDirectory.candidates(null), "nothing else depends on it");
        assertTrue(candidates.stream().allMatch(Path::isAbsolute), candidates.toString());
    }

    static Path openToOthers(Path directory) throws IOException {
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));
    }

    static Path closeToOthers(Path directory) throws IOException {
        return Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    private static String modeOf(Path directory) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory));
    }
}
