package dev.vtsbasic.deploy;

import dev.vtsbasic.build.Dist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Optional;

/** Tells one build from the next without reading all of it. */
public record BuildFingerprint(Path root, Object rootKey, Object entryKey, FileTime modified, long size) {
    /** Empty while there is no whole build. */
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
