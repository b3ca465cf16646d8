package dev.vtsbasic.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How static files are served.
 *
 * @param rules for Cache-Control, the first that matches
 * @param memory for their bodies, in bytes
 * @param archive where earlier builds' hashed assets are kept, if anywhere
 */
public record AssetSettings(List<AssetRule> rules, long memory, Optional<ArchiveRules> archive) {
    static AssetSettings read(SettingValues values) throws BadSettingException {
        int builds = values.of(Setting.ASSET_ARCHIVE_BUILDS);
        Duration age = values.of(Setting.ASSET_ARCHIVE_AGE);
        return new AssetSettings(
                values.of(Setting.ASSET_RULES),
                values.of(Setting.ASSET_MEMORY),
                values.of(Setting.ASSET_ARCHIVE).map(directory -> new ArchiveRules(directory, builds, age)));
    }

    /** Those of an app that browsers see under {@code base}, which is empty at the root. */
    public AssetSettings at(String base) {
        return new AssetSettings(rules, memory, archive.map(rule -> rule.at(base)));
    }
}
