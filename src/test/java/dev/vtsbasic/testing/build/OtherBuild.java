package dev.vtsbasic.testing.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.server.Vts;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Builds of VTS Basic's site: the one in the WAR, and a later one. */
public final class OtherBuild {
    /** The heading of the later build's page about the site. */
    public static final String HEADING = "How the next build is put together";

    private static final String OLD_HEADING = "How it is put together";
    private static final Path WEBAPP = Path.of("webapp").toAbsolutePath();
    private static final Set<String> NOT_SOURCE = Set.of("node_modules", "dist", ".tanstack");

    private OtherBuild() {}

    /** Copies the build in the WAR. */
    public static Path copyFirst(Path target) throws IOException {
        copyTree(WEBAPP.resolve("dist"), target);
        return target;
    }

    /** Builds the site after a change of one page. */
    public static Path make(Path sources) throws Exception {
        Files.createDirectories(sources);
        try (Stream<Path> files = Files.list(WEBAPP)) {
            for (Path file : files.toList()) {
                if (!NOT_SOURCE.contains(file.getFileName().toString())) {
                    copyTree(file, sources.resolve(file.getFileName()));
                }
            }
        }
        Files.createSymbolicLink(sources.resolve("node_modules"), WEBAPP.resolve("node_modules"));
        Path page = sources.resolve("src/routes/about/index.tsx");
        String source = Files.readString(page);
        assertTrue(source.contains(OLD_HEADING));
        Files.writeString(page, source.replace(OLD_HEADING, HEADING));

        ProcessBuilder build = new ProcessBuilder(Vts.BUN.toString(), "run", "build")
                .directory(sources.toFile())
                .redirectErrorStream(true);
        // The script calls `bun`.
        build.environment()
                .merge("PATH", Vts.BUN.getParent().toString(), (path, bun) -> bun + File.pathSeparator + path);
        Process process = build.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return sources.resolve("dist");
    }

    /** The paths of all hashed files of a build, sorted. */
    public static List<String> hashed(Path build) throws IOException {
        try (Stream<Path> files = Files.list(build.resolve("client/assets"))) {
            return files.map(file -> "/assets/" + file.getFileName()).sorted().toList();
        }
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }
}
