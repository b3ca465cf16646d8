package dev.vtsbasic.war;

import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of this program's WAR, exploded or not. Paths start with a slash: {@code /WEB-INF/app}. */
public interface WarFiles {
    /** The file or directory; empty when it does not exist on disk. */
    Optional<Path> onDisk(String path);

    /** Opens a file; null when it does not exist. */
    InputStream open(String path) throws IOException;

    /** The paths in a directory, those of directories with a slash at the end; empty when it does not exist. */
    Set<String> list(String directory) throws IOException;

    /** The WAR as a servlet container gives access to it; the container may not unpack it. */
    static WarFiles of(ServletContext context) {
        return new WarFiles() {
            @Override
            public Optional<Path> onDisk(String path) {
                return Optional.ofNullable(context.getRealPath(path))
                        .map(Path::of)
                        .filter(Files::exists);
            }

            @Override
            public InputStream open(String path) {
                return context.getResourceAsStream(path);
            }

            @Override
            public Set<String> list(String directory) {
                Set<String> paths = context.getResourcePaths(directory);
                return paths == null ? Set.of() : paths;
            }
        };
    }

    /** The WAR exploded into a directory. */
    static WarFiles in(Path directory) {
        return new WarFiles() {
            @Override
            public Optional<Path> onDisk(String path) {
                return Optional.of(resolve(path)).filter(Files::exists);
            }

            @Override
            public InputStream open(String path) throws IOException {
                Path file = resolve(path);
                return Files.isRegularFile(file) ? Files.newInputStream(file) : null;
            }

            @Override
            public Set<String> list(String path) throws IOException {
                Path parent = resolve(path);
                if (!Files.isDirectory(parent)) {
                    return Set.of();
                }
                try (Stream<Path> files = Files.list(parent)) {
                    return files.map(file -> path + "/" + file.getFileName() + (Files.isDirectory(file) ? "/" : ""))
                            .collect(Collectors.toSet());
                }
            }

            private Path resolve(String path) {
                return directory.resolve(path.substring(1));
            }
        };
    }

    /** The directory that this program was unpacked into: the parent of {@code WEB-INF/lib/vts-basic-x.jar}. */
    public static Path home() {
        Path code = Path.of(URI.create(WarFiles.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toString()));
        Path lib = code.getParent();
        return lib != null && lib.endsWith("WEB-INF/lib") ? lib.getParent().getParent() : code;
    }
}
