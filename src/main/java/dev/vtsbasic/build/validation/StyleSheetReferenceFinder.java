package dev.vtsbasic.build.validation;

import dev.vtsbasic.build.validation.AssetReference.Certainty;
import java.util.function.Consumer;

/** Finds the client files that a style sheet names: in {@code url()}, {@code @import} and the strings of image sets. */
final class StyleSheetReferenceFinder {
    private static final int MAX_URL_LENGTH = 1024;

    private final String text;
    private final String directory;
    private final Consumer<AssetReference> found;

    private StyleSheetReferenceFinder(String text, String directory, Consumer<AssetReference> found) {
        this.text = text;
        this.directory = directory;
        this.found = found;
    }

    /**
     * Reports each reference that is not in a comment.
     *
     * @param text the file, read as ISO-8859-1
     * @param directory the file's directory within {@code client/}
     */
    static void find(String text, String directory, Consumer<AssetReference> found) {
        new StyleSheetReferenceFinder(text, directory, found).all();
    }

    private void all() {
        for (int i = 0; i >= 0 && i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/' && text.startsWith("/*", i)) {
                i = orEnd(text.indexOf("*/", i + 2));
            } else if (c == '"' || c == '\'') {
                int end = endOf(i + 1, c);
                // A string may be anything. In an image set it is a file, which has a hash in its name.
                add(i + 1, end, isImport(i) ? Certainty.CERTAIN : Certainty.HASHED);
                i = end;
            } else if (c == '(' && i >= 3 && text.regionMatches(true, i - 3, "url", 0, 3)) {
                i = url(i + 1);
            } else if (c == '\\') {
                i++;
            }
        }
    }

    /** Reports the operand of a {@code url()} and returns the index of its end. */
    private int url(int from) {
        int start = from;
        while (start < text.length() && text.charAt(start) <= ' ') {
            start++;
        }
        char quote = start < text.length() ? text.charAt(start) : ')';
        boolean quoted = quote == '"' || quote == '\'';
        int end = quoted ? endOf(start + 1, quote) : endOf(start, ')');
        add(quoted ? start + 1 : start, end, Certainty.CERTAIN);
        return end;
    }

    private boolean isImport(int quote) {
        int i = quote - 1;
        while (i >= 0 && text.charAt(i) <= ' ') {
            i--;
        }
        return i >= 6 && text.regionMatches(true, i - 6, "@import", 0, 7);
    }

    private int endOf(int from, char closing) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == closing) {
                return i;
            }
            if (c == '\\') {
                i++;
            }
        }
        return text.length();
    }

    private int orEnd(int at) {
        return at < 0 ? text.length() : at + 1;
    }

    private void add(int start, int end, Certainty certainty) {
        if (end - start > MAX_URL_LENGTH) {
            return;
        }
        String path = ClientPath.of(unescaped(text.substring(start, end).strip()));
        if (path == null) {
            return;
        }
        String name = path.startsWith("/") ? path : ClientPath.resolve(directory, path);
        if (name != null && !name.isEmpty()) {
            found.accept(new AssetReference(name, certainty));
        }
    }

    /** Resolves escapes of CSS: {@code \(} is a parenthesis, {@code \20 } a space. */
    private static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) != '\\' || i + 1 == text.length()) {
                plain.append(text.charAt(i));
                continue;
            }
            int end = i + 1;
            while (end < text.length() && end <= i + 6 && Character.digit(text.charAt(end), 16) >= 0) {
                end++;
            }
            if (end == i + 1) {
                plain.append(text.charAt(++i));
            } else {
                int code = Integer.parseInt(text, i + 1, end, 16);
                plain.append(code < 0x80 ? Character.toString(code) : "%");
                i = end < text.length() && text.charAt(end) == ' ' ? end : end - 1;
            }
        }
        return plain.toString();
    }
}
