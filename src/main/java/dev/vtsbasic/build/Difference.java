package dev.vtsbasic.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where two builds begin to differ.
 *
 * @param file the first file that differs in more than the names of other files that differ
 * @param offset of the first byte that differs, in the first build's file, from 0; -1 when nothing in the file does
 * @param line of that byte, from 1; 0 when there is none
 * @param excerpts what both have around it, the first build's first; empty when there is nothing to show
 * @param cause why
 */
record Difference(DifferingFile file, int offset, int line, List<String> excerpts, LikelyCause cause) {
    private static final int BEFORE = 50;
    private static final int AFTER = 70;

    /**
     * @param differing what {@link TreeComparison} found in the builds {@code first} and {@code second}; not empty
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

    /** One character for each byte, so that every file can be read and an offset is one in the file. */
    private static String content(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** A file that names another one with a hash differs when that one does; this is not where it began. */
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

    /** What is around {@code offset} in its line, without what could confuse a terminal. */
    private static String excerpt(String content, int offset) {
        int at = Math.min(offset, content.length());
        int start = Math.max(content.lastIndexOf('\n', at - 1) + 1, at - BEFORE);
        int end = content.indexOf('\n', at);
        end = Math.min(end < 0 ? content.length() : end, at + AFTER);
        byte[] bytes = content.substring(start, end).getBytes(StandardCharsets.ISO_8859_1);
        return new String(bytes, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}|\\x{FFFD}", "·");
    }
}
