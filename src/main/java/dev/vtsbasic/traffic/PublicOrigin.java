package dev.vtsbasic.traffic;

import dev.vtsbasic.settings.Authority;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The scheme, host and port that the browser used.
 *
 * @param scheme {@code http} or {@code https}
 * @param host {@code host[:port]} as the client sent it
 */
public record PublicOrigin(String scheme, String host, int port) {
    private static final String HTTP = "http";
    private static final String HTTPS = "https";

    /** A container sets these for a request that came by TLS (Servlet specification §3.9). */
    private static final String[] TLS_ATTRIBUTES = {
        "jakarta.servlet.request.cipher_suite",
        "jakarta.servlet.request.key_size",
        "jakarta.servlet.request.secure_protocol"
    };

    /** Set by Tomcat's RemoteIpValve, which has then decided on the scheme. */
    private static final String REMOTE_IP_VALVE = "org.apache.catalina.AccessLog.RemoteAddr";

    /** Whether the browser used TLS. */
    public boolean isHttps() {
        return scheme.equals(HTTPS);
    }

    /** The origin according to the connection and the Host field. */
    static PublicOrigin of(HttpServletRequest request) {
        String scheme = schemeOf(request);
        String host = hostOf(request);
        // The container has derived its port from a scheme that is not the connection's.
        int port = scheme.equalsIgnoreCase(request.getScheme())
                ? request.getServerPort()
                : portIn(host).orElse(defaultPort(scheme));
        return new PublicOrigin(scheme, host, port);
    }

    /** A copy with the scheme, host and port that a trusted proxy reports; a malformed one is ignored. */
    PublicOrigin as(ForwardedElement element) {
        Optional<String> givenScheme = scheme(element.proto());
        Optional<Authority> givenHost = Authority.of(element.host());
        String newScheme = givenScheme.orElse(scheme);
        String newHost = givenHost.isPresent() ? element.host() : host;
        boolean nothingGiven = givenScheme.isEmpty() && givenHost.isEmpty();
        int ownPort = nothingGiven ? port : portIn(newHost).orElse(defaultPort(newScheme));
        return new PublicOrigin(newScheme, newHost, portNumber(element.port()).orElse(ownPort));
    }

    /**
     * The scheme of the connection. On HTTP/2, a container takes it from the client ({@code :scheme}, RFC 9113 §8.3.1),
     * which may send any.
     */
    public static String schemeOf(HttpServletRequest request) {
        boolean https = request.getProtocol().startsWith("HTTP/2") && request.getAttribute(REMOTE_IP_VALVE) == null
                ? hasTls(request)
                : HTTPS.equalsIgnoreCase(request.getScheme());
        return https ? HTTPS : HTTP;
    }

    private static boolean hasTls(HttpServletRequest request) {
        for (String attribute : TLS_ATTRIBUTES) {
            if (request.getAttribute(attribute) != null) {
                return true;
            }
        }
        return false;
    }

    /**
     * The Host field or, when it is absent, the server name and port that the container reports. Empty when there are
     * several Host fields.
     */
    public static String hostOf(HttpServletRequest request) {
        FieldLines host = FieldLines.of(request, "Host");
        return host.arePresent() ? host.single() : authority(request);
    }

    /** On HTTP/2, the client sends {@code :authority} instead of the Host field. */
    private static String authority(HttpServletRequest request) {
        boolean defaultPort = request.getServerPort() == (request.isSecure() ? 443 : 80);
        return defaultPort ? request.getServerName() : request.getServerName() + ":" + request.getServerPort();
    }

    private static Optional<String> scheme(String proto) {
        return switch (proto.toLowerCase(Locale.ROOT)) {
            case "http", "ws" -> Optional.of(HTTP);
            case "https", "wss" -> Optional.of(HTTPS);
            default -> Optional.empty();
        };
    }

    private static OptionalInt portIn(String host) {
        return Authority.of(host).map(Authority::port).orElse(OptionalInt.empty());
    }

    private static OptionalInt portNumber(String text) {
        return portIn("host:" + text);
    }

    private static int defaultPort(String scheme) {
        return scheme.equals(HTTPS) ? 443 : 80;
    }
}
