package dev.vtsbasic.deploy;

import dev.vtsbasic.build.Dist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/**
 * Identifies a build by its directory and its server entry, so that a new build is noticed without reading all of its
 * files.
 */
public record BuildFingerprint(Path root, Object rootKey, Object entryKey, FileTime modified, long size) {
    /** Empty while the directory holds no complete build. */
    public static Optional<BuildFingerprint> of(Path appDir) {
        try {
            Dist dist = Dist.at(appDir.toRealPath());
            BasicFileAttributes root = Files.readAttributes(dist.root(), BasicFileAttributes.class);
            BasicFileAttributes entry = Files.readAttributes(dist.entry(), BasicFileAttributes.class);
            return Optional.of(new BuildFingerprint(
                    dist.root(), root.fileKey(), entry.fileKey(), entry.lastModifiedTime(), entry.size()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
