package dev.vtsbasic.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * The settings for the embedded server, and the path at which browsers see the application.
 *
 * @param port port to listen on, from 0 to 65535; 0 chooses any free port
 * @param address address to listen on
 * @param contextPath path of the application in the embedded server; empty for the root
 * @param publicPath path at which browsers see the application, if a proxy changes it; an empty text for the root
 * @param tls certificate and key; empty if the server does not speak TLS
 * @param headerTimeout how long a client may take to send a request up to its body; zero for no limit
 * @param shutdownDelay how long the server reports "not ready", but still serves requests, before it begins to stop
 * @param stopTimeout how long in-flight requests may take to finish when the server stops
 */
// More than five components, because each is one setting with a name of its own.
public record ServerSettings(
        int port,
        String address,
        String contextPath,
        Optional<String> publicPath,
        Optional<TlsFiles> tls,
        Duration headerTimeout,
        Duration shutdownDelay,
        Duration stopTimeout) {
    /**
     * A pair of PEM files.
     *
     * @param certificate the certificate chain
     * @param key its private key
     */
    public record TlsFiles(Path certificate, Path key) {}

    static ServerSettings read(SettingValues values) throws BadSettingException {
        Optional<Path> certificate = values.of(Setting.TLS_CERT);
        Optional<Path> key = values.of(Setting.TLS_KEY);
        if (certificate.isPresent() != key.isPresent()) {
            throw new BadSettingException("VTS_TLS_CERT and VTS_TLS_KEY must be set together; one of them is missing");
        }
        return new ServerSettings(
                values.of(Setting.PORT),
                values.of(Setting.ADDRESS),
                values.of(Setting.CONTEXT_PATH),
                values.of(Setting.PUBLIC_PATH),
                certificate.map(file -> new TlsFiles(file, key.orElseThrow())),
                values.of(Setting.HEADER_TIMEOUT),
                values.of(Setting.SHUTDOWN_DELAY),
                values.of(Setting.STOP_TIMEOUT));
    }

    /** The scheme of the server's URLs: {@code http} or {@code https}. */
    public String scheme() {
        return tls.isPresent() ? "https" : "http";
    }
}
