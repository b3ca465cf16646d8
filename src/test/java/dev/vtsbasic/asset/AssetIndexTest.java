package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AssetIndexTest {
    @TempDir
    private Path directory;

    private Path client;

    @BeforeEach
    void makeClient() throws IOException {
        client = Files.createDirectory(directory.resolve("client"));
    }

    @Test
    void everyFileIsFoundByItsPath() throws Exception {
        AssetIndex index = index("robots.txt", "r", "assets/deep/a.js", "js");
        assertEquals(2, index.size());
        Representation body = index.find("/assets/deep/a.js").identity();
        assertArrayEquals("js".getBytes(), body.body());
        assertEquals(2, body.length());
        assertNull(index.find("/assets/deep"));
        assertNull(index.find("/assets/deep/"));
        assertNull(index.find("/"));
        assertNull(index.find("robots.txt"));
    }

    @ParameterizedTest
    @CsvSource({
        "a b.txt, /a%20b.txt",
        "é/日本.png, /%C3%A9/%E6%97%A5%E6%9C%AC.png",
        "100%.txt, /100%25.txt",
        "a#b?.txt, /a%23b%3F.txt",
        "it's(1)+~@!.txt, /it's(1)+~@!.txt"
    })
    void aNameIsFoundAsABrowserEncodesIt(String name, String path) throws Exception {
        assertNotNull(index(name, "").find(path));
    }

    @Test
    void aLinkToADirectoryIsFollowedOnlyIfItsTargetIsInTheBuild() throws Exception {
        Tree.write(client, "v1/a.txt", "a", ".hidden/b.txt", "b");
        Tree.write(directory, "outside/secret.txt", "SECRET");
        Files.createSymbolicLink(client.resolve("latest"), Path.of("v1"));
        Files.createSymbolicLink(client.resolve("v1/loop"), client);
        Files.createSymbolicLink(client.resolve("out"), directory.resolve("outside"));
        Files.createSymbolicLink(client.resolve("hidden"), client.resolve(".hidden"));
        Files.createSymbolicLink(client.resolve("broken"), Path.of("nowhere"));
        AssetIndex index = index();
        assertEquals(2, index.size(), index.indexed().toString());
        assertNotNull(index.find("/v1/a.txt"));
        assertNotNull(index.find("/latest/a.txt"));
    }

    @Test
    void aBackslashIsPartOfAName() throws Exception {
        assertNotNull(index("a\\b.txt", "").find("/a%5Cb.txt"));
    }

    @Test
    void theAppleAppSiteAssociationFileHasTheTypeJson() throws Exception {
        assertEquals(
                "application/json",
                index(".well-known/apple-app-site-association", "{}")
                        .find("/.well-known/apple-app-site-association")
                        .mediaType());
    }

    @Test
    void hiddenFilesAreLeftOutExceptWellKnown() throws Exception {
        AssetIndex index = index(".env", "", ".git/config", "", "a/.b/c", "", ".well-known/security.txt", "");
        assertEquals(1, index.size());
        assertNotNull(index.find("/.well-known/security.txt"));
    }

    @Test
    void aLinkToAFileIsServedOnlyIfItsTargetIsInTheBuild() throws Exception {
        Tree.write(directory, "secret.txt", "s", "secrets/a.txt", "s");
        Files.createSymbolicLink(client.resolve("out.txt"), directory.resolve("secret.txt"));
        Files.createSymbolicLink(client.resolve("out"), directory.resolve("secrets"));
        Files.createSymbolicLink(client.resolve("hidden.txt"), Path.of(".env"));
        Files.createSymbolicLink(client.resolve("in.txt"), Path.of("robots.txt"));
        Files.createSymbolicLink(client.resolve("dangling.txt"), Path.of("gone.txt"));
        AssetIndex index = index("robots.txt", "", ".env", "s");
        assertEquals(2, index.size());
        assertNotNull(index.find("/in.txt"));
    }

    @Test
    void anEmptyFileIsIndexed() throws Exception {
        assertEquals(0, index("empty.txt", "").find("/empty.txt").identity().length());
    }

    @Test
    void onlyFilesUnderAssetsAreImmutable() throws Exception {
        AssetIndex index = index("assets/a-12345678.js", "", "a-12345678.js", "", "sub/assets/a.js", "");
        assertEquals(
                "public, max-age=31536000, immutable",
                index.find("/assets/a-12345678.js").cacheControl());
        assertEquals("no-cache", index.find("/a-12345678.js").cacheControl());
        assertEquals("no-cache", index.find("/sub/assets/a.js").cacheControl());
    }

    @Test
    void theEntityTagDependsOnTheContentOnly() throws Exception {
        AssetIndex index = index("a.txt", "same", "b.txt", "same", "c.txt", "other");
        String tag = index.find("/a.txt").identity().entityTag();
        assertTrue(tag.matches("\"[0-9a-f]{16}\""), tag);
        assertEquals(tag, index.find("/b.txt").identity().entityTag());
        assertNotEquals(tag, index.find("/c.txt").identity().entityTag());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a.js           | text/javascript; charset=utf-8
            a.MJS          | text/javascript; charset=utf-8
            a.min.css      | text/css; charset=utf-8
            a.woff2        | font/woff2
            a.webmanifest  | application/manifest+json
            a.unknown      | application/octet-stream
            js             | application/octet-stream
            dir.js/LICENSE | application/octet-stream
            """)
    void theExtensionDecidesTheMediaType(String name, String type) throws Exception {
        assertEquals(type, index(name, "").find("/" + name).mediaType());
    }

    private AssetIndex index(String... namesAndContents) throws IOException {
        return read(Tree.write(client, namesAndContents));
    }

    private static AssetIndex read(Path client) throws IOException {
        return AssetIndex.of(client, Set.of(), new CacheControlRules(List.of()), new AssetMemory(1 << 20));
    }
}
