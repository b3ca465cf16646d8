package dev.vtsbasic.testing.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.server.Vts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An app built with Vite alone, without a framework, whose server reads its page from the client build. */
public final class PlainBuild {
    private static final Path SOURCES = Path.of("src/test/webapps/plain-ssr");
    private static final Path PACKAGES = Path.of("webapp/node_modules").toAbsolutePath();

    private PlainBuild() {}

    /**
     * Builds the app.
     *
     * @param base as in Vite's configuration
     * @param directory an empty directory
     * @return the build
     */
    public static Path make(String base, Path directory) throws Exception {
        try (var files = Files.walk(SOURCES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = directory.resolve(SOURCES.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        Files.createSymbolicLink(directory.resolve("node_modules"), PACKAGES);
        vite(base, directory, List.of("--outDir", "dist/client"));
        vite(base, directory, List.of("--ssr", "src/entry-server.js", "--outDir", "dist/server"));
        return directory.resolve("dist");
    }

    private static void vite(String base, Path directory, List<String> arguments) throws Exception {
        ProcessBuilder build = new ProcessBuilder(
                        Vts.BUN.toString(), "--bun", "node_modules/.bin/vite", "build", "--base", base)
                .directory(directory.toFile())
                .redirectErrorStream(true);
        build.command().addAll(arguments);
        Process process = build.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }
}
