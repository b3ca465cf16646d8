package dev.vtsbasic.asset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the files that a {@link Compressor} wrote. */
final class CompressionResult {
    private CompressionResult() {}

    static Path file(Path target, Coding coding) {
        return target.resolveSibling(target.getFileName() + coding.suffix());
    }

    /** Adds to the asset the codings that are smaller than the file, and deletes the others. */
    static void collect(IndexedAsset asset, Path target) throws IOException {
        for (Coding coding : Coding.values()) {
            Path file = file(target, coding);
            if (Files.isRegularFile(file)) {
                if (Files.size(file) < asset.file().size()) {
                    asset.codings().put(coding, IndexedAsset.Content.of(file));
                } else {
                    Files.delete(file);
                }
            }
        }
    }
}
