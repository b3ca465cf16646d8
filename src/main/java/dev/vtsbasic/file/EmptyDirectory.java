package dev.vtsbasic.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A new directory of our own that is deleted in the end. Bun is started in one, because it reads {@code bunfig.toml} of the
 * directory it is started in and runs the modules that are named there under {@code preload}.
 */
public record EmptyDirectory(Path path) implements AutoCloseable {
    public static EmptyDirectory create() throws IOException {
        return new EmptyDirectory(Files.createTempDirectory("vts-empty-").toAbsolutePath());
    }

    @Override
    public void close() {
        try {
            Trees.delete(path);
        } catch (IOException e) {
            // It is empty and lies in a temporary directory.
        }
    }
}
