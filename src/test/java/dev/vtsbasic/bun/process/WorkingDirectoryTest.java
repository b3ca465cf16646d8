package dev.vtsbasic.bun.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.TestSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class WorkingDirectoryTest {
    @TempDir
    private Path directory;

    @Test
    void theAppDirectoryIsTheDefault() throws Exception {
        assertEquals(
                directory,
                WorkingDirectory.of(TestSettings.of("vts.app-dir", directory.toString()))
                        .path());
    }

    @Test
    void theDirectoryThatHoldsALinkIsUsed() throws Exception {
        Files.createDirectories(directory.resolve("releases/1"));
        Path link = Files.createSymbolicLink(directory.resolve("current"), Path.of("releases/1"));
        assertEquals(
                directory,
                WorkingDirectory.of(TestSettings.of("vts.app-dir", link + "/")).path());
    }

    @Test
    void withoutAnAppDirectoryItIsTheStartDirectoryOfTheJvm() throws Exception {
        assertEquals(
                Path.of("").toAbsolutePath(),
                WorkingDirectory.of(TestSettings.of()).path());
    }

    @Test
    void theSettingOverridesTheDefault() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        assertEquals(
                data,
                WorkingDirectory.of(
                                TestSettings.of("vts.app-dir", directory.toString(), "vts.app-cwd", data.toString()))
                        .path());
    }

    @Test
    void theErrorForAMissingDirectoryNamesTheSetting() {
        Path missing = directory.resolve("missing");
        IOException refused = assertThrows(
                IOException.class, () -> WorkingDirectory.of(TestSettings.of("vts.app-cwd", missing.toString())));
        assertTrue(
                refused.getMessage().startsWith("VTS_APP_CWD: " + missing + " is not a directory"),
                refused.getMessage());
    }
}
