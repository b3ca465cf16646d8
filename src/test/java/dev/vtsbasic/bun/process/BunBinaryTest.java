package dev.vtsbasic.bun.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uses shell scripts in place of Bun, because only the behavior of the started file matters. */
@DisabledOnOs(OS.WINDOWS)
class BunBinaryTest {
    private static final String GOOD = "#!/bin/sh\n[ \"$1\" = --version ] && echo 1.4.2\n";

    @TempDir
    private Path directory;

    @Test
    void theConfiguredBunIsRunForItsVersion() throws Exception {
        Path bun = script(GOOD);
        assertEquals(new BunBinary(bun, "1.4.2", Optional.empty()), find(bun));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.4.0", "1.4.10", "1.10.0", "2.0.0", "1.5.0-canary.7", "1.4.1+abcdef"})
    void aVersionFromTheMinimumUpIsAccepted(String version) throws Exception {
        assertEquals(version, find(script("#!/bin/sh\necho " + version)).version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.3.99", "0.9.9", "1.4.0-canary.1"})
    void aVersionBelowTheMinimumIsRejected(String version) throws Exception {
        Path bun = script("#!/bin/sh\necho " + version);
        assertEquals(bun + " is Bun " + version + "; 1.4.0 or newer is needed", refusal(bun));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rubbish", "v1.4.2", "1.4", "1.4.2\nmore", "1.4.2-", "1.4.2 or so", ""})
    void aFileThatPrintsNoVersionIsRejected(String output) throws Exception {
        Path bun = script("#!/bin/sh\nprintf '" + output + "'");
        assertEquals(bun + " --version ended with exit code 0 and printed \"" + output + "\"", refusal(bun));
    }

    @Test
    void aFileThatFailsIsRejectedWithItsOutput() throws Exception {
        Path bun = script("#!/bin/sh\necho 1.4.2\necho no libc >&2\nexit 1");
        assertEquals(bun + " --version ended with exit code 1 and printed \"1.4.2\nno libc\"", refusal(bun));
    }

    @Test
    void aFileThatPrintsAVersionAndFailsIsRejected() throws Exception {
        Path bun = script("#!/bin/sh\necho 1.4.2\nexit 3");
        assertEquals(bun + " --version ended with exit code 3 and printed \"1.4.2\"", refusal(bun));
    }

    @Test
    void aFileThatCannotBeExecutedIsRejected() throws Exception {
        Path bun = Files.writeString(directory.resolve("bun"), GOOD);
        String message = refusal(bun);
        assertTrue(message.startsWith(bun + " cannot be executed ("), message);
        IOException refused = assertThrows(IOException.class, () -> find(bun));
        assertNotNull(refused.getCause().getCause(), "the system's own error");
    }

    @Test
    void aPathThatIsNoFileIsRejected() {
        assertEquals(directory + " is not a file", refusal(directory));
        assertEquals(directory.resolve("gone") + " is not a file", refusal(directory.resolve("gone")));
    }

    @Test
    void theBundledBunRunsFromItsOwnPathAndIsMadeExecutable() throws Exception {
        Path inPlace = Files.writeString(directory.resolve("bun"), GOOD);
        BunBinary found = BunBinary.find(Optional.empty(), bundled(GOOD, Optional.of(inPlace)), List.of());
        assertEquals(inPlace, found.path());
    }

    @Test
    void theBundledBunIsUnpackedIntoTheFirstUsableWorkDirectory() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "");
        Path work = directory.resolve("work");
        BunBinary found = BunBinary.find(Optional.empty(), bundled(GOOD, Optional.empty()), List.of(file, work));
        assertEquals(work.resolve("bun-1.4.2-0123456789ab/bun"), found.path());
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(found.path().getParent())));
        assertEquals(
                found.path(),
                BunBinary.find(Optional.empty(), bundled(GOOD, Optional.empty()), List.of(work))
                        .path());
    }

    @Test
    void anUnpackedBunThatWasDeletedIsUnpackedAgain() throws Exception {
        Path work = directory.resolve("work");
        BunBinary found = BunBinary.find(Optional.empty(), bundled(GOOD, Optional.empty()), List.of(work));
        assertEquals(found.path(), found.restored());
        Files.delete(found.path());
        assertEquals(GOOD, Files.readString(found.restored()));
        assertTrue(Files.isExecutable(found.path()));
        Files.delete(found.path());
        Files.delete(found.path().getParent());
        Files.delete(work);
        assertEquals(GOOD, Files.readString(found.restored()));
        assertEquals(
                "rwx------",
                PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(found.path().getParent())));
        Files.setPosixFilePermissions(found.path().getParent(), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThrows(IOException.class, found::restored, "others may have put theirs there");
    }

    @Test
    void anIncompleteBunIsUnpackedAgain() throws Exception {
        Path work = directory.resolve("work");
        Path bun = BunBinary.find(Optional.empty(), bundled(GOOD, Optional.empty()), List.of(work))
                .path();
        Files.writeString(bun, "#!/bin/sh\n");
        BunBinary.find(Optional.empty(), bundled(GOOD, Optional.empty()), List.of(work));
        assertEquals(GOOD, Files.readString(bun));
    }

    @Test
    void theErrorNamesABundledBunThatDoesNotRunHere() throws Exception {
        Optional<BundledBun> broken = bundled("#!/bin/sh\nexit 1\n", Optional.empty());
        Path work = directory.resolve("work");
        try {
            BunBinary found = BunBinary.find(Optional.empty(), broken, List.of(work));
            assertFalse(found.path().startsWith(work), "this host has one on its PATH");
        } catch (IOException e) {
            String message = e.getMessage();
            assertTrue(
                    message.startsWith("No usable Bun found; set VTS_BUN to a bun binary of version 1.4.0"), message);
            assertTrue(
                    message.contains("the one in the WAR: cannot be run from any directory; set VTS_WORK_DIR"),
                    message);
            assertTrue(message.contains(work + "/bun-1.4.2-"), message);
            assertEquals(1, e.getSuppressed()[0].getSuppressed().length, "the failure in the work directory");
        }
    }

    @Test
    void aConfiguredBunIsTheOnlyOneTried() {
        Path gone = directory.resolve("gone");
        assertThrows(
                IOException.class,
                () -> BunBinary.find(Optional.of(gone), bundled(GOOD, Optional.empty()), List.of(directory)));
    }

    private Path script(String text) throws IOException {
        Path script = Files.createFile(
                directory.resolve("bun"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return Files.writeString(script, text);
    }

    private static BunBinary find(Path bun) throws IOException {
        return BunBinary.find(Optional.of(bun), Optional.empty(), List.of());
    }

    private static String refusal(Path bun) {
        String message = assertThrows(IOException.class, () -> find(bun)).getMessage();
        String start = "VTS_BUN names " + bun + ", which cannot be used: ";
        assertTrue(message.startsWith(start), message);
        return message.substring(start.length());
    }

    private static Optional<BundledBun> bundled(String script, Optional<Path> onDisk) {
        String platform = System.getProperty("os.name").toLowerCase(Locale.ROOT).replaceAll("\\s.*", "") + "-"
                + System.getProperty("os.arch");
        byte[] content = script.getBytes(StandardCharsets.UTF_8);
        BundledBun.Facts facts = new BundledBun.Facts("1.4.2", platform, content.length, "0123456789abcdef");
        return Optional.of(new BundledBun(facts, onDisk, () -> new ByteArrayInputStream(content)));
    }
}
