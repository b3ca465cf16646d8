package dev.vtsbasic.proxy;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Header fields that concern one connection only and are not forwarded (RFC 9110 §7.6.1). */
final class HopByHop {
    private static final Set<String> ALWAYS = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    private final Set<String> nominated = new HashSet<>();

    /** @param connection all values of the message's Connection fields, whose elements name further such fields */
    HopByHop(List<String> connection) {
        for (String value : connection) {
            for (String name : value.split(",")) {
                nominated.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        // A client must not be able to strip these from its own request by naming them.
        nominated.removeAll(Set.of("host", "content-length", "content-type"));
    }

    boolean includes(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return ALWAYS.contains(lowerCase) || nominated.contains(lowerCase);
    }
}
