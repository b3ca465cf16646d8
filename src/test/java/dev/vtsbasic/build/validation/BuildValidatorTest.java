package dev.vtsbasic.build.validation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.testing.Tree;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BuildValidatorTest {
    @TempDir
    private Path root;

    @Test
    void aBuildWhoseAssetsAllExistIsValid() throws Exception {
        Tree.write(root, "client/assets/main-aaaaaaa1.js", "", "client/favicon.ico", "");
        ValidationReport report = validate("\"/assets/main-aaaaaaa1.js\"");
        assertTrue(report.valid());
        assertEquals(root + ": all 1 assets that the build names exist (2 client files)", report.text());
    }

    @Test
    void aMissingAssetIsReportedOnceWithEveryFileThatNamesIt() throws Exception {
        Tree.write(root, "client/assets/b.js", "import'./gone-aaaaaaa1.js'");
        ValidationReport report = validate("\"/assets/gone-aaaaaaa1.js\"");
        assertFalse(report.valid());
        assertEquals(
                List.of(new MissingAsset(
                        "assets/gone-aaaaaaa1.js", List.of("client/assets/b.js", "server/server.js"), List.of())),
                report.missing());
        assertEquals(
                root + ": 1 of 1 assets that the build names are missing\n"
                        + "  client/assets/gone-aaaaaaa1.js does not exist but is named in client/assets/b.js, server/server.js"
                        + "; nothing there has a similar name\n"
                        + "Build client and server again in one run (`vite build`) and deploy both together.",
                report.text());
    }

    @Test
    void theSameFileUnderAnotherHashIsSuggestedBeforeSimilarNames() throws Exception {
        Tree.write(root, "client/assets/main-zzzzzzz9.js", "", "client/assets/maim-aaaaaaa1.js", "");
        MissingAsset missing =
                validate("\"/assets/main-aaaaaaa1.js\"").missing().get(0);
        assertEquals(List.of("assets/main-zzzzzzz9.js"), missing.similar());
        assertTrue(missing.toString().endsWith("; there is assets/main-zzzzzzz9.js"), missing.toString());
    }

    @Test
    void aHashMayHoldADash() throws Exception {
        Tree.write(root, "client/assets/main-B-x_9yZk.js", "");
        MissingAsset missing =
                validate("\"/assets/main-C1d2e-f3.js\"").missing().get(0);
        assertEquals(List.of("assets/main-B-x_9yZk.js"), missing.similar());
    }

    /** SolidStart and Vike put such a manifest into their servers. */
    @Test
    void theKeysOfAManifestInTheServersCodeAreNoFiles() throws Exception {
        Tree.write(root, "client/assets/web-D5QpZw3x.js", "", "client/assets/main-B1x2y3Z4.js", "");
        String manifest = "{\"_web-D5QpZw3x.js\":{\"file\":\"assets/web-D5QpZw3x.js\"},\"src/main.tsx\":{\"file\":"
                + "\"assets/main-B1x2y3Z4.js\",\"imports\":[\"_web-D5QpZw3x.js\"]}}";
        assertEquals(List.of(), validate("const manifest = " + manifest).missing());
        String other = manifest.replace("assets/web-D5QpZw3x.js", "assets/web-E6QpZw3x.js");
        assertEquals(
                List.of("assets/web-E6QpZw3x.js"),
                validate("const manifest = " + other).missing().stream()
                        .map(MissingAsset::name)
                        .toList());
    }

    @Test
    void withoutAnotherHashTheNearestNamesAreSuggested() throws Exception {
        Tree.write(root, "client/assets/logo.svg", "", "client/a-quite-different-name.txt", "");
        MissingAsset missing = validate("\"/assets/lgoo.svg\"").missing().get(0);
        assertEquals(List.of("assets/logo.svg"), missing.similar());
    }

    @Test
    void theReportIsAvailableAsJson() throws Exception {
        Tree.write(root, "client/assets/main-zzzzzzz9.js", "x".repeat(612_000));
        JsonObject expected = Json.createObjectBuilder()
                .add("valid", false)
                .add("root", root.toString())
                .add("base", "/")
                .add("files", 1)
                .add("references", 1)
                .add(
                        "missing",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("name", "assets/main-aaaaaaa1.js")
                                        .add(
                                                "namedIn",
                                                Json.createArrayBuilder().add("server/server.js"))
                                        .add(
                                                "similar",
                                                Json.createArrayBuilder().add("assets/main-zzzzzzz9.js"))))
                .add(
                        "warnings",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("kind", "build-path")
                                        .add("file", "server/server.js")
                                        .add(
                                                "message",
                                                "server/server.js holds a path of the machine that built it:"
                                                        + " /home/me/app/src/a.tsx")
                                        .add("excerpt", "/home/me/app/src/a.tsx")
                                        .add("count", 1))
                                .add(Json.createObjectBuilder()
                                        .add("kind", "large-chunk")
                                        .add("file", "client/assets/main-zzzzzzz9.js")
                                        .add(
                                                "message",
                                                "client/assets/main-zzzzzzz9.js has 612 kB, which is more than 500 kB")
                                        .add("size", 612_000)))
                .build();
        assertEquals(
                expected,
                validate("\"/assets/main-aaaaaaa1.js\";\"/home/me/app/src/a.tsx\"")
                        .json());
    }

    @Test
    void theBaseIsFoundFromTheUrlsThatBeginWithIt() throws Exception {
        Tree.write(root, "client/static/main-BhC1d2e3.js", "", "client/img/a.png", "");
        ValidationReport report =
                validate("['/a/b/static/main-XxC1d2e3.js','/a/b/static/logo-XxC1d2e3.svg','/static/logo-XxC1d2e3.svg',"
                        + "'/a/b/img/a.png']");
        assertEquals("/a/b/", report.build().base());
        assertEquals(
                List.of("static/logo-XxC1d2e3.svg", "static/main-XxC1d2e3.js"),
                report.missing().stream().map(MissingAsset::name).toList());
        assertEquals(3, report.build().references());
    }

    @Test
    void everyFileThatAManifestListsHasToExist() throws Exception {
        String manifest = "{\"index.html\":{\"file\":\"js/index.js\",\"isEntry\":true,\"css\":[\"js/a.css\"],"
                + "\"assets\":[\"my photo (1).jpg\"],\"imports\":[\"_gone.js\",\"index.html\"],"
                + "\"dynamicImports\":[\"src/gone.ts\"]}}";
        List<String> named = List.of("_gone.js", "js/a.css", "js/index.js", "my photo (1).jpg", "src/gone.ts");
        for (String file : List.of("client/.vite/manifest.json", "client/manifest.json", "server/manifest.json")) {
            Tree.write(root, "client/robots.txt", "", file, manifest);
            ValidationReport report = validate("");
            assertEquals(
                    named, report.missing().stream().map(MissingAsset::name).toList());
            assertEquals(List.of(file), report.missing().get(0).namedIn());
            Files.delete(root.resolve(file));
        }
        Tree.write(root, "client/.vite/ssr-manifest.json", "{\"src/a.ts\":[\"/a.js\",\"https://cdn.example/b.js\"]}");
        assertEquals("a.js", validate("").missing().get(0).name());
        assertEquals(1, validate("").missing().size());
    }

    @Test
    void theServersOwnManifestIsNotTheClients() throws Exception {
        Tree.write(
                root,
                "client/robots.txt",
                "",
                "client/manifest.json",
                "{\"name\":\"a\",\"icons\":[{\"src\":\"x.png\"}]}");
        Tree.write(
                root,
                "server/.vite/manifest.json",
                "{\"src/a.ts\":{\"file\":\"server.js\",\"isEntry\":true,\"css\":[\"assets/a.css\"]}}");
        assertTrue(validate("").valid());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 200_000})
    void aManifestThatIsNoJsonOrNestedTooDeeplyIsAWarning(int depth) throws Exception {
        Tree.write(root, "client/.vite/manifest.json", "{\"a\":".repeat(depth));
        ValidationReport report = validate("");
        assertTrue(report.valid());
        assertTrue(
                report.warningText().startsWith("  warning: client/.vite/manifest.json is not read: it is not JSON"),
                report.warningText());
    }

    @Test
    void aHiddenFileCountsAsMissing() throws Exception {
        Tree.write(root, "client/assets/.hidden/a.js", "", "client/.well-known/a.js", "");
        ValidationReport report = validate("'/assets/.hidden/a.js' '/.well-known/a.js'");
        assertEquals(1, report.build().files());
        assertEquals(
                List.of("assets/.hidden/a.js"),
                report.missing().stream().map(MissingAsset::name).toList());
    }

    @Test
    void aSourceMapDoesNotCountForTheSizeOfAChunk() throws Exception {
        String map = "\n//# sourceMappingURL=data:application/json;base64," + "A".repeat(600_000) + "\n";
        Tree.write(root, "client/assets/a.js", "let a" + map, "client/assets/b.js.map", "x".repeat(600_000));
        Tree.write(root, "client/assets/c.css", " ".repeat(500_001), "client/assets/d.js", " ".repeat(500_000));
        assertEquals(
                List.of("client/assets/c.css"),
                validate("").warnings().stream().map(BuildWarning::file).toList());
    }

    @Test
    void linksAreFollowedOnlyWithinTheClient() throws Exception {
        Tree.write(root, "client/assets/a.js", "", "secret.js", "");
        Files.createSymbolicLink(root.resolve("client/assets/loop"), Path.of("."));
        Files.createSymbolicLink(root.resolve("client/assets/self.js"), Path.of("self.js"));
        Files.createSymbolicLink(root.resolve("client/assets/b.js"), Path.of("a.js"));
        Files.createSymbolicLink(root.resolve("client/assets/out.js"), Path.of("../../secret.js"));
        Files.createSymbolicLink(root.resolve("client/linked"), Path.of("assets"));
        ValidationReport report = validate("'/assets/b.js' '/assets/out.js' '/assets/self.js'");
        assertEquals(4, report.build().files());
        assertEquals(2, report.missing().size());
    }

    @Test
    void tenThousandFilesAreAllSeen() throws Exception {
        int count = 10_000;
        Files.createDirectories(root.resolve("client/assets"));
        for (int i = 0; i < count; i++) {
            Files.writeString(root.resolve("client/assets/c" + i + ".js"), "import(\"./c" + (i + 1) + ".js\")");
        }
        ValidationReport report = validate("");
        assertEquals(count, report.build().files());
        assertEquals(count, report.build().references());
        assertEquals(1, report.missing().size());
        assertEquals("assets/c10000.js", report.missing().get(0).name());
        assertEquals(List.of("client/assets/c9999.js"), report.missing().get(0).namedIn());
    }

    @Test
    void aPathInTheOverlapOfTwoPiecesOfAFileIsCountedOnce() throws Exception {
        for (int beforeEdge : new int[] {10, 40 << 10}) {
            String filler = ";".repeat((8 << 20) - beforeEdge);
            String script = filler + "\"/home/me/app/src/a.tsx\"" + ";".repeat(80 << 10);
            Tree.write(root, "client/assets/a.js", script);
            BuildWarning warning = validate("").warnings().get(0);
            assertEquals(
                    "client/assets/a.js holds a path of the machine that built it: /home/me/app/src/a.tsx",
                    warning.toString());
        }
    }

    private ValidationReport validate(String server) throws IOException {
        return BuildValidator.validate(Dist.at(Tree.write(root, "server/server.js", server)));
    }
}
