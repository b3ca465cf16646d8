package dev.vtsbasic.settings;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host with an optional port, {@code host[:port]}, as in Host, X-Forwarded-Host, Forwarded and URLs (RFC 3986 §3.2).
 *
 * <p>Accepts only hosts that every parser reads in the same way. A name may contain {@code _}, because docker compose
 * and Windows give such names. A name that ends in a number and is not an IPv4 address is refused, because the URL
 * Standard (§3.5) reads, for example, {@code 0x7f.1} as an IPv4 address.
 *
 * @param host a name, an IPv4 address, or an IPv6 address in brackets
 */
public record Authority(String host, OptionalInt port) {
    private static final int MAX_NAME_LENGTH = 253;
    private static final int MAX_PORT = 65535;

    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(?::([0-9]{1,5}))?");
    private static final Pattern EMPTY_LABEL = Pattern.compile("^\\.|\\.\\.");
    private static final Pattern NUMERIC_END = Pattern.compile("(?:^|.*\\.)(?:[0-9]+|0[xX][0-9A-Fa-f]*)\\.?");
    private static final String OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(?:\\." + OCTET + "){3}");

    /** Parses {@code text}; empty when it is not an authority, or its port is not from 1 to 65535. */
    public static Optional<Authority> of(String text) {
        Matcher parts = FORM.matcher(text);
        if (!parts.matches() || !isHost(parts.group(1))) {
            return Optional.empty();
        }
        if (parts.group(2) == null) {
            return Optional.of(new Authority(parts.group(1), OptionalInt.empty()));
        }
        int port = Integer.parseInt(parts.group(2));
        return port < 1 || port > MAX_PORT
                ? Optional.empty()
                : Optional.of(new Authority(parts.group(1), OptionalInt.of(port)));
    }

    private static boolean isHost(String host) {
        if (host.startsWith("[")) {
            return host.indexOf(':') > 0 && IpNetwork.isAddress(host);
        }
        return isName(host);
    }

    /** Whether every parser reads {@code host} as the same name or IPv4 address. The host must not be in brackets. */
    public static boolean isName(String host) {
        return host.length() <= MAX_NAME_LENGTH
                && !EMPTY_LABEL.matcher(host).find()
                && (!NUMERIC_END.matcher(host).matches() || IPV4.matcher(host).matches());
    }
}
