package dev.vtsbasic.testing.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;

/** A start of {@code java -jar} that must fail. */
public final class FailedStart {
    private FailedStart() {}

    /**
     * Fails unless the program exits with {@code exitCode}, prints {@code message} and no stack trace, and leaves no
     * Bun process.
     */
    public static void assertFails(int exitCode, String message, Map<String, String> environment) throws Exception {
        try (Vts vts = Vts.launch(environment)) {
            int actual = vts.awaitExit();
            assertEquals(exitCode, actual, vts.output());
            assertTrue(vts.output().contains(message), vts.output());
            assertFalse(vts.output().contains("\tat "), vts.output());
            assertTrue(vts.buns().isEmpty());
        }
    }
}
