package dev.vtsbasic.build.reproduction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DifferenceTest {
    @TempDir
    private Path root;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            path: "/place/one/project/src/a.ts"      | path: "/place/second/deep/src/a.ts"       | BUILD_PATH
            cache=/place/home-1/.cache               | cache=/place/home-2/.cache                | HOME_OR_USER
            built by vts-first                       | built by vts-second                       | HOME_OR_USER
            const at="2026-11-23T19:32:16.000Z"      | const at="2026-11-23T19:32:41.000Z"       | TIME
            Mon Nov 23 2026 07:32:16 GMT-1200        | Tue Nov 24 2026 09:32:16 GMT+1400         | TIME
            const at=1795462336123;                  | const at=1795462341456;                   | TIME
            const at=1795462336;                     | const at=1795462341;                      | TIME
            built on 23.11.2026                      | built on 24.11.2026                       | TIME
            at 07:32:16                              | at 09:32:16                               | TIME
            load(["a.js","c.js","b.js"])             | load(["b.js","a.js","c.js"])              | ORDER
            id="5e0a3c1e-8d1b-4b1e-9c53-0f7d9d6d0001"| id="77d0b2aa-0b5c-4c3c-8a06-6cb2a5e9aa02" | RANDOM_OR_HASH
            seed=0.8472910384712;                    | seed=0.1179203847561;                     | RANDOM_OR_HASH
            import"./a-Bx91_kQz"                     | import"./a-Zk77_pQa"                      | RANDOM_OR_HASH
            hello world                              | hello there                               | UNKNOWN
            """)
    void theLikelyCauseIsFoundFromTheTextAroundTheFirstDifference(String one, String other, LikelyCause cause)
            throws Exception {
        Tree.write(root, "one/server/server.js", "// same\n" + one, "other/server/server.js", "// same\n" + other);
        Difference difference = difference();
        assertEquals(cause, difference.cause());
        assertEquals(2, difference.line());
    }

    @Test
    void reorderedLinesHaveTheCauseOrder() throws Exception {
        Tree.write(root, "one/a.js", "import a b\nimport c\n", "other/a.js", "import c\nimport a b\n");
        assertEquals(LikelyCause.ORDER, difference().cause());
    }

    @Test
    void aStyleSheetThatOnlyTheServerNamesHasACauseOfItsOwn() throws Exception {
        Tree.write(root, "one/client/assets/s-AAAAAAAA.css", "a{}", "other/client/assets/s-AAAAAAAA.css", "a{}");
        Tree.write(root, "one/server/server.js", "css = '/assets/s-AAAAAAAA.css'");
        Tree.write(root, "other/server/server.js", "css = '/assets/s-BBBBBBBB.css'");
        assertEquals(LikelyCause.STYLE_SHEET_OF_CLIENT_AND_SERVER, difference().cause());
    }

    @Test
    void aStyleSheetWithOtherRulesWasCompiledFromOtherFiles() throws Exception {
        Tree.write(root, "one/client/a.css", ".flex{}", "other/client/a.css", ".flex{}.carousel{}");
        assertEquals(LikelyCause.STYLE_SHEET, difference().cause());
    }

    @Test
    void aDifferingImportedFileNameIsNotTheFirstDifference() throws Exception {
        Tree.write(root, "one/assets/about-AAAAAAAA.js", "import './main-CCCCCCCC.js'");
        Tree.write(root, "one/assets/main-CCCCCCCC.js", "t = 1795462336123");
        Tree.write(root, "other/assets/about-BBBBBBBB.js", "import './main-DDDDDDDD.js'");
        Tree.write(root, "other/assets/main-DDDDDDDD.js", "t = 1795462341456");
        Difference difference = difference();
        assertEquals(new DifferingFile("assets/main-CCCCCCCC.js", "assets/main-DDDDDDDD.js"), difference.file());
        assertEquals(12, difference.offset());
        assertEquals(1, difference.line());
        assertEquals(List.of("t = 1795462336123", "t = 1795462341456"), difference.excerpts());
        assertEquals(LikelyCause.TIME, difference.cause());
    }

    @Test
    void buildsWhoseFilesDifferOnlyInNameHaveACauseOfTheirOwn() throws Exception {
        Tree.write(root, "one/a-AAAAAAAA.js", "same", "one/b.js", "import './a-AAAAAAAA.js'");
        Tree.write(root, "other/a-BBBBBBBB.js", "same", "other/b.js", "import './a-BBBBBBBB.js'");
        assertEquals(LikelyCause.ONLY_NAMES, difference().cause());
    }

    @Test
    void aFileOfOneBuildOnlyIsNamed() throws Exception {
        Tree.write(root, "one/a.js", "", "other/a.js", "", "other/extra.js", "");
        Difference difference = difference();
        assertEquals(new DifferingFile(null, "extra.js"), difference.file());
        assertEquals(LikelyCause.FILE_MISSING, difference.cause());
    }

    @Test
    void anExcerptIsShortAndHarmless() throws Exception {
        String long1 = "x".repeat(500);
        Tree.write(root, "one/a.js", long1 + "\u001b[31mä" + long1, "other/a.js", long1 + "\u001b[32mä" + long1);
        String excerpt = difference().excerpts().get(0);
        assertTrue(excerpt.length() <= 120, excerpt);
        assertTrue(excerpt.contains("x·[31mäx"), excerpt);
    }

    @Test
    void equalTreesHaveNoDifferences() throws Exception {
        Tree.write(root, "one/a/b.js", "1", "other/a/b.js", "1");
        assertEquals(List.of(), TreeComparison.between(root.resolve("one"), root.resolve("other")));
    }

    private Difference difference() throws IOException {
        Path one = root.resolve("one");
        Path other = root.resolve("other");
        Path place = Path.of("/place");
        CauseFinder causes = new CauseFinder(
                one,
                other,
                new BuildEnvironment(place.resolve("one/project"), place.resolve("home-1"), "vts-first", "", ""),
                new BuildEnvironment(place.resolve("second/deep"), place.resolve("home-2"), "vts-second", "", ""));
        return Difference.of(TreeComparison.between(one, other), one, other, causes);
    }
}
