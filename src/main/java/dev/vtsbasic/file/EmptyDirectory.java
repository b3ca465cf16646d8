package dev.vtsbasic.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A new directory of our own that is deleted in the end. Bun is started in one, because it reads {@code bunfig.toml} of the
 * directory it is started in and runs the modules that are named there under {@code preload}.
 */
public final class EmptyDirectory implements AutoCloseable {
    private final OwnedDirectory directory;

    private EmptyDirectory(OwnedDirectory directory) {
        this.directory = directory;
    }

    public static EmptyDirectory create() throws IOException {
        return new EmptyDirectory(OwnedDirectory.create(
                Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath(), "vts-empty-"));
    }

    public Path path() {
        return directory.path();
    }

    @Override
    public void close() {
        try {
            directory.close();
        } catch (IOException e) {
            // It is empty and lies in a temporary directory.
        }
    }
}
