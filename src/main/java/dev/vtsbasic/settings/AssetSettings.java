package dev.vtsbasic.settings;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings for static files.
 *
 * @param rules rules for Cache-Control; the first one that matches applies
 * @param memory maximum memory for the content of static files, in bytes
 * @param archive the archive of earlier builds' hashed assets; empty for none
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

    /**
     * These settings for an app that browsers see under {@code base}, which is empty at the root; only the archive's
     * directory depends on it.
     */
    public AssetSettings at(String base) {
        return new AssetSettings(rules, memory, archive.map(rule -> rule.at(base)));
    }
}
