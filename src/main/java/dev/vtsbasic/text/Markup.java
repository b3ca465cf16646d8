package dev.vtsbasic.text;

/** Escapes text for HTML. */
public final class Markup {
    private Markup() {}

    /** Escapes any text for use in an element, or in a quoted attribute value. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
