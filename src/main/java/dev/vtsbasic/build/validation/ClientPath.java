package dev.vtsbasic.build.validation;

import java.nio.charset.StandardCharsets;

/**
 * Turns a URL in a file of a build into the name of a client file. Names are strings and not {@code Path}, because a
 * name in a file may be no valid path on this system.
 */
final class ClientPath {
    private static final int MAX_EXTENSION_LENGTH = 12;

    private ClientPath() {}

    /**
     * @param url the URL in the file, read as ISO-8859-1: {@code ../img/my%20photo.png?v=1#x}
     * @return the URL's path without query and fragment, decoded; null if it leads to another host, has no extension,
     *     or is no path at all
     */
    static String of(String url) {
        int end = url.length();
        for (int i = 0; i < end; i++) {
            char c = url.charAt(i);
            if (c == '?' || c == '#') {
                end = i;
            } else if (c == ':' || c == '\\' || c == '<' || c == '>' || c == '{' || c == '|' || c < ' ') {
                return null;
            }
        }
        String path = url.substring(0, end);
        return path.startsWith("//") || path.startsWith("~") || !hasExtension(path) ? null : decoded(path);
    }

    /** The client file that {@code path} means in a file of {@code directory}; null if it leads out of the client. */
    static String resolve(String directory, String path) {
        StringBuilder name = new StringBuilder(directory);
        for (String part : path.split("/")) {
            if (part.equals("..")) {
                if (name.isEmpty()) {
                    return null;
                }
                name.setLength(Math.max(0, name.lastIndexOf("/")));
            } else if (!part.isEmpty() && !part.equals(".")) {
                name.append(name.isEmpty() ? "" : "/").append(part);
            }
        }
        return name.toString();
    }

    /** {@code a/b} for {@code a/b/c.js}, empty for {@code c.js}. */
    static String directoryOf(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    private static boolean hasExtension(String path) {
        int dot = path.lastIndexOf('.');
        if (dot < 1 || path.length() - dot - 1 > MAX_EXTENSION_LENGTH || dot == path.length() - 1) {
            return false;
        }
        for (int i = dot + 1; i < path.length(); i++) {
            char c = path.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')) {
                return false;
            }
        }
        return path.charAt(dot - 1) != '/';
    }

    private static String decoded(String path) {
        byte[] octets = path.getBytes(StandardCharsets.ISO_8859_1);
        int length = 0;
        for (int i = 0; i < octets.length; i++, length++) {
            int high = i + 2 < octets.length ? Character.digit(octets[i + 1], 16) : -1;
            int low = i + 2 < octets.length ? Character.digit(octets[i + 2], 16) : -1;
            if (octets[i] == '%' && high >= 0 && low >= 0) {
                octets[length] = (byte) (high << 4 | low);
                i += 2;
            } else {
                octets[length] = octets[i];
            }
        }
        return new String(octets, 0, length, StandardCharsets.UTF_8);
    }
}
