package dev.vtsbasic.build.validation;

import dev.vtsbasic.build.validation.BuildReader.Piece;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Finds absolute paths of the machine that made a build, because visitors would learn about that machine and because two builds
 * of the same source would differ.
 *
 * <p>A path such as {@code /home/…} may also be a page of a site. So a path counts only if it is in the project's
 * directory, is the value of {@code __dirname}, or ends like a source file.
 */
final class PathLeakDetector {
    private static final int MAX_PATH_LENGTH = 400;
    private static final int MAX_PREFIX_LENGTH = 100;
    private static final int DEEP = 2;
    private static final Set<String> HOMES = Set.of("/home/", "/Users/", "/root/");
    private static final Set<String> WINDOWS_HOMES = Set.of(":\\Users\\", ":\\\\Users\\\\", ":/Users/");
    private static final Set<String> PATH_VARIABLES = Set.of("filePath", "__dirname", "__filename");
    private static final Pattern SOURCE = Pattern.compile(
            "\\.(?:[cm]?[jt]sx?|vue|svelte|astro|css|s[ac]ss|less|styl|mdx?|node|map)$", Pattern.CASE_INSENSITIVE);
    private static final Set<String> PROJECT_DIRECTORIES = Set.of("src/", "node_modules/");

    private final Set<String> projects;

    private PathLeakDetector(Set<String> projects) {
        this.projects = projects;
    }

    /**
     * The absolute paths in one file.
     *
     * @param first the first path; empty if there is none
     * @param count how many paths there are
     */
    record Leak(String first, int count) {
        static final Leak NONE = new Leak("", 0);

        Leak plus(Leak other) {
            return new Leak(count == 0 ? other.first : first, count + other.count);
        }
    }

    /** Finds paths of the project whose build is in {@code dist}, and those that look like paths of any project. */
    static PathLeakDetector of(Path dist) throws IOException {
        Set<String> projects = new LinkedHashSet<>();
        for (Path root : List.of(dist.toAbsolutePath().normalize(), dist.toRealPath())) {
            Path project = root.getParent();
            if (project != null && project.getNameCount() >= DEEP) {
                projects.add(project + dist.getFileSystem().getSeparator());
            } else if (project != null && project.getNameCount() > 0) {
                // Many URLs begin with a short path such as "/app/", so only known directories in it count.
                PROJECT_DIRECTORIES.forEach(part -> projects.add(project + "/" + part));
                projects.add(root + "/");
            }
        }
        return new PathLeakDetector(projects);
    }

    /**
     * Finds the paths that begin in a piece.
     *
     * @param piece of a file, read as ISO-8859-1
     */
    Leak find(Piece piece) {
        String text = piece.text();
        Set<Integer> starts = new LinkedHashSet<>();
        for (String project : projects) {
            for (int at = text.indexOf(project); at >= 0; at = text.indexOf(project, at + project.length())) {
                if (isStart(text, at) || text.startsWith("file://", at - "file://".length())) {
                    starts.add(at);
                }
            }
        }
        for (String home : HOMES) {
            for (int at = text.indexOf(home); at >= 0; at = text.indexOf(home, at + 1)) {
                if (isStart(text, at) && isSource(pathAt(text, at)) && !CommentDetector.covers(text, at)) {
                    starts.add(at);
                }
            }
        }
        for (String home : WINDOWS_HOMES) {
            for (int at = text.indexOf(home); at > 0; at = text.indexOf(home, at + 1)) {
                if (isDrive(text, at - 1) && isSource(pathAt(text, at + 1))) {
                    starts.add(at - 1);
                }
            }
        }
        for (int at = text.indexOf("file:///"); at >= 0; at = text.indexOf("file:///", at + 1)) {
            if (at > 0 && isQuote(text.charAt(at - 1)) && isSource(pathAt(text, at + "file://".length()))) {
                starts.add(at);
            }
        }
        for (int at = text.indexOf("/node_modules/"); at >= 0; at = text.indexOf("/node_modules/", at + 1)) {
            int start = startOf(text, at);
            if (start < at
                    && text.charAt(start) == '/'
                    && isStart(text, start)
                    && isSource(pathAt(text, start))
                    && !CommentDetector.covers(text, start)) {
                starts.add(start);
            }
        }
        for (String name : PATH_VARIABLES) {
            for (int at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
                int value = valueAfter(text, at + name.length());
                if (value > 0 && isAbsolute(pathAt(text, value), name)) {
                    starts.add(value);
                }
            }
        }
        starts.removeIf(start -> !piece.owns(start));
        return starts.stream()
                .min(Integer::compare)
                .map(first -> new Leak(excerpt(text, first), starts.size()))
                .orElse(Leak.NONE);
    }

    /** The path that begins at {@code start}; it ends before a character that {@link #isPath} refuses. */
    private static String pathAt(String text, int start) {
        int end = start;
        while (end < text.length() && end - start < MAX_PATH_LENGTH && isPath(text.charAt(end))) {
            end++;
        }
        return text.substring(start, end);
    }

    private static String excerpt(String text, int start) {
        int scheme = text.startsWith("file:", start) || isDrive(text, start) ? text.indexOf(':', start) + 1 : start;
        return text.substring(start, scheme) + pathAt(text, scheme);
    }

    private static int startOf(String text, int at) {
        int start = at;
        while (start > 0 && at - start < MAX_PREFIX_LENGTH && isPath(text.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static boolean isPath(char c) {
        return c > ' ' && "\"'`<>|?*:;,(){}".indexOf(c) < 0;
    }

    private static boolean isStart(String text, int at) {
        return at == 0 || !isPath(text.charAt(at - 1)) && text.charAt(at - 1) != '}' && text.charAt(at - 1) != ':';
    }

    private static boolean isDrive(String text, int at) {
        char c = Character.toUpperCase(text.charAt(at));
        return c >= 'A' && c <= 'Z' && (at == 0 || !Character.isLetterOrDigit(text.charAt(at - 1)));
    }

    private static boolean isSource(String path) {
        return path.indexOf("//") < 0
                && path.chars().filter(c -> c == '/' || c == '\\').count() > DEEP
                && SOURCE.matcher(path).find();
    }

    private static boolean isAbsolute(String path, String name) {
        return path.startsWith("/")
                && !path.startsWith("//")
                && path.indexOf('/', 1) > 0
                && (name.equals("__dirname") || SOURCE.matcher(path).find());
    }

    /** Index of the string that is assigned to the name before {@code at}; 0 if there is none. */
    private static int valueAfter(String text, int at) {
        int i = at;
        boolean given = false;
        for (; i < text.length() && i - at < DEEP * DEEP * DEEP; i++) {
            char c = text.charAt(i);
            if (isQuote(c) && given) {
                return i + 1;
            }
            given |= c == ':' || c == '=';
            if (c > ' ' && c != ':' && c != '=' && !isQuote(c)) {
                return 0;
            }
        }
        return 0;
    }

    private static boolean isQuote(char c) {
        return c == '"' || c == '\'' || c == '`';
    }
}
