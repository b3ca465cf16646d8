package dev.vtsbasic.proxy.message;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Header fields that concern one connection only and are not forwarded (RFC 9110 §7.6.1). */
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

    /** What a message needs for its meaning or its safety is not dropped because the message says so. */
    private static final Set<String> NEVER =
            Set.of("host", "content-length", "content-type", "cache-control", "authorization", "cookie", "set-cookie");

    private static final HopByHopHeaders NOTHING_NOMINATED = new HopByHopHeaders(Set.of());

    private final Set<String> nominated;

    private HopByHopHeaders(Set<String> nominated) {
        this.nominated = nominated;
    }

    /** @param connection all values of the message's Connection field, whose elements name further such fields */
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

    public boolean includes(String lowerCaseName) {
        return ALWAYS.contains(lowerCaseName) || nominated.contains(lowerCaseName);
    }
}
