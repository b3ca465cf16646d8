package dev.vtsbasic.build.reproduction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.vtsbasic.testing.Tree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class BuildReproductionTest {
    @TempDir
    private Path project;

    /**
     * Only the first build takes more than a second, so the second build could begin in the same second in which the
     * first ended.
     */
    @Test
    void aTimeInSecondsThatABuildWritesLastIsFound() throws Exception {
        Tree.write(project, "package.json", "{}");
        // A script in place of Bun, which runs the command line after "exec".
        Path bun = Files.writeString(project.resolve("bun"), "#!/bin/sh\nexec sh -c \"$2\"\n");
        assertEquals(true, bun.toFile().setExecutable(true));
        String command = "if [ $USER = vts-first ]; then sleep 1.1; fi; mkdir -p dist; date +%s > dist/built";
        try (BuildReproduction builds = BuildReproduction.of(project.resolve("dist"), bun, Optional.of(command))) {
            ReproductionReport report = builds.run(Duration.ofMinutes(2), line -> {});
            assertFalse(report.reproducible());
            assertEquals("time", report.json().getJsonObject("first").getString("cause"));
        }
    }
}
