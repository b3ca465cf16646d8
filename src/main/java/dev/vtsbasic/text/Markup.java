package dev.vtsbasic.text;

/** Text for HTML. */
public final class Markup {
    private Markup() {}

    /** Any text as one of an element, or of an attribute in quotes. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
