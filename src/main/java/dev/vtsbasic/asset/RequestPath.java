package dev.vtsbasic.asset;

import java.nio.charset.StandardCharsets;

/** How browsers ask for a file. */
final class RequestPath {
    private RequestPath() {}

    /**
     * UTF-8, percent-encoded but for the characters of RFC 3986 §3.3 pchar.
     *
     * @param file relative path with slashes
     */
    static String of(String file) {
        StringBuilder path = new StringBuilder("/");
        for (byte octet : file.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (octet & 0xff);
            if (c < 0x80 && (Character.isLetterOrDigit(c) || "/-._~!$&'()*+,;=:@".indexOf(c) >= 0)) {
                path.append(c);
            } else {
                path.append('%').append("%02X".formatted((int) c));
            }
        }
        return path.toString();
    }

    /** Browsers leave these as they are (WHATWG URL, path percent-encode set), although RFC 3986 does not. */
    static String asBrowsersSpell(String path) {
        return path.replace("%5B", "[").replace("%5D", "]").replace("%7C", "|");
    }
}
