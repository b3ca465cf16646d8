package dev.vtsbasic.build;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds which client files a build names.
 *
 * <p>In the server's chunks that is every string literal that looks like a path under {@code /assets/}: the manifest's
 * preloads and client entry, and CSS imported with {@code ?url}, which no manifest lists. In the client's chunks it is
 * the static and dynamic imports, the preload lists that Vite makes for them, and in style sheets each {@code url()}.
 */
final class AssetReferences {
    private static final String PATH = "([A-Za-z0-9_@~.+/-]+\\.[A-Za-z0-9]+)";
    private static final Pattern SERVER_LITERAL =
            Pattern.compile("([\"'`])/(assets/" + PATH + ")(?:[?#][^\"'`\\s]*)?\\1");
    private static final Pattern CLIENT_IMPORT =
            Pattern.compile("(?:\\bfrom|\\bimport)\\s*\\(?\\s*([\"'`])(\\.{1,2}/" + PATH + ")\\1");
    private static final Pattern CLIENT_PRELOAD = Pattern.compile("([\"'`])(assets/" + PATH + ")\\1");
    private static final Pattern CSS_URL =
            Pattern.compile("url\\(\\s*([\"']?)((?:\\.{0,2}/)?" + PATH + ")(?:[?#][^)\"']*)?\\1\\s*\\)");

    private AssetReferences() {}

    /** Every reference once, in a stable order. */
    static Set<AssetReference> in(Dist dist) throws IOException {
        Set<AssetReference> references = new LinkedHashSet<>();
        for (Path chunk : files(dist.server(), ".js", ".mjs")) {
            find(SERVER_LITERAL, dist, chunk, (path, namedIn) -> references.add(new AssetReference(path, namedIn)));
        }
        for (Path chunk : files(dist.client(), ".js", ".mjs")) {
            Path directory = dist.client().relativize(chunk.getParent());
            find(CLIENT_IMPORT, dist, chunk, (path, namedIn) -> add(references, directory, path, namedIn));
            find(CLIENT_PRELOAD, dist, chunk, (path, namedIn) -> references.add(new AssetReference(path, namedIn)));
        }
        for (Path sheet : files(dist.client(), ".css")) {
            Path directory = dist.client().relativize(sheet.getParent());
            find(CSS_URL, dist, sheet, (path, namedIn) -> {
                if (path.startsWith("//")) {
                    return;
                }
                add(references, path.startsWith("/") ? Path.of("") : directory, path.replaceFirst("^/", ""), namedIn);
            });
        }
        return references;
    }

    private static void add(Set<AssetReference> references, Path directory, String path, String namedIn) {
        Path name = directory.resolve(path).normalize();
        if (!name.startsWith("..")) {
            references.add(new AssetReference(name.toString().replace('\\', '/'), namedIn));
        }
    }

    private static void find(Pattern pattern, Dist dist, Path file, BiConsumer<String, String> found) {
        try {
            String namedIn = dist.root().relativize(file).toString().replace('\\', '/');
            Matcher matcher = pattern.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
            while (matcher.find()) {
                found.accept(matcher.group(2), namedIn);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path directory, String... endings) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> Stream.of(endings).anyMatch(file.toString()::endsWith))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .toList();
        }
    }
}
