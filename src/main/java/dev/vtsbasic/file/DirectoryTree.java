package dev.vtsbasic.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Removes directories with their content. Safe for any number of threads, also on the same directory. */
public final class DirectoryTree {
    private static final int ATTEMPTS = 5;

    private DirectoryTree() {}

    /**
     * Removes a directory; does nothing if it does not exist. Tries up to five times, because a process that
     * was just killed may still write to the directory or remove files from it.
     *
     * @throws IOException when a file cannot be removed
     */
    public static void delete(Path tree) throws IOException {
        for (int attempt = 1; Files.exists(tree); attempt++) {
            try (Stream<Path> files = Files.walk(tree)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throwIfLast(attempt, e);
            } catch (UncheckedIOException e) {
                throwIfLast(attempt, e.getCause());
            }
        }
    }

    private static void throwIfLast(int attempt, IOException failure) throws IOException {
        if (attempt >= ATTEMPTS) {
            throw failure;
        }
    }
}
