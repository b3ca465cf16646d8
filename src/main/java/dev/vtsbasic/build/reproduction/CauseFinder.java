package dev.vtsbasic.build.reproduction;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the likely cause why two builds differ, from the text around the first byte that differs.
 *
 * @param first the first build
 * @param second the second build
 * @param firstEnvironment the environment of the first build
 * @param secondEnvironment the environment of the second build
 */
record CauseFinder(Path first, Path second, BuildEnvironment firstEnvironment, BuildEnvironment secondEnvironment) {
    /** How many characters before and after the offset may belong to a name, a number or a time. */
    private static final int NEAR = 60;

    private static final String MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
    private static final Pattern DATE_OR_TIME =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d(?:[T ][\\d:.]+(?:Z|[+-][\\d:]+)?)?"
                    + "|\\d{1,2}[:.]\\d\\d[:.]\\d\\d"
                    + "|\\d{1,2}([./])\\d{1,2}\\1\\d{4}"
                    + "|(?:GMT|UTC)[+-]\\d+"
                    + "|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? (?:" + MONTH + " )?\\d{1,2}"
                    + "|" + MONTH + " \\d{1,2},? \\d{4}|\\d{1,2} " + MONTH + " \\d{4}");
    private static final Pattern EPOCH = Pattern.compile("(?<![\\d.])\\d{10}(?:\\d{3})?(?!\\d)");
    private static final Duration EPOCH_IS_NEAR = Duration.ofDays(3650);
    private static final Pattern RANDOM =
            Pattern.compile("0?\\.\\d{6,}|(?=[A-Za-z_-]*\\d|[A-Z_-]*[a-z]+[A-Z])[A-Za-z0-9_-]{6,}");
    private static final Pattern STYLE_SHEET = Pattern.compile("[A-Za-z0-9_.~-]+\\.css");

    /**
     * Checks for each cause in turn.
     *
     * @param one the file's content in the first build, a character for each byte
     * @param other the same in the second build, with the hashed names of the first
     * @param offset index of the first character that differs
     */
    LikelyCause find(DifferingFile file, String one, String other, int offset) throws IOException {
        if (holds(one, firstEnvironment.tree().toString(), offset)
                || holds(other, secondEnvironment.tree().toString(), offset)) {
            return LikelyCause.BUILD_PATH;
        }
        if (namesUser(one, firstEnvironment, offset) || namesUser(other, secondEnvironment, offset)) {
            return LikelyCause.HOME_OR_USER;
        }
        if (sameParts(one, other)) {
            return LikelyCause.ORDER;
        }
        if (isTime(one, offset) && isTime(other, offset)) {
            return LikelyCause.TIME;
        }
        if (namesMissingStyleSheet(one, offset, first) || namesMissingStyleSheet(other, offset, second)) {
            return LikelyCause.STYLE_SHEET_OF_CLIENT_AND_SERVER;
        }
        if (file.name().endsWith(".css")) {
            return LikelyCause.STYLE_SHEET;
        }
        return isAt(RANDOM, one, offset) && isAt(RANDOM, other, offset)
                ? LikelyCause.RANDOM_OR_HASH
                : LikelyCause.UNKNOWN;
    }

    private static boolean namesUser(String content, BuildEnvironment environment, int offset) {
        return holds(content, environment.home().toString(), offset) || holds(content, environment.user(), offset);
    }

    /** Whether {@code content} has {@code part} around {@code offset} or up to it. */
    private static boolean holds(String content, String part, int offset) {
        int at = content.indexOf(part, Math.max(0, offset - part.length()));
        return at >= 0 && at <= offset;
    }

    private static boolean isTime(String content, int offset) {
        if (isAt(DATE_OR_TIME, content, offset)) {
            return true;
        }
        Matcher number = matcher(EPOCH, content, offset);
        while (number.find()) {
            if (number.start() <= offset && offset <= number.end()) {
                long millis = Long.parseLong((number.group() + "000").substring(0, 13));
                Duration distance = Duration.between(Instant.ofEpochMilli(millis), Instant.now());
                return distance.abs().compareTo(EPOCH_IS_NEAR) < 0;
            }
        }
        return false;
    }

    private static boolean isAt(Pattern pattern, String content, int offset) {
        Matcher matcher = matcher(pattern, content, offset);
        while (matcher.find()) {
            if (matcher.start() <= offset && offset <= matcher.end()) {
                return true;
            }
        }
        return false;
    }

    private static Matcher matcher(Pattern pattern, String content, int offset) {
        int start = Math.max(0, offset - NEAR);
        int end = Math.min(content.length(), offset + NEAR);
        return pattern.matcher(content)
                .region(Math.min(start, end), end)
                .useTransparentBounds(true)
                .useAnchoringBounds(false);
    }

    private static boolean sameParts(String one, String other) {
        return one.length() == other.length()
                && (sameParts("\n", one, other) || sameParts("[\\s,;(){}\\[\\]]+", one, other));
    }

    private static boolean sameParts(String separator, String one, String other) {
        String[] parts = one.split(separator);
        String[] others = other.split(separator);
        Arrays.sort(parts);
        Arrays.sort(others);
        return Arrays.equals(parts, others);
    }

    private static boolean namesMissingStyleSheet(String content, int offset, Path build) throws IOException {
        Path client = build.resolve("client");
        if (!Files.isDirectory(client)) {
            return false;
        }
        Matcher name = matcher(STYLE_SHEET, content, offset);
        while (name.find()) {
            if (name.start() <= offset && offset <= name.end()) {
                try (Stream<Path> files = Files.walk(client)) {
                    return files.noneMatch(file -> file.getFileName().toString().equals(name.group()));
                }
            }
        }
        return false;
    }
}
