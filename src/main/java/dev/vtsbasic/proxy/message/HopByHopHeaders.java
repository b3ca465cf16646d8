package dev.vtsbasic.proxy.message;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpMessage;

/**
 * The header fields of a message that concern one connection only and are not forwarded (RFC 9110 §7.6.1). Immutable.
 */
public final class HopByHopHeaders {
    private static final Set<String> ALWAYS = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-authentication-info",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    /** Fields that are forwarded even if Connection names them, because the message's meaning or safety needs them. */
    private static final Set<String> NEVER =
            Set.of("host", "content-length", "content-type", "cache-control", "authorization", "cookie", "set-cookie");

    private static final HopByHopHeaders NOTHING_NOMINATED = new HopByHopHeaders(Set.of());

    private final Set<String> nominated;

    private HopByHopHeaders(Set<String> nominated) {
        this.nominated = nominated;
    }

    /**
     * Adds the fields that a message's Connection field names.
     *
     * @param connection all values of that field, joined by commas; empty when there is none
     */
    public static HopByHopHeaders nominatedBy(String connection) {
        if (connection.isEmpty() || connection.equalsIgnoreCase("keep-alive") || connection.equalsIgnoreCase("close")) {
            return NOTHING_NOMINATED;
        }
        Set<String> nominated = new HashSet<>();
        for (String name : connection.split(",")) {
            nominated.add(name.strip().toLowerCase(Locale.ROOT));
        }
        nominated.removeAll(NEVER);
        return new HopByHopHeaders(nominated);
    }

    /** The hop-by-hop fields of a response. */
    public static HopByHopHeaders of(HttpMessage message) {
        return nominatedBy(joined(message, "Connection"));
    }

    /** All values of a field of a response, without empty ones, as one list. */
    public static String joined(HttpMessage message, String name) {
        return Arrays.stream(message.getHeaders(name))
                .map(Header::getValue)
                .filter(value -> value != null && !value.isEmpty())
                .collect(Collectors.joining(", "));
    }

    /** Whether the field of this name is not forwarded. */
    public boolean includes(String lowerCaseName) {
        return ALWAYS.contains(lowerCaseName) || nominated.contains(lowerCaseName);
    }
}
