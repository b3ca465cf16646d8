package dev.vtsbasic.conformance.harness;

import java.nio.charset.StandardCharsets;

/** Formats bytes so that people can read them. */
public final class Text {
    private static final int MAX_LENGTH = 160;

    private Text() {}

    public static String quote(byte[] latin1) {
        return quote(new String(latin1, StandardCharsets.ISO_8859_1));
    }

    public static String quote(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.substring(0, Math.min(text.length(), MAX_LENGTH)).toCharArray()) {
            switch (c) {
                case '\r' -> quoted.append("\\r");
                case '\n' -> quoted.append("\\n");
                case '\t' -> quoted.append("\\t");
                default -> quoted.append(c < ' ' || c > '~' ? "\\x%02x".formatted((int) c) : String.valueOf(c));
            }
        }
        return quoted.append(text.length() > MAX_LENGTH ? "\"... (" + text.length() + ")" : "\"")
                .toString();
    }
}
