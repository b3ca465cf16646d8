package dev.vtsbasic.settings;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the hashed assets of earlier builds are kept, and how many of them.
 *
 * @param directory shared by all instances that serve the app
 * @param builds how many builds are kept, the current one among them
 * @param age how long a build is kept after another one has taken its place
 */
public record ArchiveRules(Path directory, int builds, Duration age) {}
