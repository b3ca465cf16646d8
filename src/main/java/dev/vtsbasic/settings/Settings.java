package dev.vtsbasic.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The settings in force, checked once at the start and never changed; {@code docs/configuration.md} says what each is for,
 * its default and the values it allows. Each group reads and checks itself.
 *
 * @param server the embedded server
 * @param app which app is served
 * @param workers how Bun is run
 * @param proxy how requests are forwarded to the app
 * @param assets how static files are served
 * @param management health, metrics, status page and administration
 * @param logs what is logged
 * @param workDir directory for unpacked files
 * @param inForce the value of each setting, and where it came from
 * @param warnings what the user should be told about the settings, a sentence each
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
     * Reads every setting from the first source that has it, or takes its default.
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
