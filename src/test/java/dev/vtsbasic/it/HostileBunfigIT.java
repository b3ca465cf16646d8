package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bun runs the modules that {@code bunfig.toml} in its current directory names, and any user may have written that
 * file.
 */
@DisabledOnOs(OS.WINDOWS)
class HostileBunfigIT {
    private static final String APP = "export default { fetch: () => new Response('ok') };";

    @TempDir
    private Path directory;

    private Path hostile;
    private Path build;

    @BeforeEach
    void write() throws IOException {
        hostile = Files.createDirectory(directory.resolve("hostile"));
        Files.writeString(hostile.resolve("bunfig.toml"), "preload = [\"./evil.js\"]\n");
        Files.writeString(
                hostile.resolve("evil.js"),
                "require('node:fs').writeFileSync('" + hostile
                        + "/ran-' + process.pid, JSON.stringify(process.execArgv.concat(process.argv)));");
        // The directory of the bun binary is hostile too.
        Files.createSymbolicLink(hostile.resolve("bun"), Vts.BUN.toAbsolutePath());
        build = directory.resolve("build");
        SmallBuild.write(build, APP);
        Files.createDirectories(build.resolve("client/assets"));
        Files.writeString(build.resolve("client/assets/app-12345678.js"), "console.log('hello');".repeat(500));
    }

    @Test
    void theBunfigOfTheDirectoryThatPrecompressIsCalledInIsNotRead() throws Exception {
        try (Program precompress = start(Map.of(), "precompress", build.toString())) {
            assertEquals(0, precompress.awaitExit(), precompress.output());
            assertTrue(precompress.output().contains("1 of 1 client files"), precompress.output());
        }
        assertNothingRan();
    }

    @Test
    void theBunfigOfTheDirectoryThatTheServerIsStartedInIsNotRead() throws Exception {
        Map<String, String> settings = Map.of(
                "VTS_ADDRESS",
                "127.0.0.1",
                "VTS_PORT",
                "0",
                "VTS_APP_DIR",
                build.toString(),
                "VTS_BUN",
                hostile.resolve("bun").toString());
        try (Program serve = start(settings)) {
            String port = serve.awaitLine("Ready on http://localhost:(\\d+)").group(1);
            awaitCompressed(URI.create("http://127.0.0.1:" + port + "/assets/app-12345678.js"));
            serve.terminate();
            serve.awaitExit();
        }
        assertNothingRan();
    }

    /** Polls, because Bun compresses in the background. */
    private static void awaitCompressed(URI file) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request =
                HttpRequest.newBuilder(file).header("Accept-Encoding", "br").build();
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            HttpResponse<Void> response = client.send(request, HttpResponse.BodyHandlers.discarding());
            if (response.headers().firstValue("Content-Encoding").isPresent()) {
                return;
            }
        }
        fail("nothing was compressed");
    }

    private Program start(Map<String, String> settings, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Program.java(), "-jar", Vts.WAR.toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(hostile.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_"));
        builder.environment().putAll(settings);
        return new Program(builder);
    }

    private void assertNothingRan() throws IOException {
        List<String> ran = new ArrayList<>();
        try (Stream<Path> files = Files.list(hostile)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith("ran-")) {
                    ran.add(Files.readString(file));
                }
            }
        }
        assertEquals(List.of(), ran, "ran the module that bunfig.toml names");
    }
}
