package dev.vtsbasic.settings;

import java.util.List;
import java.util.Optional;

/**
 * How static files are served.
 *
 * @param rules for Cache-Control, the first that matches
 * @param memory for their bodies, in bytes
 * @param archive where earlier builds' hashed assets are kept, if anywhere
 */
public record AssetSettings(List<AssetRule> rules, long memory, Optional<ArchiveRules> archive) {}
