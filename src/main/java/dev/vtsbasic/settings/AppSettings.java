package dev.vtsbasic.settings;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which app is served.
 *
 * @param directory a build to serve instead of the one in the WAR
 * @param workingDirectory directory that the app runs in
 * @param validation what a failed validation of the build does at the start
 * @param upstream a server that runs the app, so that no Bun is started here
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

    /** Host and port of an upstream; {@link URI#getHost} knows no host that has a {@code _}. */
    public static Authority authorityOf(URI upstream) {
        String authority = upstream.getRawAuthority();
        return Authority.of(authority.substring(authority.lastIndexOf('@') + 1)).orElseThrow();
    }
}
