package dev.vtsbasic.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The settings for forwarding requests to the app.
 *
 * @param holdTimeout how long a request waits while no worker is ready
 * @param holdQueue maximum number of requests that wait while no worker is ready
 * @param connectTimeout how long connecting to Bun may take
 * @param responseTimeout how long Bun may send nothing; zero for no limit
 * @param maxBody maximum length of a request body, in bytes; 0 for no limit
 * @param maintenance file that keeps requests from the app while it exists; empty for none
 * @param limits limits on the requests that reach the app
 * @param cache memory for the shared cache, in bytes; 0 for no cache
 * @param trustedProxies networks of the proxies whose X-Forwarded-*, Forwarded and X-Request-Id are trusted
 * @param securityHeaders whether HTML documents get the security headers that the app does not set
 */
// More than five components, because each is one setting with a name of its own.
public record ProxySettings(
        Duration holdTimeout,
        int holdQueue,
        Duration connectTimeout,
        Duration responseTimeout,
        long maxBody,
        Optional<Path> maintenance,
        LimitRules limits,
        long cache,
        List<IpNetwork> trustedProxies,
        boolean securityHeaders) {
    static ProxySettings read(SettingValues values) throws BadSettingException {
        return new ProxySettings(
                values.of(Setting.HOLD_TIMEOUT),
                values.of(Setting.HOLD_QUEUE),
                values.of(Setting.CONNECT_TIMEOUT),
                values.of(Setting.RESPONSE_TIMEOUT),
                values.of(Setting.MAX_BODY),
                values.of(Setting.MAINTENANCE),
                LimitRules.read(values),
                values.of(Setting.CACHE),
                values.of(Setting.TRUSTED_PROXIES),
                values.of(Setting.SECURITY_HEADERS));
    }
}
