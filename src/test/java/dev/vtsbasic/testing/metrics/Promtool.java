package dev.vtsbasic.testing.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Prometheus' own checker, for example from Debian's package {@code prometheus}. */
public final class Promtool {
    private Promtool() {}

    /** Skips the test where promtool is not installed, unless {@code CI=true}. */
    public static void assertAccepts(String input, String... arguments) throws IOException, InterruptedException {
        Prometheus.assumeInstalled("promtool");
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Path file = Files.createTempFile("promtool", "");
        try {
            Files.writeString(file, input, StandardCharsets.UTF_8);
            Process process = new ProcessBuilder(command)
                    .redirectInput(file.toFile())
                    .redirectErrorStream(true)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor(), output);
        } finally {
            Files.delete(file);
        }
    }
}
