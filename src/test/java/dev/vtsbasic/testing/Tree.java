package dev.vtsbasic.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes trees of files for tests. */
public final class Tree {
    private Tree() {}

    /** @param namesAndContents {@code "client/a.js", "content", ...} */
    public static Path write(Path root, String... namesAndContents) throws IOException {
        for (int i = 0; i < namesAndContents.length; i += 2) {
            Path file = root.resolve(namesAndContents[i]);
            Files.createDirectories(file.getParent());
            Files.writeString(file, namesAndContents[i + 1]);
        }
        return root;
    }
}
