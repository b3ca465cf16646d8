package dev.vtsbasic.build.validation;

import dev.vtsbasic.build.Dist;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows the imports from the server's entry and finds the packages that Bun will not find, so that the server would
 * not start.
 *
 * <p>Only imports at the head of a script count, because bundlers write them there. Further down, text may look like an
 * import, and a dynamic import may be meant to fail.
 */
final class UnresolvedImportFinder {
    /** How many bytes of a script are searched for imports. */
    private static final int MAX_HEAD = 256 * 1024;

    /** {@code import a, {b as c} from "d"}, {@code import "d"}, {@code export * from "d"}. */
    private static final Pattern IMPORT =
            Pattern.compile("(?:import|export)(?:[\\s\\w$*{},\\x80-\\xff]*?[\\s}*]from)?\\s*([\"'])([^\"'\\n]+)\\1");

    private static final Pattern ATTRIBUTES = Pattern.compile("\\s*(?:with|assert)\\s*\\{[^}]*}");
    private static final Pattern DIRECTIVE = Pattern.compile("\"[^\"\\n]*\"|'[^'\\n]*'");

    /**
     * {@code name} or {@code @scope/name}, and possibly a path in the package. Names that begin with {@code _}
     * are those of Node's internal modules.
     */
    private static final Pattern PACKAGE = Pattern.compile("((?:@[\\w.~-]+/)?(?!_)[\\w.~-]+)(?:/.*)?");

    /** The modules that Bun has itself: Node's, and packages that it replaces (tried with Bun 1.4.5). */
    private static final Set<String> BUN_MODULES = Set.of(
            ("assert async_hooks buffer child_process cluster console constants crypto dgram diagnostics_channel "
                            + "dns domain events fs http http2 https inspector module net os path perf_hooks process punycode "
                            + "querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi "
                            + "worker_threads zlib bun ws undici node-fetch isomorphic-fetch @vercel/fetch abort-controller "
                            + "utf-8-validate")
                    .split(" "));

    private final Path root;
    private final Set<Path> seen = new HashSet<>();
    private final Deque<Path> next = new ArrayDeque<>();
    private final Map<String, Set<String>> missing = new TreeMap<>();

    private UnresolvedImportFinder(Path root) {
        this.root = root;
    }

    static List<UnresolvedImport> find(Dist dist) throws IOException {
        UnresolvedImportFinder imports = new UnresolvedImportFinder(dist.root().toRealPath());
        imports.follow(dist.entry().toRealPath());
        List<UnresolvedImport> all = new ArrayList<>();
        imports.missing.forEach((name, in) -> all.add(new UnresolvedImport(name, List.copyOf(in))));
        return all;
    }

    private void follow(Path entry) throws IOException {
        visitLater(entry);
        while (!next.isEmpty()) {
            Path script = next.remove();
            for (String specifier : specifiers(head(script))) {
                if (specifier.startsWith("./") || specifier.startsWith("../")) {
                    visitRelative(script, specifier);
                } else {
                    Matcher name = PACKAGE.matcher(specifier);
                    if (name.matches() && !BUN_MODULES.contains(name.group(1)) && !isFound(name.group(1), script)) {
                        missing.computeIfAbsent(name.group(1), key -> new TreeSet<>())
                                .add(nameOf(script));
                    }
                }
            }
        }
    }

    private String nameOf(Path script) {
        Path name = script.startsWith(root) ? root.relativize(script) : script;
        return name.toString().replace('\\', '/');
    }

    private void visitRelative(Path script, String specifier) throws IOException {
        try {
            Path imported = script.resolveSibling(specifier.replaceFirst("[?#].*", ""));
            if (Files.isRegularFile(imported)) {
                visitLater(imported.toRealPath());
            }
        } catch (InvalidPathException e) {
            // On this system no file can have this name.
        }
    }

    private void visitLater(Path script) {
        String name = script.toString();
        // Installed packages are not followed, because they are not part of the build.
        boolean isOurs = !name.contains("node_modules") && (name.endsWith(".js") || name.endsWith(".mjs"));
        if (isOurs && seen.add(script)) {
            next.add(script);
        }
    }

    private static boolean isFound(String name, Path script) {
        for (Path directory = script.getParent(); directory != null; directory = directory.getParent()) {
            if (Files.isDirectory(directory.resolve("node_modules").resolve(name))) {
                return true;
            }
        }
        return false;
    }

    private static String head(Path script) throws IOException {
        try (InputStream in = Files.newInputStream(script)) {
            return new String(in.readNBytes(MAX_HEAD), StandardCharsets.ISO_8859_1);
        }
    }

    /** The modules that the script imports at its head. */
    static List<String> specifiers(String script) {
        List<String> specifiers = new ArrayList<>();
        Matcher statement = IMPORT.matcher(script);
        Matcher directive = DIRECTIVE.matcher(script);
        Matcher attributes = ATTRIBUTES.matcher(script);
        int at = script.startsWith("#!") ? endOfLine(script, 0) : 0;
        while (true) {
            at = skip(script, at);
            if (statement.region(at, script.length()).lookingAt()) {
                specifiers.add(statement.group(2));
                at = statement.end();
                if (attributes.region(at, script.length()).lookingAt()) {
                    at = attributes.end();
                }
            } else if (directive.region(at, script.length()).lookingAt()) {
                at = directive.end();
            } else {
                return specifiers;
            }
        }
    }

    /** Skips white space, the bytes of a byte order mark, semicolons and comments. */
    private static int skip(String script, int from) {
        int at = from;
        while (at < script.length()) {
            char c = script.charAt(at);
            if (script.startsWith("//", at)) {
                at = endOfLine(script, at);
            } else if (script.startsWith("/*", at)) {
                int end = script.indexOf("*/", at + 2);
                at = end < 0 ? script.length() : end + 2;
            } else if (c <= ' ' || c == ';' || c == 0xEF || c == 0xBB || c == 0xBF) {
                at++;
            } else {
                return at;
            }
        }
        return at;
    }

    private static int endOfLine(String script, int from) {
        int end = script.indexOf('\n', from);
        return end < 0 ? script.length() : end;
    }
}
