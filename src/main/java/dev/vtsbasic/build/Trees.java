package dev.vtsbasic.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Removes directories with all that is in them. */
final class Trees {
    private static final int ATTEMPTS = 5;

    private Trees() {}

    /** What was just killed may still write, so that a directory is not empty when it should be: then once more. */
    static void delete(Path tree) throws IOException {
        for (int attempt = 1; Files.exists(tree); attempt++) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException | UncheckedIOException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
