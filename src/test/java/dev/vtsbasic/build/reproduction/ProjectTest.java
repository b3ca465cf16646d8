package dev.vtsbasic.build.reproduction;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProjectTest {
    private Path root;

    @BeforeEach
    void root(@TempDir Path directory) throws IOException {
        root = directory.toRealPath();
    }

    @Test
    void theProjectIsTheNearestDirectoryAboveTheBuildWithAManifest() throws Exception {
        Tree.write(root, "package.json", "{}", "app/package.json", "{}", "app/out/site/package.json", "{}");
        Project project = Project.of(root.resolve("app/out/site"));
        assertEquals(root.resolve("app"), project.directory());
        assertEquals(root.resolve("app"), project.tree());
    }

    @Test
    void aProjectInAWorkspaceIsCopiedWithTheWorkspace() throws Exception {
        Tree.write(root, "package.json", "{\"workspaces\":[\"apps/*\"]}", "apps/web/package.json", "{}");
        Project project = Project.of(root.resolve("apps/web/dist"));
        assertEquals(root, project.tree());
        Path copy = Path.of("/copy").toAbsolutePath();
        assertEquals(copy.resolve("apps/web"), project.at(copy).directory());
        assertEquals(copy.resolve("apps/web/dist"), project.at(copy).dist());
    }

    @Test
    void theProductionScriptIsPreferred() throws Exception {
        assertEquals("build:prod", script("{\"scripts\":{\"build\":\"a\",\"build:prod\":\"b\"}}"));
        assertEquals("build", script("{\"scripts\":{\"build\":\"a\"}}"));
        String message = assertThrows(IOException.class, () -> script("{}")).getMessage();
        assertTrue(
                message.endsWith("has no script build:prod or build; say with --build-command how to build"), message);
    }

    @Test
    void sourcesAndInstalledPackagesAreCopiedButNothingThatABuildMakes() throws Exception {
        Tree.write(root, "app/package.json", "{}", "app/src/target/a.ts", "", "app/.env", "", "app/out/server.js", "");
        Tree.write(root, "app/dist/a.js", "", "app/.output/a.js", "", "app/.git/HEAD", "", "app/target/a", "");
        Tree.write(root, "app/node_modules/p/dist/p.js", "", "app/node_modules/.vite/cached", "");
        Project.of(root.resolve("app/out")).copyTo(root.resolve("copy"));
        assertEquals(
                Set.of("package.json", "src/target/a.ts", ".env", "node_modules/p/dist/p.js"),
                TreeComparison.files(root.resolve("copy")));
    }

    @Test
    void aLinkWithinTheProjectLeadsToTheCopy() throws Exception {
        Tree.write(root, "app/package.json", "{}", "app/lib/a.js", "", "elsewhere/b.js", "");
        Files.createDirectory(root.resolve("app/bin"));
        Files.createSymbolicLink(root.resolve("app/bin/relative"), Path.of("../lib/a.js"));
        Files.createSymbolicLink(root.resolve("app/bin/absolute"), root.resolve("app/lib/a.js"));
        Files.createSymbolicLink(root.resolve("app/bin/outside"), Path.of("../../elsewhere/b.js"));
        Path copy = root.resolve("deep/down/copy");
        Files.createDirectories(copy.getParent());
        Project.of(root.resolve("app/dist")).copyTo(copy);
        assertEquals(copy.resolve("lib/a.js"), copy.resolve("bin/relative").toRealPath());
        assertEquals(copy.resolve("lib/a.js"), copy.resolve("bin/absolute").toRealPath());
        assertEquals(root.resolve("elsewhere/b.js"), copy.resolve("bin/outside").toRealPath());
    }

    @Test
    void aCopyThatIsRemovedMeanwhileStaysRemoved() throws Exception {
        Tree.write(root, "app/package.json", "{}");
        Project project = Project.of(root.resolve("app/dist"));
        assertThrows(IOException.class, () -> project.copyTo(root.resolve("gone/copy")));
        assertFalse(Files.exists(root.resolve("gone")));
    }

    private String script(String manifest) throws IOException {
        return Project.of(Tree.write(root, "app/package.json", manifest).resolve("app/dist"))
                .script();
    }
}
