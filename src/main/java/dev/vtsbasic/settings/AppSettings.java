package dev.vtsbasic.settings;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The app that is served.
 *
 * @param directory the build to serve; empty for the one in the WAR
 * @param workingDirectory the app's working directory; empty for the default
 * @param validation the effect that a failed validation of the build has on the start
 * @param upstream the server that runs the app; empty if this program starts Bun itself
 */
public record AppSettings(
        Optional<Path> directory, Optional<Path> workingDirectory, Validation validation, Optional<URI> upstream) {
    static AppSettings read(SettingValues values) throws BadSettingException {
        return new AppSettings(
                values.of(Setting.APP_DIR),
                values.of(Setting.APP_CWD),
                values.of(Setting.VALIDATE),
                values.of(Setting.UPSTREAM));
    }

    /**
     * The host and port of an upstream. {@link URI#getHost} is not used, because it returns null for a host with a
     * {@code _}.
     */
    public static Authority authorityOf(URI upstream) {
        String authority = upstream.getRawAuthority();
        return Authority.of(authority.substring(authority.lastIndexOf('@') + 1)).orElseThrow();
    }
}
