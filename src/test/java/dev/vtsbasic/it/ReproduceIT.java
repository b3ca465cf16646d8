package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Tree;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code validate DIST --reproduce} on projects with a build of a few lines. */
class ReproduceIT {
    @TempDir
    private Path project;

    @TempDir
    private Path temporary;

    @BeforeEach
    void build() throws IOException {
        Tree.write(project, "package.json", "{\"scripts\":{\"build\":\"bun build.js\"}}", "src/a", "1", "src/b", "2");
    }

    @AfterEach
    void nothingIsLeftBehind() throws IOException {
        try (Stream<Path> left = Files.list(temporary)) {
            assertEquals(
                    List.of(),
                    left.filter(file -> file.getFileName().toString().startsWith("vts-reproduce"))
                            .toList());
        }
    }

    @Test
    @Tag("long")
    void aReproducibleBuildIsComparedWithTheExistingDist() throws Exception {
        buildWrites("'same'");
        assertReports(0, "gives the same 1 files; there is no");
        Tree.write(project, "dist/server/server.js", "same");
        assertReports(0, "gives the same 1 files, and .* is what it gives");
        Tree.write(project, "dist/server/server.js", "from older sources");
        assertReports(0, "But .* is not what it gives", "is there: from older sources");
    }

    @Test
    @Tag("long")
    void aPrecompressedDistEqualsItsBuild() throws Exception {
        Tree.write(
                project,
                "build.js",
                "await Bun.write('dist/client/assets/a.js', 'same '.repeat(500))\n"
                        + "await Bun.write('dist/server/server.js', '/__VTS_BASE__/assets/a.js')");
        Tree.write(project, "dist/client/assets/a.js", "same ".repeat(500));
        Tree.write(project, "dist/server/server.js", "/__VTS_BASE__/assets/a.js");
        try (Vts vts =
                Vts.launch(Map.of(), "precompress", project.resolve("dist").toString())) {
            assertEquals(0, vts.awaitExit(), vts.output());
        }
        assertEquals("/assets/a.js", Files.readString(project.resolve("dist/server/server.js")));
        assertReports(0, "gives the same 2 files, and .* is what it gives");
    }

    @Test
    void aTimestampIsReportedAsTheCause() throws Exception {
        buildWrites("`built at ${Date.now()}`");
        assertReports(1, "differ in 1 of 1 files", "It begins in server/server.js, line 1", "Likely cause: a time");
    }

    @Test
    @Tag("long")
    void aDateIsReportedAsTheCauseForTwoBuildsOnOneDay() throws Exception {
        buildWrites("`built on ${new Date().toDateString()}`");
        assertReports(1, "Likely cause: a time or date");
    }

    @Test
    @Tag("long")
    void theDirectoryOfTheBuildIsFound() throws Exception {
        buildWrites("`\\nconst from = ${JSON.stringify(import.meta.dir)}`");
        assertReports(1, "It begins in server/server.js, line 2", "Likely cause: the directory it was built in");
    }

    @Test
    @Tag("long")
    void theHomeOfTheUserIsFound() throws Exception {
        buildWrites("process.env.HOME");
        assertReports(1, "Likely cause: the home directory");
    }

    @Test
    @Tag("long")
    void aRandomOrderIsFound() throws Exception {
        buildWrites("""
                Array.from({ length: 1000 }, (_, i) => `line ${i}`)
                  .map((line) => [Math.random(), line])
                  .sort((a, b) => a[0] - b[0])
                  .map((pair) => pair[1])
                  .join('\\n')""");
        assertReports(1, "Likely cause: the same parts are there in another order");
    }

    @Test
    @Tag("long")
    void aRandomNameIsFound() throws Exception {
        Tree.write(
                project,
                "build.js",
                "await Bun.write(`dist/client/a-${crypto.randomUUID().slice(0, 8)}.js`, 'same')\n"
                        + "await Bun.write('dist/server/server.js', 'same')");
        assertReports(1, "differ in 1 of 2 files", "Likely cause: the names differ, but nothing in the files");
    }

    @Test
    @Tag("long")
    void programsGetTheResultAsJson() throws Exception {
        buildWrites("crypto.randomUUID()");
        assertReports(
                1,
                "\"reproducible\":false",
                "\"first\":\\{\"file\":\"server/server.js\",\"cause\":\"random-or-hash\"",
                "--json");
    }

    @Test
    @Tag("long")
    void theBuildCommandOptionReplacesTheBuildScript() throws Exception {
        Tree.write(project, "package.json", "{}", "other.js", "await Bun.write('dist/a.js', 'same')");
        assertReports(0, "`bun other.js` in two places gives the same 1 files", "--build-command=bun other.js");
        assertReports(2, "has no script build:prod or build");
    }

    @Test
    void aBuildThatFailsOrTakesTooLongIsExplained() throws Exception {
        Tree.write(project, "build.js", "console.log('the disk is away'); process.exit(7)");
        assertReports(2, "failed with exit code 7", "the disk is away");
        Tree.write(project, "build.js", "console.log('still at it'); setInterval(() => {}, 1000)");
        assertReports(2, "did not end in time", "--time-limit=3");
    }

    @Test
    @Tag("long")
    void aBuildThatMakesNoDistIsExplained() throws Exception {
        Tree.write(project, "build.js", "await Bun.write('out/a.js', 'same')");
        assertReports(2, "`bun run build` made no dist in a copy of");
    }

    @Test
    void aStopEndsTheBuildAndRemovesTheCopies() throws Exception {
        Tree.write(project, "build.js", "setInterval(() => {}, 1000)");
        try (Vts vts = reproduce(List.of())) {
            vts.awaitLine("building there");
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            List<ProcessHandle> buns = vts.buns();
            while (buns.size() < 2 && System.nanoTime() < deadline) {
                buns = vts.buns();
            }
            assertEquals(2, buns.size());
            vts.terminate();
            vts.awaitExit();
            for (ProcessHandle bun : buns) {
                assertTrue(Program.endsWithin(bun, Program.PATIENCE));
            }
        }
    }

    @Test
    void theProjectIsNotTouched() throws Exception {
        Tree.write(project, "node_modules/p/index.js", "original");
        Tree.write(
                project,
                "build.js",
                "await Bun.write('node_modules/p/index.js', 'changed'); await Bun.write('dist/a.js', 'same')");
        assertReports(0, "gives the same 1 files");
        assertEquals("original", Files.readString(project.resolve("node_modules/p/index.js")));
        assertFalse(Files.exists(project.resolve("dist")));
    }

    /** Makes the project's build write the value of a JavaScript expression to the server entry. */
    private void buildWrites(String expression) throws IOException {
        Tree.write(project, "build.js", "await Bun.write('dist/server/server.js', " + expression + ")");
    }

    /** @param expected patterns that the output must contain, and options, which begin with {@code --} */
    private void assertReports(int exitCode, String... expected) throws Exception {
        List<String> options =
                Stream.of(expected).filter(word -> word.startsWith("--")).toList();
        try (Vts vts = reproduce(options)) {
            assertEquals(exitCode, vts.awaitExit(), vts.output());
            for (String pattern : expected) {
                if (!options.contains(pattern)) {
                    vts.awaitLine(pattern);
                }
            }
        }
    }

    private Vts reproduce(List<String> options) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("validate", project.resolve("dist").toString(), "--reproduce"));
        arguments.addAll(options);
        return Vts.launch(
                Map.of("JAVA_TOOL_OPTIONS", "-Djava.io.tmpdir=" + temporary), arguments.toArray(String[]::new));
    }
}
