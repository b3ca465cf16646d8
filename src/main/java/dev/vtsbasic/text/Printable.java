package dev.vtsbasic.text;

import java.util.Locale;

/** Makes text of workers and clients safe for a terminal or a log. */
public final class Printable {
    private Printable() {}

    /**
     * Escapes characters that could move a terminal's cursor, fake another line or reverse the text's direction, as
     * {@code \\u001b} and the like.
     */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** As {@link #line}, but keeps line feeds. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean linesStay) {
        StringBuilder escaped = null;
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            boolean harmless = !isDangerous(character) || linesStay && character == '\n';
            if (!harmless && escaped == null) {
                escaped = new StringBuilder(text.length() + 16).append(text, 0, i);
            }
            if (escaped != null) {
                if (harmless) {
                    escaped.append(character);
                } else {
                    escaped.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
                }
            }
        }
        return escaped == null ? text : escaped.toString();
    }

    private static boolean isDangerous(char character) {
        return character < ' ' && character != '\t'
                || character >= 0x7F && character <= 0x9F
                || character == 0x061C
                || character == 0x200E
                || character == 0x200F
                || character >= 0x2028 && character <= 0x202E
                || character >= 0x2066 && character <= 0x2069;
    }
}
