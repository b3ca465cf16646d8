package dev.vtsbasic.build.base;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.build.base.OpenFile.State;
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
 * A build that can be served under any path, because its {@code base} is a placeholder: {@value #BASE}.
 *
 * <p>The server knows the path when it starts, and then makes a copy of the build with the path in place of each
 * placeholder ({@link #copyFor}). At the root the path is empty, so {@code precompress} takes the placeholders out of
 * the build itself and records their positions ({@link #writeForRoot}). The build is then served at the root as it
 * is, and copies for other paths are made from it and the record.
 *
 * <p>Reading and copying is safe for several threads, {@link #writeForRoot} is not.
 */
public final class OpenBase {
    static final String NAME = "__VTS_BASE__";

    /** The value that Vite's {@code base} has to have. */
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
     * Reads the record that {@link #writeForRoot} left or, if there is none, searches the build for placeholders.
     *
     * @return empty if the build is made for one path only
     * @throws IOException if the build cannot be read, or cannot be served under another path because a file changed
     *     after the record was written or another file states its checksum; the message says why
     */
    public static Optional<OpenBase> of(Dist dist) throws IOException {
        Optional<List<OpenFile>> recorded = OpenBaseRecord.read(dist);
        OpenBase build = recorded.isPresent()
                ? new OpenBase(dist, State.FOR_ROOT, byPath(recorded.get()))
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
        Set<String> checksums = ConcurrentHashMap.newKeySet();
        try {
            textFiles(dist).entrySet().parallelStream().forEach(entry -> {
                byte[] content = read(entry.getValue());
                OpenFile file = OpenFile.of(entry.getKey(), content);
                if (!file.positions().isEmpty()) {
                    found.put(file.path(), file);
                }
                Matcher digests = INTEGRITY.matcher(new String(content, StandardCharsets.ISO_8859_1));
                while (digests.find()) {
                    checksums.add(digests.group());
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        if (!checksums.isEmpty()) {
            for (OpenFile file : found.values()) {
                refuseStatedChecksum(file, Files.readAllBytes(dist.root().resolve(file.path())), checksums);
            }
        }
        return new TreeMap<>(found);
    }

    /**
     * Refuses a file whose checksum another file states, because with another base the content no longer matches and
     * browsers do not run it.
     */
    private static void refuseStatedChecksum(OpenFile file, byte[] content, Set<String> checksums) throws IOException {
        try {
            for (int bits : new int[] {256, 384, 512}) {
                byte[] digest = MessageDigest.getInstance("SHA-" + bits).digest(content);
                if (checksums.contains("sha" + bits + "-" + Base64.getEncoder().encodeToString(digest))) {
                    throw new IOException(file.path() + " has the base " + BASE
                            + " in it, and another file states its checksum (subresource integrity), which cannot hold"
                            + " for every path: build without integrity, or with the path as base");
                }
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The text files of the build by their path within it, without {@code node_modules} and the record. */
    private static Map<String, Path> textFiles(Dist dist) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        for (Path part : List.of(dist.client(), dist.server())) {
            // The directory itself may be a link, which walkFileTree would not follow.
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

    /** Whether {@link #writeForRoot} left its record, so that the build can be served at the root as it is. */
    public static boolean isWrittenForRoot(Dist dist) {
        return OpenBaseRecord.exists(dist.client());
    }

    /** The client files that hold the base, as paths within {@code client/}. */
    public Set<String> clientFiles() {
        return files.keySet().stream()
                .filter(path -> path.startsWith("client/"))
                .map(path -> path.substring("client/".length()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Takes the placeholders out of the build's files, which makes it a build for the root, and writes a record of
     * their positions. Does nothing if that was done before. This object must not be used for copies afterwards.
     *
     * @throws IOException if a file cannot be read or written; {@link #of} refuses a build that was left unfinished
     */
    public void writeForRoot() throws IOException {
        if (state == State.FOR_ROOT) {
            return;
        }
        // The record comes first, because its file sizes show that a build was left unfinished.
        OpenBaseRecord.write(
                dist, files.values().stream().map(OpenFile::forRoot).toList());
        for (OpenFile file : files.values()) {
            Path path = dist.root().resolve(file.path());
            Path part = path.resolveSibling(path.getFileName() + ".part");
            Files.write(part, file.withBase("", Files.readAllBytes(path), state));
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /**
     * Refuses a build with a file that does not have its recorded size, because the recorded positions would be wrong:
     * the file was changed, or {@link #writeForRoot} did not finish.
     */
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
     * Makes a copy of the build for a path. Files without the base are hard links where the file system allows it, and
     * {@code node_modules} is a symbolic link.
     *
     * @param base {@code /shop}, or empty for the root
     * @param target an empty directory
     * @return the copy
     * @throws IOException if a file cannot be read or written
     */
    public Dist copyFor(String base, Path target) throws IOException {
        copyTree(dist.client(), "client", base, target);
        copyTree(dist.server(), "server", base, target);
        linkSiblingsAndPackages(target);
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
                    Files.write(to, file.withBase(base, Files.readAllBytes(path), state));
                } else if (attributes.isSymbolicLink()) {
                    copyLink(root, path, to);
                } else if (attributes.isRegularFile()) {
                    linkOrCopy(path, to);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Copies a relative link within the tree as it is; any other link leads to the same file as before. */
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
            // The target is on another file system, or the file belongs to another user.
            Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
        }
    }

    /**
     * Links the files beside {@code client/} and {@code server/}, and the nearest {@code node_modules} above the build,
     * because the server may load packages from there.
     */
    private void linkSiblingsAndPackages(Path target) throws IOException {
        Path root = dist.root().toRealPath();
        List<Path> linked = new ArrayList<>();
        try (var siblings = Files.list(root)) {
            siblings.filter(file -> !Set.of("client", "server")
                            .contains(file.getFileName().toString()))
                    .forEach(linked::add);
        }
        Path above = root;
        while (above != null && !Files.isDirectory(above.resolve(NODE_MODULES))) {
            above = above.getParent();
        }
        if (above != null && !above.equals(root)) {
            linked.add(above.resolve(NODE_MODULES));
        }
        for (Path file : linked) {
            try {
                Files.createSymbolicLink(target.resolve(file.getFileName().toString()), file);
            } catch (IOException | UnsupportedOperationException e) {
                // Links cannot be made here, so the server has to do without files outside its directory.
                return;
            }
        }
    }
}
