package dev.vtsbasic.asset;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Converts file names to request paths, and request paths to one canonical spelling. */
final class RequestPath {
    private static final char LAST_ASCII = 0x7f;

    private RequestPath() {}

    /**
     * The request path of a file: UTF-8, percent-encoded except for slashes and the characters of pchar (RFC 3986
     * §3.3).
     *
     * @param file relative path with slashes
     */
    static String of(String file) {
        return spell(("/" + file).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Converts a request path to the spelling of {@link #of}. An equivalent path may have other characters
     * percent-encoded, or lower-case hexadecimal digits (RFC 3986 §6.2.2). A path that cannot be that of a file is
     * returned unchanged.
     */
    static String canonical(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        ByteArrayOutputStream octets = new ByteArrayOutputStream(path.length());
        for (int i = 0; i < path.length(); i++) {
            int octet = path.charAt(i);
            if (octet == '%') {
                boolean encoded = i + 2 < path.length()
                        && HexFormat.isHexDigit(path.charAt(i + 1))
                        && HexFormat.isHexDigit(path.charAt(i + 2));
                octet = encoded ? HexFormat.fromHexDigits(path, i + 1, i + 3) : '/';
                if (octet == '/') {
                    // An encoded slash within a name, or a malformed percent-encoding: not the path of a file.
                    return path;
                }
                i += 2;
            } else if (octet > LAST_ASCII) {
                return path;
            }
            octets.write(octet);
        }
        return spell(octets.toByteArray());
    }

    private static String spell(byte[] octets) {
        StringBuilder path = new StringBuilder(octets.length);
        for (byte octet : octets) {
            char c = (char) (octet & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "/-._~!$&'()*+,;=:@".indexOf(c) >= 0)) {
                path.append(c);
            } else {
                path.append('%').append("%02X".formatted((int) c));
            }
        }
        return path.toString();
    }

    /**
     * Decodes the characters that browsers do not encode (WHATWG URL, path percent-encode set), although RFC 3986
     * requires it.
     */
    static String asBrowsersSpell(String path) {
        return path.replace("%5B", "[").replace("%5D", "]").replace("%7C", "|");
    }
}
