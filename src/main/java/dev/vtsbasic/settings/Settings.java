package dev.vtsbasic.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings in force, checked once at the start and never changed; {@code docs/configuration.md} gives the meaning,
 * default and allowed values of each. Each group reads and checks its own settings.
 *
 * @param server the embedded server
 * @param app the app that is served
 * @param workers how Bun workers run
 * @param proxy how requests are forwarded to the app
 * @param assets the settings for static files
 * @param management health, metrics, status page and administration
 * @param logs the settings for logs
 * @param workDir directory for unpacked files; empty for the default
 * @param inForce the value and source of each setting
 * @param warnings sentences for the operator, one for each unknown setting
 */
// More than five components, because each is a group of settings, or one setting, with a name of its own.
public record Settings(
        ServerSettings server,
        AppSettings app,
        WorkerSettings workers,
        ProxySettings proxy,
        AssetSettings assets,
        ManagementSettings management,
        LogSettings logs,
        Optional<Path> workDir,
        List<SettingInForce> inForce,
        List<String> warnings) {
    /**
     * Reads every setting from the first source that has it; a setting that no source has gets its default.
     *
     * @throws BadSettingException for the first value that is not allowed
     */
    public static Settings read(List<SettingSource> sources) throws BadSettingException {
        SettingValues values = new SettingValues(sources);
        Settings settings = new Settings(
                ServerSettings.read(values),
                AppSettings.read(values),
                WorkerSettings.read(values),
                ProxySettings.read(values),
                AssetSettings.read(values),
                ManagementSettings.read(values),
                LogSettings.read(values),
                values.of(Setting.WORK_DIR),
                values.inForce(),
                values.unknownNames());
        int port = settings.server.port();
        if (port != 0 && settings.management.port().equals(Optional.of(port))) {
            throw new BadSettingException(
                    "VTS_PORT and VTS_MANAGEMENT_PORT are both " + port + "; set another VTS_MANAGEMENT_PORT, or none");
        }
        return settings;
    }
}
