package dev.vtsbasic.settings;

import java.util.regex.Pattern;

/**
 * Where an application is among the paths of a server, as servlets tell it: nothing at the root, else {@code /shop}.
 *
 * <p>Only of characters that mean themselves in a script, a style sheet, a page and JSON, since it is written into those.
 */
public final class UrlPath {
    private static final Pattern PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._~%:@+,=-]+)*");

    private UrlPath() {}

    /** Whether {@code text} is one; a slash at its end does not belong to it. */
    public static boolean is(String text) {
        return PATH.matcher(text).matches();
    }

    /**
     * @param text {@code /shop}, {@code /shop/}, or {@code /} for the root
     * @throws IllegalArgumentException when it is no such path
     */
    public static String of(String text) {
        String path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        if (!text.startsWith("/") || !is(path)) {
            throw new IllegalArgumentException();
        }
        return path;
    }
}
