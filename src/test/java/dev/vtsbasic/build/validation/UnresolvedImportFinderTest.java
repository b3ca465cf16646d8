package dev.vtsbasic.build.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.testing.Tree;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnresolvedImportFinderTest {
    @TempDir
    private Path directory;

    @Test
    void importsAtTheHeadOfAScriptAreFound() {
        assertEquals(
                List.of("a", "b", "c", "d", "e/f", "@g/h", "./i.js", "j", "k", "l"),
                UnresolvedImportFinder.specifiers("""
                        #!/usr/bin/env bun
                        "use strict";
                        // import "comment";
                        /* import "comment"; */
                        import"a";import b from"b";import*as c from"c";import{d as from,$d}from"d";
                        import e, { f } from 'e/f'; import g,{
                          h
                        } from "@g/h";
                        import i from "./i.js"; import j from "j" with { type: "json" };
                        export*from"k";export{l}from"l";
                        const text = `
                        import no from "text"
                        `;
                        import late from "late";
                        """));
        assertEquals(List.of(), UnresolvedImportFinder.specifiers("import.meta; import 'x'"));
        assertEquals(List.of(), UnresolvedImportFinder.specifiers("await import('x')"));
        assertEquals(List.of(), UnresolvedImportFinder.specifiers("export default 'from'"));
        assertEquals(List.of(), UnresolvedImportFinder.specifiers("export const from = 'x'"));
        assertEquals(List.of(), UnresolvedImportFinder.specifiers("/* open"));
    }

    @Test
    void aPackageThatIsNotInstalledIsUnresolved() throws Exception {
        Tree.write(
                directory,
                "node_modules/above/index.js",
                "",
                "dist/server/node_modules/@scope/beside/index.js",
                "import 'affair-of-the-package'",
                "dist/client/robots.txt",
                "",
                "dist/server/server.js",
                "import 'node:fs';import 'fs/promises';import 'bun:sqlite';import 'above/part';import './assets/a.js';"
                        + "import 'react'; import(`optional`)",
                "dist/server/assets/a.js",
                "import '@scope/beside';import '../server.js';import 'react/jsx-runtime';import '@scope/gone/x';",
                "dist/server/unused.js",
                "import 'unused'");
        ValidationReport report = BuildValidator.validate(Dist.at(directory.resolve("dist")));
        assertEquals(
                List.of(
                        new UnresolvedImport("@scope/gone", List.of("server/assets/a.js")),
                        new UnresolvedImport("react", List.of("server/assets/a.js", "server/server.js"))),
                report.unresolved());
        assertFalse(report.valid());
        assertTrue(
                report.text().contains("2 packages that the server needs are not there\n  @scope/gone is imported by"),
                report.text());
        assertTrue(report.withoutServer().valid());
    }
}
