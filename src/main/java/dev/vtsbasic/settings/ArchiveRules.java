package dev.vtsbasic.settings;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The archive of the hashed assets of earlier builds.
 *
 * @param directory the archive; all instances that serve the app may share it
 * @param builds maximum number of builds in the archive, including the current build
 * @param age how long the archive keeps a build after another build has replaced it
 */
public record ArchiveRules(Path directory, int builds, Duration age) {
    /**
     * These rules with a subdirectory of their own for each base, because the files of one build have different content
     * under different bases. At the root, where {@code base} is empty, the directory stays the same.
     */
    public ArchiveRules at(String base) {
        return base.isEmpty()
                ? this
                : new ArchiveRules(directory.resolve(URLEncoder.encode(base, StandardCharsets.UTF_8)), builds, age);
    }
}
