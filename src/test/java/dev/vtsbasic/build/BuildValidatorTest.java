package dev.vtsbasic.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Tree;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildValidatorTest {
    @TempDir
    private Path root;

    @Test
    void aBuildWhoseAssetsAllExistIsValid() throws Exception {
        Tree.write(root, "client/assets/main-aaaaaaaa.js", "", "client/favicon.ico", "");
        ValidationReport report = validate("\"/assets/main-aaaaaaaa.js\"");
        assertTrue(report.valid());
        assertEquals(root + ": all 1 assets that the build names exist (2 client files)", report.text());
    }

    @Test
    void aMissingAssetIsReportedOnceWithEveryFileThatNamesIt() throws Exception {
        Tree.write(root, "client/assets/b.js", "import'./gone-aaaaaaaa.js'");
        ValidationReport report = validate("\"/assets/gone-aaaaaaaa.js\"");
        assertFalse(report.valid());
        assertEquals(
                List.of(new MissingAsset(
                        "assets/gone-aaaaaaaa.js", List.of("client/assets/b.js", "server/server.js"), List.of())),
                report.missing());
        assertEquals(
                root + ": 1 of 1 assets that the build names are missing\n"
                        + "  client/assets/gone-aaaaaaaa.js does not exist but is named in client/assets/b.js, server/server.js"
                        + "; nothing there has a similar name\n"
                        + "Build client and server again in one run (`vite build`) and deploy both together.",
                report.text());
    }

    @Test
    void theSameFileUnderAnotherHashIsSuggestedBeforeSimilarNames() throws Exception {
        Tree.write(root, "client/assets/main-zzzzzzzz.js", "", "client/assets/maim-aaaaaaaa.js", "");
        MissingAsset missing =
                validate("\"/assets/main-aaaaaaaa.js\"").missing().get(0);
        assertEquals(List.of("assets/main-zzzzzzzz.js"), missing.similar());
        assertTrue(missing.toString().endsWith("; there is assets/main-zzzzzzzz.js"), missing.toString());
    }

    @Test
    void aHashMayHoldADash() throws Exception {
        Tree.write(root, "client/assets/main-B-x_9yZk.js", "");
        MissingAsset missing =
                validate("\"/assets/main-C1d2e-f3.js\"").missing().get(0);
        assertEquals(List.of("assets/main-B-x_9yZk.js"), missing.similar());
    }

    @Test
    void withoutAnotherHashTheNearestNamesAreSuggested() throws Exception {
        Tree.write(root, "client/assets/logo.svg", "", "client/a-quite-different-name.txt", "");
        MissingAsset missing = validate("\"/assets/lgoo.svg\"").missing().get(0);
        assertEquals(List.of("assets/logo.svg"), missing.similar());
    }

    @Test
    void programsGetTheSameAsJson() throws Exception {
        Tree.write(root, "client/assets/main-zzzzzzzz.js", "");
        JsonObject expected = Json.createObjectBuilder()
                .add("valid", false)
                .add("root", root.toString())
                .add("files", 1)
                .add("references", 1)
                .add(
                        "missing",
                        Json.createArrayBuilder()
                                .add(Json.createObjectBuilder()
                                        .add("name", "assets/main-aaaaaaaa.js")
                                        .add(
                                                "namedIn",
                                                Json.createArrayBuilder().add("server/server.js"))
                                        .add(
                                                "similar",
                                                Json.createArrayBuilder().add("assets/main-zzzzzzzz.js"))))
                .build();
        assertEquals(expected, validate("\"/assets/main-aaaaaaaa.js\"").json());
    }

    private ValidationReport validate(String server) throws IOException {
        return BuildValidator.validate(Dist.at(Tree.write(root, "server/server.js", server)));
    }
}
