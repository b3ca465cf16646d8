package dev.vtsbasic.settings;

import java.util.regex.Pattern;

/**
 * Where an application is among the paths of a server, as servlets tell it: nothing at the root, else {@code /shop}.
 *
 * <p>Only of characters that mean themselves in a script, a style sheet, a page and JSON, since it is written into those.
 */
public final class UrlPath {
    /** Without repeating a group, which takes as much of the stack as a client's text is long. */
    private static final Pattern PATH = Pattern.compile("(?!.*/\\.{0,2}(/|$))(/[A-Za-z0-9._~%:@+,=/-]+)?");

    /** In the name of an application {@code %} is a percent sign, and Tomcat starts none with one of the others. */
    private static final Pattern NOT_IN_A_CONTEXT_PATH = Pattern.compile("[%:,=]");

    private UrlPath() {}

    /** Whether {@code text} is one; a slash at its end does not belong to it. */
    public static boolean is(String text) {
        return PATH.matcher(text).matches();
    }

    /** Whether a servlet container can have an application there. */
    public static boolean isContextPath(String text) {
        return is(text) && !NOT_IN_A_CONTEXT_PATH.matcher(text).find();
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

    /**
     * The same for the path of an application in a servlet container.
     *
     * @throws IllegalArgumentException when it cannot have one there
     */
    static String ofContext(String text) {
        String path = of(text);
        if (!isContextPath(path)) {
            throw new IllegalArgumentException();
        }
        return path;
    }
}
