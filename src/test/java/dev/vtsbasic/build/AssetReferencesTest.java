package dev.vtsbasic.build;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.Tree;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssetReferencesTest {
    @TempDir
    private Path root;

    @Test
    void theManifestsPreloadsAndClientEntryAreFound() throws Exception {
        assertEquals(
                List.of("assets/main-a.js", "assets/about-b.js", "assets/index-c.js"),
                namesIn(
                        "server/assets/_tanstack-start-manifest_v-x.js",
                        "var m=()=>({routes:{__root__:{preloads:[\"/assets/main-a.js\",`/assets/about-b.js`]}},"
                                + "clientEntry:'/assets/index-c.js'})"));
    }

    @Test
    void aStyleSheetImportedAsUrlIsFound() throws Exception {
        assertEquals(
                List.of("assets/styles-a.css", "assets/logo-b.svg"),
                namesIn(
                        "server/assets/router-x.mjs",
                        "var a=\"/assets/styles-a.css?v=1\";b='/assets/logo-b.svg#dark'"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "`/assets/${name}.js`",
                "`/assets/a-${hash}.js`",
                "\"/assets/\" + name",
                "\"/assets/\" + name + \".js\"",
                "\"https://cdn.example/assets/x.js\"",
                "\"//cdn.example/assets/x.js\"",
                "\"/assets/folder\"",
                "\"/assets/x.js'",
                "\"/assets/x y.js is gone\"",
                "\"/other/assets/x.js\"",
                "// see /assets/x.js",
                "\"see /assets/x.js there\"",
            })
    void whatIsNoPathOfAnAssetInTheServerIsNotReported(String code) throws Exception {
        assertEquals(List.of(), namesIn("server/server.js", code));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            import{a as b}from"./a-1.js";    | assets/a-1.js
            import"./a-1.js"                 | assets/a-1.js
            export * from './a-1.js'         | assets/a-1.js
            import(`./a-1.js`)               | assets/a-1.js
            import ( "./a-1.js" )            | assets/a-1.js
            import("./deep/a-1.js")          | assets/deep/a-1.js
            import("../a-1.js")              | a-1.js
            d=["assets/a-1.js"]              | assets/a-1.js
            """)
    void importsAndPreloadListsOfTheClientAreFound(String code, String name) throws Exception {
        assertEquals(List.of(name), namesIn("client/assets/chunk.js", code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import(\"react\")",
                "import(x)",
                "import(\"https://cdn.example/a.js\")",
                "import(\"../../outside.js\")",
                "import(`./${name}.js`)",
                "\"assets/\"+x",
                "`assets/${x}.js`",
                "\"https://cdn.example/assets/x.js\"",
            })
    void whatIsNoPathOfAnAssetInTheClientIsNotReported(String code) throws Exception {
        assertEquals(List.of(), namesIn("client/assets/chunk.js", code));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            url(/assets/a.woff2)             | assets/a.woff2
            url("/favicon.svg")              | favicon.svg
            url(./a.woff2)                   | assets/a.woff2
            url('a.woff2')                   | assets/a.woff2
            url( "../images/a.png" )         | images/a.png
            url(a.svg#icon)                  | assets/a.svg
            url("a.eot?#iefix")              | assets/a.eot
            url(/assets/a.woff2?v=1)         | assets/a.woff2
            """)
    void eachUrlOfAStyleSheetIsFound(String css, String name) throws Exception {
        assertEquals(List.of(name), namesIn("client/assets/styles.css", "a{background:" + css + "}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "url(data:image/png;base64,iVBORw0.KGgo)",
                "url(\"data:image/svg+xml;utf8,<svg/>\")",
                "url(http://cdn.example/a.png)",
                "url('https://cdn.example/a.png')",
                "url(//cdn.example/a.png)",
                "url(#filter)",
                "url(../../outside.png)",
                "var(--url)",
            })
    void whatAStyleSheetTakesFromElsewhereIsNotReported(String css) throws Exception {
        assertEquals(List.of(), namesIn("client/assets/styles.css", "a{background:" + css + "}"));
    }

    @Test
    void eachReferenceSaysWhichFileNamesIt() throws Exception {
        Tree.write(
                root, "server/server.js", "\"/assets/a.js\" \"/assets/a.js\"", "client/assets/b.js", "import'./a.js'");
        assertEquals(
                List.of(
                        new AssetReference("assets/a.js", "server/server.js"),
                        new AssetReference("assets/a.js", "client/assets/b.js")),
                List.copyOf(AssetReferences.in(Dist.at(root))));
    }

    @Test
    void onlyScriptsAndStyleSheetsAreRead() throws Exception {
        Tree.write(root, "server/server.js", "", "server/server.js.map", "\"/assets/a.js\"");
        Tree.write(root, "client/notes.txt", "url(a.png) \"assets/a.js\"");
        assertEquals(0, AssetReferences.in(Dist.at(root)).size());
    }

    private List<String> namesIn(String file, String content) throws IOException {
        Tree.write(root, "server/server.js", "", "client/robots.txt", "", file, content);
        return AssetReferences.in(Dist.at(root)).stream()
                .map(AssetReference::name)
                .toList();
    }
}
