package dev.vtsbasic.build.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.build.Dist;
import dev.vtsbasic.testing.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenBaseTest {
    @TempDir
    private Path directory;

    private Path root;

    @BeforeEach
    void write() throws IOException {
        root = Tree.write(
                directory.resolve("dist"),
                "client/assets/app.js",
                "import('/__VTS_BASE__/assets/b.js')",
                "client/assets/b.js",
                "none",
                "client/photo.png",
                "/__VTS_BASE__/ is a picture",
                "server/server.js",
                "base = '/__VTS_BASE__/'");
    }

    @ParameterizedTest
    @CsvSource({
        "'/__VTS_BASE__/', '/', '/apps/front/'",
        "'/__VTS_BASE__', '', '/apps/front'",
        "'/__VTS_BASE__/a /__VTS_BASE__/b', '/a /b', '/apps/front/a /apps/front/b'",
        "'\"__VTS_BASE__\"', '\"\"', '\"apps/front\"'",
        "'\"__VTS_BASE__/assets\"', '\"assets\"', '\"apps/front/assets\"'",
        "'\\/__VTS_BASE__\\/a', '\\/a', '\\/apps\\/front\\/a'",
        "'__VTS_BASE__/__VTS_BASE__/a', 'a', 'apps/front/apps/front/a'",
        "'https://x/__VTS_BASE__/a', 'https://x/a', 'https://x/apps/front/a'",
        "'äö /__VTS_BASE__/ü', 'äö /ü', 'äö /apps/front/ü'"
    })
    void everyFormOfThePlaceholderBecomesThePath(String text, String atTheRoot, String elsewhere) throws Exception {
        Tree.write(root, "server/server.js", text);
        assertEquals(atTheRoot, copied("", "server/server.js"));
        assertEquals(elsewhere, copied("/apps/front", "server/server.js"));
        open().writeForRoot();
        assertEquals(atTheRoot, Files.readString(root.resolve("server/server.js")));
        assertEquals(elsewhere, copied("/apps/front", "server/server.js"));
        assertEquals(atTheRoot, copied("", "server/server.js"));
    }

    @Test
    void onlyTextFilesAreRewritten() throws Exception {
        assertEquals(Set.of("assets/app.js"), open().clientFiles());
        assertEquals("/__VTS_BASE__/ is a picture", copied("/shop", "client/photo.png"));
        assertEquals("none", copied("/shop", "client/assets/b.js"));
    }

    @Test
    void aBuildWrittenForTheRootKeepsARecordOfItsBase() throws Exception {
        assertFalse(OpenBase.isWrittenForRoot(Dist.at(root)));
        open().writeForRoot();
        assertTrue(OpenBase.isWrittenForRoot(Dist.at(root)));
        assertEquals(Set.of("assets/app.js"), open().clientFiles());
        byte[] record = Files.readAllBytes(root.resolve("client/.vts/base.json"));
        open().writeForRoot();
        assertEquals(new String(record), Files.readString(root.resolve("client/.vts/base.json")));
    }

    @Test
    void aBuildWithoutPlaceholderIsMadeForOnePath() throws Exception {
        Tree.write(root, "client/assets/app.js", "import('/assets/b.js')", "server/server.js", "base = '/'");
        assertEquals(Optional.empty(), OpenBase.of(Dist.at(root)));
    }

    @Test
    void aBuildThatChangedAfterItWasWrittenForTheRootIsRefused() throws Exception {
        open().writeForRoot();
        Tree.write(root, "server/server.js", "base = 'something else'");
        String message = assertThrows(IOException.class, this::open).getMessage();
        assertTrue(
                message.endsWith("has changed since `precompress` looked at it, so it cannot be served under another"
                        + " path; build the app again"),
                message);
    }

    @Test
    void aBuildThatWasWrittenForTheRootOnlyInPartIsRefused() throws Exception {
        byte[] before = Files.readAllBytes(root.resolve("server/server.js"));
        open().writeForRoot();
        Files.write(root.resolve("server/server.js"), before);
        String message = assertThrows(IOException.class, this::open).getMessage();
        assertTrue(message.endsWith("build the app again"), message);
    }

    @Test
    void aChecksumThatAPageStatesOfAFileWithTheBaseIsRefused() throws Exception {
        byte[] digest =
                MessageDigest.getInstance("SHA-384").digest(Files.readAllBytes(root.resolve("client/assets/app.js")));
        String integrity = "sha384-" + Base64.getEncoder().encodeToString(digest);
        Tree.write(root, "client/index.html", "<script integrity=\"" + integrity + "\">");
        String message = assertThrows(IOException.class, this::open).getMessage();
        assertTrue(message.startsWith("client/assets/app.js has the base /__VTS_BASE__/ in it"), message);

        Tree.write(root, "client/index.html", "<script integrity=\"" + integrity.replace('=', '+') + "AAAA\">");
        open();
    }

    @Test
    void aCopyFindsThePackagesThatTheBuildFound() throws Exception {
        Tree.write(directory, "node_modules/a/index.js", "a", "dist/server/node_modules/b/index.js", "b");
        Tree.write(directory, "dist/package.json", "{}");
        assertEquals("a", copied("/shop", "node_modules/a/index.js"));
        assertEquals("b", copied("/shop", "server/node_modules/b/index.js"));
        assertEquals("{}", copied("/shop", "package.json"));
    }

    @Test
    void linksLeadToTheSameFilesInACopy() throws Exception {
        Tree.write(directory, "outside.js", "outside");
        Files.createSymbolicLink(root.resolve("client/inside.js"), Path.of("assets/app.js"));
        Files.createSymbolicLink(root.resolve("client/outside.js"), Path.of("../../outside.js"));
        assertEquals("import('/shop/assets/b.js')", copied("/shop", "client/inside.js"));
        assertEquals("outside", copied("/shop", "client/outside.js"));
    }

    private OpenBase open() throws IOException {
        return OpenBase.of(Dist.at(root)).orElseThrow();
    }

    /** Returns the content of a file in a copy for this base. */
    private String copied(String base, String file) throws IOException {
        Dist copy = open().copyFor(base, Files.createTempDirectory(directory, "copy"));
        assertEquals(copy.root().resolve("server/server.js"), copy.entry());
        return Files.readString(copy.root().resolve(file));
    }
}
