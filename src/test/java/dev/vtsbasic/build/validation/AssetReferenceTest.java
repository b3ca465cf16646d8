package dev.vtsbasic.build.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.testing.Tree;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shortened output of Vite 7 and 8. No named file exists, so that each reference is reported. */
class AssetReferenceTest {
    @TempDir
    private Path root;

    @ParameterizedTest
    @CsvSource(quoteCharacter = '§', delimiter = '|', textBlock = """
            m=()=>({routes:{x:{preloads:["/assets/about-b.js"]}}})    | assets/about-b.js
            clientEntry: '/assets/index-c.js'                         | assets/index-c.js
            var a=`/assets/styles-a.css?v=1`                          | assets/styles-a.css
            b="/assets/logo-b.svg#dark"                               | assets/logo-b.svg
            const photo = "/assets/my%20photo%20(1)-HEGOtsrK.jpg"     | assets/my photo (1)-HEGOtsrK.jpg
            var big_default = "/static/extra-w6lW7-MN.css";           | static/extra-w6lW7-MN.css
            m={"index.html":{file:"assets/index-D4XBDGsW.js"}}        | assets/index-D4XBDGsW.js
            """)
    void assetUrlsInServerScriptsAreFound(String code, String name) throws Exception {
        assertEquals(List.of(name), missing("server/assets/chunk.mjs", code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "`/assets/${name}.js`",
                "\"/assets/\" + name + \".js\"",
                "\"https://cdn.example/x/assets/big-B6B3OZJI.png\"",
                "\"//cdn.example/assets/x.js\"",
                "\"/assets/folder\"",
                "\"/assets/x.js'",
                "\"/assets/x y.js is gone\"",
                "\"/assets/x y.js\"",
                "\"/other/assets/x.js\"",
                "// see /assets/x.js",
                "// var x = \"/assets/x.js\"",
                " * @example \"/assets/x.js\"",
                "\"see /assets/x.js there\"",
                "\"/api/user-settings.json\"",
                "\"assets/logo.png\"",
                "import(\"./assets/about-BS01gnPC.js\")",
                "\"/assets/[name]-[hash].js\"",
            })
    void otherStringsInServerScriptsAreIgnored(String code) throws Exception {
        assertEquals(List.of(), missing("server/server.js", code));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '§', delimiter = '¦', textBlock = """
            import{a as b}from"./a-1.js";                                       ¦ assets/a-1.js
            /* empty css   */import{t}from"./a-1.js";                           ¦ assets/a-1.js
            import"./a-1.js"                                                    ¦ assets/a-1.js
            export * from './a-1.js'                                            ¦ assets/a-1.js
            r=()=>t(()=>import(`./deep-Bo6mcj76.js`),[])                        ¦ assets/deep-Bo6mcj76.js
            import ( /* @vite-ignore */ "./a-1.js" )                            ¦ assets/a-1.js
            import("./deep/a-1.js")                                             ¦ assets/deep/a-1.js
            import{t}from"../index-DMakCO-v.js";                                ¦ index-DMakCO-v.js
            d=["assets/a-1.js"]                                                 ¦ assets/a-1.js
            __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["js/pages/a.js"])))=>i ¦ js/pages/a.js
            __vite__mapDeps=(i,m=__vite__mapDeps,d=(m.f||(m.f=["./a b.css"])))=>i     ¦ assets/a b.css
            System.register([`./about-legacy-x.js`],function(e,t){              ¦ assets/about-legacy-x.js
            ()=>t.import("./home-legacy-x.js")                                  ¦ assets/home-legacy-x.js
            new Worker(`/assets/worker-CYYXXbRZ.js`,{type:`module`})            ¦ assets/worker-CYYXXbRZ.js
            new URL(`/assets/worker2-CYYXXbRZ.js`,``+import.meta.url)           ¦ assets/worker2-CYYXXbRZ.js
            d=new URL(`big-B6B3OZJI.png`,import.meta.url).href                  ¦ assets/big-B6B3OZJI.png
            x=""+new URL("../assets/data-BUZ4rAim.bin",import.meta.url).href    ¦ assets/data-BUZ4rAim.bin
            n.textContent=`.p{background:url(/assets/my%20photo%20(1-HEGOtsrK.jpg)}` ¦ assets/my photo (1-HEGOtsrK.jpg
            """)
    void filesThatAClientScriptLoadsAreFound(String code, String name) throws Exception {
        assertEquals(List.of(name), missing("client/assets/chunk.js", code));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import(\"react\")",
                "import(x)",
                "import(\"https://cdn.example/a.js\")",
                "import(\"../../outside.js\")",
                "import(`./${name}.js`)",
                "/** @type {import('./types.js').X} */",
                "a=1 // import('./types.js')",
                "x='Import it from \"./foo.js\" instead'",
                "\"assets/\"+x",
                "Object.assign({\"./pages/about.jsx\":()=>1})",
                "new URL(\"foo_bg.wasm\",import.meta.url)",
                "new URL(\"data.json\",location.href)",
                "import'data:text/javascript,if(!import.meta.resolve)throw Error(\"no\")'",
                "(0,l.createElement)(`img`,{src:`/img/pub.png`})",
                "//# sourceMappingURL=about-dIhk_vxn.js.map",
            })
    void otherStringsInClientScriptsAreIgnored(String code) throws Exception {
        assertEquals(List.of(), missing("client/assets/chunk.js", code));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '§', delimiter = '|', textBlock = """
            url(/assets/a.woff2)format("woff2")         | assets/a.woff2
            url("/favicon.svg")                         | favicon.svg
            url(./a.woff2)                              | assets/a.woff2
            url('a.woff2')                              | assets/a.woff2
            URL( "../images/a.png" )                    | images/a.png
            url(a.svg#icon)                             | assets/a.svg
            url("a.eot?#iefix")                         | assets/a.eot
            url(/assets/my%20photo%20\\(1\\)-HEGOtsrK.jpg)  | assets/my photo (1)-HEGOtsrK.jpg
            url("./my%20photo%20(1)-HEGOtsrK.jpg")      | assets/my photo (1)-HEGOtsrK.jpg
            image-set("/assets/big-B6B3OZJI.png" 1x)    | assets/big-B6B3OZJI.png
            red}@import"./base.css";                    | assets/base.css
            """)
    void filesThatAStyleSheetNamesAreFound(String css, String name) throws Exception {
        assertEquals(List.of(name), missing("client/assets/styles.css", "a{background:" + css + "}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "url(data:image/png;base64,iVBORw0.KGgo)",
                "url(\"data:image/svg+xml,%3Csvg%3E%3Cuse href='url(foo.svg)'/%3E%3C/svg%3E\")",
                "url('https://cdn.example/a.png')",
                "url(//cdn.example/a.png)",
                "url(#filter)",
                "url(../../outside.png)",
                "var(--url)",
                "red;content:\"url(a.png)\"",
                "red/* url(a.png) */",
                "red}@import url(\"https://fonts.example/css2?family=X.css\");",
            })
    void urlsOfAStyleSheetThatLeadElsewhereAreIgnored(String css) throws Exception {
        assertEquals(List.of(), missing("client/assets/styles.css", "a{background:" + css + "}"));
    }

    @Test
    void filesThatAPageNamesAreFound() throws Exception {
        assertEquals(
                List.of("assets/index-C0YpnyhG.js", "assets/index-x.css"),
                missing(
                        "client/index.html",
                        "<script src=\"/assets/index-C0YpnyhG.js\"></script><link href='./assets/index-x.css'>"
                                + "<a href=\"/about.html\"></a><img src=\"https://cdn.example/assets/x.png\">"));
    }

    @Test
    void aFileLargerThanAPieceIsReadToItsEnd() throws Exception {
        String filler = ";".repeat(5 << 20);
        String piece = "import(\"./a.js\");" + filler + "import(\"./b.js\");" + filler;
        String onTheEdge = " ".repeat((16 << 20) - piece.length() - 64 * 1024 - 4) + "import(\"./c.js\");";
        assertEquals(
                List.of("assets/a.js", "assets/b.js", "assets/c.js"),
                missing("client/assets/chunk.js", piece + onTheEdge));
    }

    @Test
    void onlyScriptsPagesAndStyleSheetsAreRead() throws Exception {
        Tree.write(root, "server/server.js.map", "\"/assets/a.js\"", "server/node_modules/a.js", "\"/assets/a.js\"");
        Tree.write(root, "client/.vite/a.js", "\"/assets/a.js\"", "client/.a.js", "\"/assets/a.js\"");
        assertEquals(List.of(), missing("client/notes.txt", "url(a.png) \"assets/a.js\""));
    }

    private List<String> missing(String file, String content) throws Exception {
        Tree.write(root, "server/server.js", "", "client/robots.txt", "", file, content);
        return BuildValidator.validate(Dist.at(root)).missing().stream()
                .map(MissingAsset::name)
                .toList();
    }
}
