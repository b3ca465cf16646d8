package dev.vtsbasic.build.validation;

import dev.vtsbasic.build.validation.AssetReference.Certainty;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Finds the names of client files in scripts and pages, as Vite writes them: imports, the preload lists of dynamic
 * imports, {@code System.register} of legacy chunks, {@code new URL(…, import.meta.url)}, and strings that are URLs.
 *
 * <p>It does not parse the code. It looks at strings and the characters around them, which is enough for minified code.
 */
final class ScriptReferenceFinder {
    private static final int MAX_STRING_LENGTH = 1024;
    private static final int MAX_LOOKAROUND = 200;
    private static final boolean[] NEVER_IN_A_PATH = new boolean[0x80];

    static {
        Arrays.fill(NEVER_IN_A_PATH, 0, ' ', true);
        "\"'`\\$<>{}[]|^;*".chars().forEach(c -> NEVER_IN_A_PATH[c] = true);
    }

    private final String text;
    private final String directory;
    private final Kind kind;
    private final Consumer<AssetReference> found;

    /** The kind of file. A path can be relative to the file only if a browser loads the file. */
    enum Kind {
        CLIENT,
        SERVER,
        PAGE
    }

    private ScriptReferenceFinder(String text, String directory, Kind kind, Consumer<AssetReference> found) {
        this.text = text;
        this.directory = directory;
        this.kind = kind;
        this.found = found;
    }

    /**
     * Reports each reference that is not in a comment.
     *
     * @param text the file, read as ISO-8859-1
     * @param directory the file's directory within {@code client/}; not used for a file of the server
     */
    static void find(String text, String directory, Kind kind, Consumer<AssetReference> found) {
        ScriptReferenceFinder finder = new ScriptReferenceFinder(text, directory, kind, found);
        finder.strings();
        if (kind == Kind.CLIENT) {
            finder.lists("__vite__mapDeps", "m.f=[");
            finder.lists("System.register(", "[");
        }
    }

    private void strings() {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\'' || c == '`') {
                int end = endOfString(i);
                if (end > 0) {
                    string(i, end);
                }
            } else if (c == '(' && text.startsWith("url(/", i - 3)) {
                // A legacy chunk carries its style sheet as a string.
                String rest = text.substring(i + 1, Math.min(text.length(), i + MAX_STRING_LENGTH));
                add(ClientPath.of(rest.substring(0, Math.max(0, rest.indexOf(')')))), Certainty.LIKELY, i);
            }
        }
    }

    /** Index of the quote that ends the string from {@code start}; -1 if the string cannot be a path. */
    private int endOfString(int start) {
        char quote = text.charAt(start);
        int limit = Math.min(text.length(), start + MAX_STRING_LENGTH);
        for (int i = start + 1; i < limit; i++) {
            char c = text.charAt(i);
            if (c == quote) {
                return i == start + 1 ? -1 : i;
            }
            if (c < NEVER_IN_A_PATH.length && NEVER_IN_A_PATH[c]) {
                return -1;
            }
        }
        return -1;
    }

    private void string(int start, int end) {
        char first = text.charAt(start + 1);
        boolean path = first == '/' || first == '.' || first >= '0';
        String string = text.substring(start + 1, end);
        String name = path ? ClientPath.of(string) : null;
        if (name == null) {
            return;
        }
        // A URL in a script has %20 for a space, so a string with a space is a sentence.
        boolean oneWord = string.indexOf(' ') < 0;
        boolean relative = name.startsWith("./") || name.startsWith("../");
        if (first == '/') {
            if (oneWord) {
                add(name, Certainty.LIKELY, start);
            }
        } else if (kind == Kind.SERVER) {
            if (oneWord && !relative) {
                add(name, Certainty.HASHED, start);
            }
        } else if (relative && kind == Kind.CLIENT && isImport(start, end)) {
            add(ClientPath.resolve(directory, name), Certainty.CERTAIN, start);
        } else if (oneWord && (relative || isNewUrl(start, end))) {
            Certainty certainty = kind == Kind.PAGE ? Certainty.LIKELY : Certainty.HASHED;
            add(ClientPath.resolve(directory, name), certainty, start);
        } else if (oneWord) {
            add(name, Certainty.LIKELY, start);
        }
    }

    private void add(String path, Certainty certainty, int at) {
        if (path != null && !path.isEmpty() && !CommentDetector.covers(text, at)) {
            found.accept(new AssetReference(path, certainty));
        }
    }

    /** Whether it is in {@code from"…"}, {@code import"…"}, {@code import(…)} or {@code t.import(…)}. */
    private boolean isImport(int start, int end) {
        int before = skipBack(start - 1);
        if (before >= 0 && text.charAt(before) == '(') {
            return isWord("import", skipBack(before - 1));
        }
        return (isWord("from", before) || isWord("import", before)) && endsStatement(end + 1);
    }

    private boolean endsStatement(int at) {
        for (int i = at; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != ' ' && c != '\t') {
                return c == '\n' || c == '\r' || c == ';' || c == '/' || text.startsWith("with", i);
            }
        }
        return true;
    }

    private boolean isNewUrl(int start, int end) {
        int before = skipBack(start - 1);
        if (before < 2 || !text.startsWith("URL(", before - 3)) {
            return false;
        }
        String rest = text.substring(end + 1, Math.min(text.length(), end + MAX_LOOKAROUND));
        return rest.stripLeading().startsWith(",") && rest.contains(".meta.url");
    }

    private boolean isWord(String word, int last) {
        int start = last - word.length() + 1;
        return start >= 0
                && text.startsWith(word, start)
                && (start == 0 || !Character.isJavaIdentifierPart(text.charAt(start - 1)));
    }

    /** Goes back over white space and one comment such as {@code @vite-ignore}. */
    private int skipBack(int at) {
        int i = skipSpace(at);
        if (i > 0 && text.charAt(i) == '/' && text.charAt(i - 1) == '*') {
            int comment = text.lastIndexOf("/*", i - 2);
            return comment > i - MAX_LOOKAROUND && comment >= 0 ? skipSpace(comment - 1) : i;
        }
        return i;
    }

    private int skipSpace(int at) {
        int i = at;
        while (i >= 0 && i > at - MAX_LOOKAROUND && text.charAt(i) <= ' ') {
            i--;
        }
        return i;
    }

    /** Reports the strings of the lists after {@code marker}; all of them name files, with or without a hash. */
    private void lists(String marker, String opening) {
        for (int at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
            int list = text.substring(at, Math.min(text.length(), at + MAX_LOOKAROUND))
                    .indexOf(opening);
            if (list >= 0) {
                list(at + list + opening.length());
            }
        }
    }

    private void list(int from) {
        for (int i = from; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\'' || c == '`') {
                int end = endOfString(i);
                if (end < 0) {
                    return;
                }
                String name = ClientPath.of(text.substring(i + 1, end));
                if (name != null && !name.startsWith("/")) {
                    String base = name.startsWith(".") ? directory : "";
                    add(ClientPath.resolve(base, name), Certainty.CERTAIN, i);
                } else if (name != null) {
                    add(name, Certainty.LIKELY, i);
                }
                i = end;
            } else if (c != ',' && c > ' ') {
                return;
            }
        }
    }
}
