package dev.vtsbasic.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A new, empty, private directory that is deleted when it is closed. This program starts Bun in one for its own
 * purposes, because Bun runs the modules that {@code bunfig.toml} of its start directory names under {@code preload}.
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
            // A leftover does no harm, because it is empty and lies in the temporary directory.
        }
    }
}
