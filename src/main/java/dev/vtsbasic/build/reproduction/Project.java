package dev.vtsbasic.build.reproduction;

import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The sources that a build was made from.
 *
 * @param tree the directory to copy: the outermost workspace that the project may be part of, or the project if there
 *     is none
 * @param directory the project: the nearest directory above the build that has a {@code package.json}
 * @param dist the build
 */
record Project(Path tree, Path directory, Path dist) {
    private static final String MANIFEST = "package.json";
    private static final List<String> SCRIPTS = List.of("build:prod", "build");
    private static final Set<String> BUILD_OUTPUT =
            Set.of("dist", ".git", ".output", ".tanstack", ".vinxi", ".nitro", "target");
    private static final Set<String> CACHES = Set.of(".cache", ".vite", ".vite-temp");
    private static final String MODULES = "node_modules";

    /**
     * Finds the project of a build.
     *
     * @throws IOException if the build lies in no project, or a {@code package.json} cannot be read; the message says
     *     so
     */
    static Project of(Path dist) throws IOException {
        Path absolute =
                Files.exists(dist) ? dist.toRealPath() : dist.toAbsolutePath().normalize();
        Path directory = absolute.getParent();
        while (directory != null && !Files.isRegularFile(directory.resolve(MANIFEST))) {
            directory = directory.getParent();
        }
        if (directory == null) {
            throw new NoSuchFileException(
                    dist + " belongs to no project: none of the directories above it has a " + MANIFEST);
        }
        Path tree = directory;
        for (Path above = directory.getParent(); above != null; above = above.getParent()) {
            Path manifest = above.resolve(MANIFEST);
            if (Files.isRegularFile(manifest)
                    && (read(manifest).containsKey("workspaces")
                            || Files.exists(above.resolve("pnpm-workspace.yaml")))) {
                tree = above;
            }
        }
        return new Project(tree, directory, absolute);
    }

    /**
     * The script of {@code package.json} that builds the project for production.
     *
     * @throws IOException if the project has none; the message says what to do
     */
    String script() throws IOException {
        JsonValue scripts = read(directory.resolve(MANIFEST)).getOrDefault("scripts", JsonValue.EMPTY_JSON_OBJECT);
        Optional<String> script = scripts instanceof JsonObject object
                ? SCRIPTS.stream()
                        .filter(name -> object.get(name) instanceof JsonString)
                        .findFirst()
                : Optional.empty();
        return script.orElseThrow(() -> new IOException(directory.resolve(MANIFEST) + " has no script "
                + String.join(" or ", SCRIPTS) + "; say with --build-command how to build"));
    }

    private static Map<String, JsonValue> read(Path manifest) throws IOException {
        try (InputStream in = Files.newInputStream(manifest);
                JsonReader reader = JsonProvider.provider().createReader(in)) {
            return reader.readObject();
        } catch (RuntimeException e) {
            // JsonException or, for JSON that is nested too deeply, an exception without a class of its own.
            throw new IOException(manifest + " is no JSON object: " + e.getMessage(), e);
        }
    }

    /** The same project in {@code copy}, a copy of {@link #tree}. */
    Project at(Path copy) {
        return new Project(copy, copy.resolve(tree.relativize(directory)), copy.resolve(tree.relativize(dist)));
    }

    /**
     * Copies the sources and the installed packages, but no output of a build and no caches. Packages are copied and
     * not linked, because through a link tools see the real directory, which is the same in both builds, and because a
     * build could write into it.
     */
    void copyTo(Path target) throws IOException {
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path source, BasicFileAttributes attributes) throws IOException {
                if (isLeftOut(source)) {
                    return FileVisitResult.SKIP_SUBTREE;
                }
                // Not createDirectories: if the shutdown hook removes the copy meanwhile, it must not be created again.
                Files.createDirectory(target.resolve(tree.relativize(source)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path source, BasicFileAttributes attributes) throws IOException {
                Path copy = target.resolve(tree.relativize(source));
                if (attributes.isSymbolicLink()) {
                    copyLink(source, copy);
                } else if (attributes.isRegularFile()) {
                    Files.copy(source, copy, StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private boolean isLeftOut(Path source) {
        Path parent = source.getParent();
        if (source.equals(tree) || parent == null) {
            return false;
        }
        String name = source.getFileName().toString();
        if (isInstalled(source)) {
            return parent.endsWith(MODULES) && CACHES.contains(name);
        }
        // Only beside a package.json, because a directory of that name may hold sources elsewhere.
        boolean besideManifest = Files.exists(parent.resolve(MANIFEST));
        return source.equals(dist) || besideManifest && BUILD_OUTPUT.contains(name);
    }

    private boolean isInstalled(Path source) {
        for (Path part : tree.relativize(source)) {
            if (part.toString().equals(MODULES)) {
                return true;
            }
        }
        return false;
    }

    /** A link to a file within the tree leads to its copy; any other link leads to the same file as before. */
    private void copyLink(Path source, Path copy) throws IOException {
        Path leadsTo = Files.readSymbolicLink(source);
        Path absolute = source.getParent().resolve(leadsTo).normalize();
        boolean within = absolute.startsWith(tree);
        if (within && leadsTo.isAbsolute()) {
            leadsTo = source.getParent().relativize(absolute);
        }
        Files.createSymbolicLink(copy, within ? leadsTo : absolute);
    }
}
