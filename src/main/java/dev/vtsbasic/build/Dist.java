package dev.vtsbasic.build;

import jakarta.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A build as Vite makes it: static files in {@code client/}, and in {@code server/} a server entry that Bun can run.
 *
 * @param root the directory that holds {@code client/} and {@code server/}
 * @param entry the server entry
 */
public record Dist(Path root, Path entry) {
    private static final List<String> ENTRIES =
            List.of("server.js", "index.js", "server.mjs", "index.mjs", "entry-server.js", "entry-server.mjs");

    /**
     * Finds the server entry: a file with one of the usual names, or the only entry in the server's manifest.
     *
     * @throws IOException if {@code root} holds no such build; the message says what is missing
     */
    public static Dist at(Path root) throws IOException {
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(root + " is not a directory");
        }
        for (String part : List.of("client", "server")) {
            if (!Files.isDirectory(root.resolve(part))) {
                throw new NoSuchFileException(
                        root + " has no directory " + part
                                + "/; it must hold client/ (static files) and server/ (the server entry), as `vite build` makes them");
            }
        }
        for (String name : ENTRIES) {
            Path entry = root.resolve("server").resolve(name);
            if (Files.isRegularFile(entry)) {
                return new Dist(root, entry);
            }
        }
        return new Dist(
                root,
                entryOfManifest(root.resolve("server"))
                        .orElseThrow(() -> new NoSuchFileException(root.resolve("server")
                                + " has no server entry; it must be one of "
                                + String.join(", ", ENTRIES))));
    }

    /** The entry in the manifest that Vite writes with {@code build.manifest}; empty if it lists none or several. */
    private static Optional<Path> entryOfManifest(Path server) throws IOException {
        try {
            List<Path> entries = Manifest.at(server.resolve(".vite").resolve("manifest.json"))
                    .map(Manifest::entryFiles)
                    .orElse(List.of())
                    .stream()
                    .map(server::resolve)
                    .filter(Files::isRegularFile)
                    .toList();
            return entries.size() == 1 ? Optional.of(entries.get(0)) : Optional.empty();
        } catch (JsonException | InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** The directory of the static files. */
    public Path client() {
        return root.resolve("client");
    }

    /** The directory of the server's code. */
    public Path server() {
        return root.resolve("server");
    }
}
