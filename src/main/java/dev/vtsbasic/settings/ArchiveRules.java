package dev.vtsbasic.settings;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the hashed assets of earlier builds are kept, and how many of them.
 *
 * @param directory shared by all instances that serve the app
 * @param builds how many builds are kept, the current one among them
 * @param age how long a build is kept after another one has taken its place
 */
public record ArchiveRules(Path directory, int builds, Duration age) {
    /** The same in a directory of its own for each base: the same build's files have other contents there. */
    public ArchiveRules at(String base) {
        return base.isEmpty()
                ? this
                : new ArchiveRules(directory.resolve(URLEncoder.encode(base, StandardCharsets.UTF_8)), builds, age);
    }
}
