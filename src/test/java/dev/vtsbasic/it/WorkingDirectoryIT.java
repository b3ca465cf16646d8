package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The working directory of an app that writes files under relative names, as many apps with SQLite do. */
@DisabledOnOs(OS.WINDOWS)
class WorkingDirectoryIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final String APP = """
            import { Database } from "bun:sqlite";
            const notes = new Database("notes.sqlite");
            notes.run("CREATE TABLE IF NOT EXISTS note (text TEXT)");
            export default {
              fetch(request) {
                if (request.method === "POST") notes.run("INSERT INTO note VALUES ('kept')");
                return new Response("BUILD " + notes.query("SELECT count(*) AS count FROM note").get().count);
              },
            };
            """;

    @TempDir
    private Path directory;

    private Path build(String name) throws IOException {
        Path build = directory.resolve(name);
        SmallBuild.write(build, APP.replace("BUILD", build.getFileName().toString()));
        return build;
    }

    private static String ask(Vts vts, String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(vts.uri().resolve(path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Program.PATIENCE)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }

    private static void awaitAnswer(Vts vts, String expected) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        String response = ask(vts, "GET", "/");
        while (!response.equals(expected) && System.nanoTime() < deadline) {
            response = ask(vts, "GET", "/");
        }
        assertEquals(expected, response);
    }

    private void switchTo(Path link, Path build) throws IOException {
        Path next = Files.createSymbolicLink(directory.resolve("next"), build);
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
    }

    @Test
    void filesOfAnAppSurviveADeployThroughALinkAndARestart() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("current"), build("releases/first"));
        Path second = build("releases/second");
        // One worker, because with more some may serve the old build for a while.
        Map<String, String> environment = Map.of("VTS_APP_DIR", link.toString(), "VTS_WORKERS", "1");
        try (Vts vts = Vts.serve(environment)) {
            assertEquals("first 1", ask(vts, "POST", "/"));
            switchTo(link, second);
            vts.awaitLine("The new build in .*second is in service");
            awaitAnswer(vts, "second 1");
            assertEquals("second 2", ask(vts, "POST", "/"));
        }
        try (Vts vts = Vts.serve(environment)) {
            assertEquals("second 2", ask(vts, "GET", "/"));
        }
    }

    @Test
    @Tag("long")
    void filesOfAnAppAreKeptAtAnotherContextPath() throws Exception {
        Path build = build("build");
        // The build leaves its base open, so the server runs a copy of it.
        Files.writeString(build.resolve("client/assets/app-12345678.js"), "import('/__VTS_BASE__/assets/more.js')");
        Files.writeString(build.resolve("client/assets/more.js"), "");
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", build.toString(), "VTS_CONTEXT_PATH", "/shop"))) {
            vts.awaitLine("is served at /shop/ from");
            assertEquals("build 1", ask(vts, "POST", "/shop/"));
        }
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", build.toString(), "VTS_CONTEXT_PATH", "/apps/front"))) {
            assertEquals("build 2", ask(vts, "POST", "/apps/front/"));
        }
        assertTrue(Files.exists(build.resolve("notes.sqlite")));
    }

    @Test
    void aDirectoryOfItsOwnIsKeptWhateverIsServed() throws Exception {
        Path data = Files.createDirectory(directory.resolve("data"));
        for (String name : new String[] {"first", "second"}) {
            Map<String, String> environment =
                    Map.of("VTS_APP_DIR", build(name).toString(), "VTS_APP_CWD", data.toString());
            try (Vts vts = Vts.serve(environment)) {
                assertEquals(name + (name.equals("first") ? " 1" : " 2"), ask(vts, "POST", "/"));
            }
        }
    }

    @Test
    @Tag("long")
    void aDirectoryThatADeployReplacesIsWarnedAbout() throws Exception {
        build("releases/1/dist");
        build("releases/2/dist");
        Path link = Files.createSymbolicLink(directory.resolve("current"), directory.resolve("releases/1"));
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", link.resolve("dist").toString()))) {
            switchTo(link, directory.resolve("releases/2"));
            vts.awaitLine("current/dist, which the app runs in, is another directory since this deploy.*VTS_APP_CWD");
            vts.awaitLine("The new build in .*2/dist is in service");
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theAppInTheWarRunsWhereTheServerWasStarted() throws Exception {
        try (Vts vts = Vts.serve(Map.of("VTS_CONTEXT_PATH", "/shop"))) {
            Path cwd = Path.of("/proc", Long.toString(vts.buns().get(0).pid()), "cwd");
            assertEquals(Path.of("").toRealPath(), cwd.toRealPath());
        }
    }

    @Test
    void aMissingWorkingDirectoryEndsTheStartWithAnExplanation() throws Exception {
        try (Vts vts = Vts.launch(Map.of(
                "VTS_APP_DIR",
                build("build").toString(),
                "VTS_APP_CWD",
                directory.resolve("missing").toString()))) {
            assertEquals(2, vts.awaitExit(), vts.output());
            assertEquals(
                    "vts-basic: VTS_APP_CWD: " + directory.resolve("missing")
                            + " is not a directory; make it, or name another for the app to run in",
                    vts.output()
                            .lines()
                            .filter(line -> line.startsWith("vts-basic:"))
                            .findFirst()
                            .orElse(vts.output()));
        }
    }
}
