package dev.vtsbasic.build.reproduction;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The position where two builds begin to differ.
 *
 * @param file the first file that differs in more than the hashed names of other files; if there is none, the first
 *     that only one build has, or the first that differs
 * @param offset of the first byte that differs, in the first build's file, from 0; -1 if no content differs
 * @param line of that byte, from 1; 0 if no content differs
 * @param excerpts the text around it in the first and in the second build; empty if no content differs
 * @param cause the likely cause
 */
record Difference(DifferingFile file, int offset, int line, List<String> excerpts, LikelyCause cause) {
    private static final int BEFORE = 50;
    private static final int AFTER = 70;

    /**
     * Compares the content of the files that differ.
     *
     * @param differing the result of {@link TreeComparison} for {@code first} and {@code second}; not empty
     */
    static Difference of(List<DifferingFile> differing, Path first, Path second, CauseFinder causes)
            throws IOException {
        for (DifferingFile file : differing) {
            if (file.isInBoth()) {
                String one = content(first.resolve(file.first()));
                String other = withNamesOfFirst(content(second.resolve(file.second())), differing);
                int offset = mismatch(one, other);
                if (offset >= 0) {
                    LikelyCause cause = causes.find(file, one, other, offset);
                    List<String> excerpts = List.of(excerpt(one, offset), excerpt(other, offset));
                    return new Difference(file, offset, lineOf(one, offset), excerpts, cause);
                }
            }
        }
        return differing.stream()
                .filter(file -> !file.isInBoth())
                .findFirst()
                .map(file -> new Difference(file, -1, 0, List.of(), LikelyCause.FILE_MISSING))
                .orElseGet(() -> new Difference(differing.get(0), -1, 0, List.of(), LikelyCause.ONLY_NAMES));
    }

    /** The file's content, one character for each byte, so that any file can be read and an index is a byte offset. */
    private static String content(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /**
     * The content with the hashed names of the first build, because a file that differs only in the name of another
     * file is not where the difference begins.
     */
    private static String withNamesOfFirst(String content, List<DifferingFile> differing) {
        String result = content;
        for (DifferingFile file : differing) {
            if (file.isRenamed()) {
                result = result.replace(DifferingFile.fileName(file.second()), DifferingFile.fileName(file.first()));
            }
        }
        return result;
    }

    private static int mismatch(String one, String other) {
        int shorter = Math.min(one.length(), other.length());
        for (int i = 0; i < shorter; i++) {
            if (one.charAt(i) != other.charAt(i)) {
                return i;
            }
        }
        return one.length() == other.length() ? -1 : shorter;
    }

    private static int lineOf(String content, int offset) {
        return 1 + (int) content.chars().limit(offset).filter(c -> c == '\n').count();
    }

    /** The text around {@code offset} in its line, without control characters, which could garble a terminal. */
    private static String excerpt(String content, int offset) {
        int at = Math.min(offset, content.length());
        int start = Math.max(content.lastIndexOf('\n', at - 1) + 1, at - BEFORE);
        int end = content.indexOf('\n', at);
        end = Math.min(end < 0 ? content.length() : end, at + AFTER);
        byte[] bytes = content.substring(start, end).getBytes(StandardCharsets.ISO_8859_1);
        return new String(bytes, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}|\\x{FFFD}", "·");
    }
}
