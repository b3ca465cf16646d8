package dev.vtsbasic.build.validation;

import dev.vtsbasic.build.Dist;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The files of a build at one moment. Hidden files and links that lead out of their directory are left out, because
 * they are not served. {@code node_modules} and files behind a link to a directory are left out, too.
 *
 * @param client the client's files by name
 * @param server the server's files by name
 */
record BuildFiles(Map<String, BuildFile> client, Map<String, BuildFile> server) {
    private static final String SERVED = ".well-known";

    /**
     * A file of a build.
     *
     * @param path the file
     * @param name the path within {@code client/} or {@code server/}, with slashes
     * @param size in bytes
     */
    record BuildFile(Path path, String name, long size) {
        boolean endsWith(String... endings) {
            for (String ending : endings) {
                if (name.endsWith(ending)) {
                    return true;
                }
            }
            return false;
        }
    }

    static BuildFiles of(Dist dist) throws IOException {
        return new BuildFiles(below(dist.client(), true), below(dist.server(), false));
    }

    /**
     * @param served whether the server serves these files: links are then followed as the server follows them, and a
     *     {@code node_modules} is a directory like any other
     */
    private static Map<String, BuildFile> below(Path directory, boolean served) throws IOException {
        // The directory itself may be a link, which walkFileTree would not follow.
        Path root = directory.toRealPath();
        List<BuildFile> files = new ArrayList<>();
        Set<FileVisitOption> options = served ? Set.of(FileVisitOption.FOLLOW_LINKS) : Set.of();
        Files.walkFileTree(root, options, Integer.MAX_VALUE, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) throws IOException {
                boolean left = !path.equals(root)
                        && (isHidden(path) || !served && path.endsWith("node_modules") || !isWithin(root, path));
                return left ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                if (!isHidden(path) && Files.isRegularFile(path) && isWithin(root, path)) {
                    files.add(new BuildFile(path, nameOf(root, path), Files.size(path)));
                }
                return FileVisitResult.CONTINUE;
            }

            /** Called for a link that leads nowhere or into a loop. */
            @Override
            public FileVisitResult visitFileFailed(Path path, IOException failure) throws IOException {
                if (Files.isSymbolicLink(path)) {
                    return FileVisitResult.CONTINUE;
                }
                throw failure;
            }
        });
        Map<String, BuildFile> byName = new TreeMap<>();
        files.forEach(file -> byName.put(file.name(), file));
        return Collections.unmodifiableMap(byName);
    }

    private static String nameOf(Path root, Path path) {
        return root.relativize(path).toString().replace('\\', '/');
    }

    private static boolean isWithin(Path root, Path path) throws IOException {
        Path real = path.toRealPath();
        return real.startsWith(root) && !isHidden(root.relativize(real));
    }

    private static boolean isHidden(Path path) {
        String name = path.getFileName().toString();
        return name.startsWith(".") && !name.equals(SERVED);
    }
}
