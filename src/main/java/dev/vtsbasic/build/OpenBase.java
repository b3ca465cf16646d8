package dev.vtsbasic.build;

import dev.vtsbasic.build.OpenFile.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A build that can be served under any path, since its {@code base} is a placeholder: {@value #BASE}.
 *
 * <p>Whoever knows the path makes a copy in which the path is in all its places. At the root the path is nothing, so a
 * build is brought into that form beforehand ({@link #closeAtTheRoot}), with a record of the places; then it runs there as
 * it is, and copies for other paths are made from it.
 */
public final class OpenBase {
    static final String NAME = "__VTS_BASE__";

    /** What Vite's {@code base} has to be. */
    public static final String BASE = "/" + NAME + "/";

    private static final Set<String> TEXT =
            Set.of("js", "mjs", "cjs", "css", "html", "htm", "json", "map", "webmanifest", "svg", "xml", "txt");

    private static final Pattern INTEGRITY = Pattern.compile("sha(?:256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}");
    private static final String NODE_MODULES = "node_modules";

    private final Dist dist;
    private final State state;
    private final Map<String, OpenFile> files;

    private OpenBase(Dist dist, State state, Map<String, OpenFile> files) {
        this.dist = dist;
        this.state = state;
        this.files = files;
    }

    /**
     * Reads the record of a build that was brought into the form for the root, else looks for placeholders.
     *
     * @return empty when it is made for one path only
     * @throws IOException when it cannot be read, or cannot be served elsewhere; the message says why
     */
    public static Optional<OpenBase> of(Dist dist) throws IOException {
        Optional<List<OpenFile>> recorded = OpenBaseRecord.read(dist);
        OpenBase build = recorded.isPresent()
                ? new OpenBase(dist, State.AT_THE_ROOT, byPath(recorded.get()))
                : new OpenBase(dist, State.WITH_PLACEHOLDERS, search(dist));
        build.refuseIfChanged();
        return Optional.of(build).filter(open -> !open.files.isEmpty());
    }

    private static Map<String, OpenFile> byPath(List<OpenFile> files) {
        return files.stream()
                .collect(Collectors.toMap(OpenFile::path, file -> file, (first, second) -> second, TreeMap::new));
    }

    private static Map<String, OpenFile> search(Dist dist) throws IOException {
        Map<String, OpenFile> found = new ConcurrentSkipListMap<>();
        Set<String> integrity = ConcurrentHashMap.newKeySet();
        try {
            textFiles(dist).entrySet().parallelStream().forEach(entry -> {
                byte[] content = read(entry.getValue());
                OpenFile file = OpenFile.of(entry.getKey(), content);
                if (!file.places().isEmpty()) {
                    found.put(file.path(), file);
                }
                Matcher digests = INTEGRITY.matcher(new String(content, StandardCharsets.ISO_8859_1));
                while (digests.find()) {
                    integrity.add(digests.group());
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (!integrity.isEmpty()) {
            for (OpenFile file : found.values()) {
                refuseIntegrity(file, Files.readAllBytes(dist.root().resolve(file.path())), integrity);
            }
        }
        return new TreeMap<>(found);
    }

    /** A browser would not run a script that is not the one its page promises. */
    private static void refuseIntegrity(OpenFile file, byte[] content, Set<String> integrity) throws IOException {
        try {
            for (int bits : new int[] {256, 384, 512}) {
                byte[] digest = MessageDigest.getInstance("SHA-" + bits).digest(content);
                if (integrity.contains("sha" + bits + "-" + Base64.getEncoder().encodeToString(digest))) {
                    throw new IOException(file.path() + " has the base " + BASE
                            + " in it, and another file states its checksum (subresource integrity), which cannot hold"
                            + " for every path: build without integrity, or with the path as base");
                }
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** By their path within the build. */
    private static Map<String, Path> textFiles(Dist dist) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        for (Path part : List.of(dist.client(), dist.server())) {
            // It may be a link itself.
            Path root = part.toRealPath();
            Files.walkFileTree(root, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) {
                    boolean left = path.endsWith(NODE_MODULES) || path.equals(root.resolve(OpenBaseRecord.DIRECTORY));
                    return left ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) {
                    if (attributes.isRegularFile() && isText(path)) {
                        files.put(part.getFileName() + "/" + nameOf(root, path), path);
                    }
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        return files;
    }

    private static boolean isText(Path file) {
        String name = file.getFileName().toString();
        return TEXT.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    private static String nameOf(Path root, Path path) {
        return root.relativize(path).toString().replace('\\', '/');
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a build can be served at the root as it is, and elsewhere as a copy. */
    public static boolean isClosedAtTheRoot(Dist dist) {
        return OpenBaseRecord.exists(dist.client());
    }

    /** Those of the static files that differ from one base to the next, by their path within {@code client/}. */
    public Set<String> clientFiles() {
        return files.keySet().stream()
                .filter(path -> path.startsWith("client/"))
                .map(path -> path.substring("client/".length()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Brings the build itself into the form for the root, and keeps a record of where the base belongs. Does nothing when
     * that was done before.
     */
    public void closeAtTheRoot() throws IOException {
        if (state == State.AT_THE_ROOT) {
            return;
        }
        // The record first: with it, a build that was left half-way is known for what it is.
        OpenBaseRecord.write(
                dist, files.values().stream().map(OpenFile::atTheRoot).toList());
        for (OpenFile file : files.values()) {
            Path path = dist.root().resolve(file.path());
            Path part = path.resolveSibling(path.getFileName() + ".part");
            Files.write(part, file.at("", Files.readAllBytes(path), state));
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** The record would lead to wrong places; it may also be of a build that was closed by halves. */
    private void refuseIfChanged() throws IOException {
        for (OpenFile file : files.values()) {
            Path path = dist.root().resolve(file.path());
            if (Files.size(path) != file.size()) {
                throw new IOException(
                        path + " has changed since `precompress` looked at it, so it cannot be served under"
                                + " another path; build the app again");
            }
        }
    }

    /**
     * Makes a copy for a path.
     *
     * @param base {@code /shop}, or nothing for the root
     * @param target an empty directory
     * @return the copy
     */
    public Dist copyFor(String base, Path target) throws IOException {
        copyTree(dist.client(), "client", base, target);
        copyTree(dist.server(), "server", base, target);
        linkSurroundings(target);
        return new Dist(target, target.resolve("server").resolve(dist.server().relativize(dist.entry())));
    }

    private void copyTree(Path part, String name, String base, Path target) throws IOException {
        Path root = part.toRealPath();
        Path copy = target.resolve(name);
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) throws IOException {
                Path to = copy.resolve(root.relativize(path).toString());
                if (path.endsWith(NODE_MODULES)) {
                    Files.createSymbolicLink(to, path);
                    return FileVisitResult.SKIP_SUBTREE;
                }
                Files.createDirectory(to);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                Path to = copy.resolve(root.relativize(path).toString());
                OpenFile file = files.get(name + "/" + nameOf(root, path));
                if (file != null) {
                    Files.write(to, file.at(base, Files.readAllBytes(path), state));
                } else if (attributes.isSymbolicLink()) {
                    copyLink(root, path, to);
                } else if (attributes.isRegularFile()) {
                    linkOrCopy(path, to);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** One that leads within the tree does so in the copy, too; any other leads where it did. */
    private static void copyLink(Path root, Path path, Path to) throws IOException {
        Path target = Files.readSymbolicLink(path);
        boolean within =
                !target.isAbsolute() && path.resolveSibling(target).normalize().startsWith(root);
        Files.createSymbolicLink(
                to, within ? target : path.resolveSibling(target).toAbsolutePath());
    }

    private static void linkOrCopy(Path from, Path to) throws IOException {
        try {
            Files.createLink(to, from);
        } catch (IOException | UnsupportedOperationException e) {
            // Another file system, or another user's file.
            Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /** What lies beside the two directories, and the packages that a server finds above them, which it need not bring. */
    private void linkSurroundings(Path target) throws IOException {
        Path root = dist.root().toRealPath();
        List<Path> surroundings = new ArrayList<>();
        try (var siblings = Files.list(root)) {
            siblings.filter(file -> !Set.of("client", "server")
                            .contains(file.getFileName().toString()))
                    .forEach(surroundings::add);
        }
        Path above = root;
        while (above != null && !Files.isDirectory(above.resolve(NODE_MODULES))) {
            above = above.getParent();
        }
        if (above != null && !above.equals(root)) {
            surroundings.add(above.resolve(NODE_MODULES));
        }
        for (Path file : surroundings) {
            try {
                Files.createSymbolicLink(target.resolve(file.getFileName().toString()), file);
            } catch (IOException | UnsupportedOperationException e) {
                // Where there are no links, a build has to bring what it needs.
                return;
            }
        }
    }
}
