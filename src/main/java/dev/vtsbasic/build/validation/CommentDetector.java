package dev.vtsbasic.build.validation;

/** Tells comments from code by the text of one line, because scripts are not parsed. */
final class CommentDetector {
    private static final int MAX_LINE_LENGTH = 200;

    private CommentDetector() {}

    /**
     * Whether the line holds the beginning of a comment before {@code at}. A position more than 200 characters into its
     * line is in minified code, and so in no comment.
     */
    static boolean covers(String text, int at) {
        int line = at;
        while (line > 0 && text.charAt(line - 1) != '\n') {
            line--;
            if (at - line > MAX_LINE_LENGTH) {
                return false;
            }
        }
        String before = text.substring(line, at).strip();
        int closed = before.lastIndexOf("*/");
        int opened = before.lastIndexOf("/*");
        return before.startsWith("//")
                || before.contains(" // ")
                || opened > closed
                || opened < 0 && closed < 0 && before.startsWith("*");
    }
}
