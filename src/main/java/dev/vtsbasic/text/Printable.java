package dev.vtsbasic.text;

import java.util.Locale;

/** Text from elsewhere, made fit for a line of the log. */
public final class Printable {
    private static final int LONGEST = 300;

    private Printable() {}

    /**
     * Shows each control character as {@code \\u001b} and the like, so that the text can neither end the line nor steer a
     * terminal, and cuts it when it is long.
     */
    public static String of(String text) {
        StringBuilder line = new StringBuilder();
        String start = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        start.chars().forEach(character -> {
            if (Character.isISOControl(character)
                    || Character.getType(character) == Character.FORMAT
                    || isSeparator(character)) {
                line.append(String.format(Locale.ROOT, "\\u%04x", character));
            } else {
                line.append((char) character);
            }
        });
        return line.toString();
    }

    private static boolean isSeparator(int character) {
        return character == '\u2028' || character == '\u2029';
    }
}
