package dev.vtsbasic.settings;

import java.util.regex.Pattern;

/**
 * The path of an application on a server, in the form of the Servlet API: empty at the root, otherwise {@code /shop}.
 *
 * <p>It may contain only characters that need no escape in a script, a style sheet, an HTML page and JSON, because the
 * path is written into these files.
 */
public final class UrlPath {
    /** Repeats no group, because Java's regex engine would need more stack the longer a client's text is. */
    private static final Pattern PATH = Pattern.compile("(?!.*/\\.{0,2}(/|$))(/[A-Za-z0-9._~%:@+,=/-]+)?");

    /**
     * Characters that a context path must not contain: in the name of an application, {@code %} is a plain percent
     * sign, and Tomcat does not start an application whose name has one of the others.
     */
    private static final Pattern NOT_IN_A_CONTEXT_PATH = Pattern.compile("[%:,=]");

    private UrlPath() {}

    /** Whether {@code text} is such a path, which does not end with a slash. */
    public static boolean is(String text) {
        return PATH.matcher(text).matches();
    }

    /** Whether a servlet container can serve an application at this path. */
    public static boolean isContextPath(String text) {
        return is(text) && !NOT_IN_A_CONTEXT_PATH.matcher(text).find();
    }

    /**
     * @param text {@code /shop}, {@code /shop/}, or {@code /} for the root
     * @throws IllegalArgumentException when {@code text} is not such a path
     */
    public static String of(String text) {
        String path = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        if (!text.startsWith("/") || !is(path)) {
            throw new IllegalArgumentException();
        }
        return path;
    }

    /**
     * As {@link #of}, for the path of an application in a servlet container.
     *
     * @throws IllegalArgumentException when {@code text} is not a path at which a container can serve an application
     */
    static String ofContext(String text) {
        String path = of(text);
        if (!isContextPath(path)) {
            throw new IllegalArgumentException();
        }
        return path;
    }
}
