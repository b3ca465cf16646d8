package dev.vtsbasic.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How requests are forwarded to the app.
 *
 * @param holdTimeout how long a request waits while no worker is ready
 * @param holdQueue how many requests may wait while no worker is ready
 * @param connectTimeout how long a connection to Bun may take
 * @param responseTimeout how long Bun may be silent; zero for ever
 * @param maxBody longest request body in bytes; 0 for any
 * @param maintenance while this file exists, no request reaches the app
 * @param limits how much may reach the app
 * @param cache memory for the shared cache in bytes; 0 for none
 * @param trustedProxies networks of the proxies whose X-Forwarded-* and X-Request-Id are believed
 * @param securityHeaders whether HTML documents get the security headers that they lack
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
