package dev.vtsbasic.conformance.harness;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The head of a message. Parsing is strict: it fails on anything that RFC 9112 does not allow.
 *
 * @param startLine request line or status line
 * @param fields in their order
 */
public record Head(String startLine, List<Field> fields) {
    /** A header field; the value has no surrounding white space. */
    public record Field(String name, String value) {}

    public static Head parse(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Check.that(text.endsWith("\r\n\r\n") || text.equals("trailers\r\n\r\n"), "bare LF in " + Text.quote(text));
        String[] lines = text.substring(0, text.length() - 4).split("\r\n", -1);
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < lines.length; i++) {
            Check.that(!lines[i].matches("(?s).*[\\r\\n\\x00].*"), "control character in " + Text.quote(lines[i]));
            if (i > 0) {
                int colon = lines[i].indexOf(':');
                Check.that(
                        colon > 0 && lines[i].substring(0, colon).matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+"),
                        "not a header field: " + Text.quote(lines[i]));
                String value = lines[i].substring(colon + 1).replaceAll("^[ \t]+|[ \t]+$", "");
                fields.add(new Field(lines[i].substring(0, colon), value));
            }
        }
        return new Head(lines[0], fields);
    }

    public String method() {
        return startLine.split(" ")[0];
    }

    public String target() {
        return startLine.split(" ")[1];
    }

    public int status() {
        Check.that(
                startLine.matches("HTTP/1\\.[01] [1-9][0-9][0-9]( .*)?"),
                "not a status line: " + Text.quote(startLine));
        return Integer.parseInt(startLine.substring(9, 12));
    }

    public boolean has(String name) {
        return !all(name).isEmpty();
    }

    /** All values of a field, in order. */
    public List<String> all(String name) {
        return fields.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .toList();
    }

    /** All values of a field in one line, as RFC 9110 §5.3 allows a proxy to combine them; empty when there is none. */
    public String joined(String name) {
        return String.join(", ", all(name));
    }
}
