package dev.vtsbasic.bun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.bun.process.BunBinary;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.TestSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Tests with a script in place of Bun that records the given launcher input and exits. */
@DisabledOnOs(OS.WINDOWS)
class BunSupervisorTest {
    private static final String ENDS = """
            #!/bin/sh
            case "$*" in *launcher.js) read -r line; echo "$line" >> starts; exit 7;; esac
            """;

    @TempDir
    private Path directory;

    private Path starts;

    @BeforeEach
    void build() throws IOException {
        Files.createDirectories(directory.resolve("dist/client"));
        Files.createDirectories(directory.resolve("dist/server"));
        Files.writeString(directory.resolve("dist/server/server.js"), "");
        starts = Files.createFile(directory.resolve("dist/starts"));
        Files.writeString(directory.resolve("bun"), ENDS);
        assertTrue(directory.resolve("bun").toFile().setExecutable(true));
    }

    @Test
    void afterGivingUpNoSlotStartsAWorkerUntilARestartAndThenAllDo() throws Exception {
        Settings settings = TestSettings.of("vts.workers", "2", "vts.max-crashes", "3");
        BunBinary bun = new BunBinary(directory.resolve("bun"), "1.4.0", Optional.empty());
        try (BunSupervisor supervisor =
                BunSupervisor.start(bun, Dist.at(directory.resolve("dist")), "", settings, List.of(directory))) {
            assertTrue(becomes(supervisor::givenUp, Duration.ofSeconds(60)));
            long begun = startsIn(1) + startsIn(2);
            // Wait for one second, which is longer than the longest pause after so few crashes.
            boolean oneStarts = becomes(() -> startsIn(1) + startsIn(2) > begun, Duration.ofSeconds(1));
            assertEquals(false, oneStarts);
            long first = startsIn(1);
            long second = startsIn(2);
            supervisor.restart();
            assertTrue(becomes(() -> startsIn(1) > first && startsIn(2) > second, Duration.ofSeconds(60)));
        }
    }

    private static boolean becomes(BooleanSupplier condition, Duration within) throws InterruptedException {
        long deadline = System.nanoTime() + within.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        return true;
    }

    private long startsIn(int place) {
        try (Stream<String> lines = Files.lines(starts)) {
            return lines.filter(line -> line.contains("/worker-" + place + "-")).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
