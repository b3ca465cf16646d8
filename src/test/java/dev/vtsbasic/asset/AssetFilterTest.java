package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.Tree;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssetFilterTest extends AssetFilterScene {
    @TempDir
    private static Path directory;

    private static TestServer server;

    @BeforeAll
    static void startServer() throws Exception {
        Tree.write(directory, "secret.txt", "SECRET", "client-old/secret.txt", "SECRET");
        Tree.write(
                directory.resolve("client"), "assets/app-12345678.js", "app()", "robots.txt", "ok", "large.txt", LARGE);
        Tree.write(directory.resolve("client"), "empty.txt", "", ".env", "SECRET");
        AssetFilter filter = filter(directory.resolve("client"));
        server = TestServer.start(context -> register(context, filter));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void anAssetHasItsTypeLengthValidatorAndLifetime() throws Exception {
        RawResponse response = server.request("GET /assets/app-12345678.js");
        assertEquals(200, response.status());
        assertEquals("app()", response.body());
        assertEquals("5", response.header("Content-Length"));
        assertEquals("text/javascript; charset=utf-8", response.header("Content-Type"));
        assertEquals("public, max-age=31536000, immutable", response.header("Cache-Control"));
        assertEquals("nosniff", response.header("X-Content-Type-Options"));
        assertNotNull(response.header("ETag"));
        assertEquals("no-cache", server.request("GET /robots.txt").header("Cache-Control"));
    }

    @Test
    void theQueryIsIgnored() throws Exception {
        assertEquals("ok", server.request("GET /robots.txt?v=/../x").body());
    }

    @Test
    void anEmptyFileHasLengthZero() throws Exception {
        RawResponse response = server.request("GET /empty.txt");
        assertEquals(200, response.status());
        assertEquals("0", response.header("Content-Length"));
    }

    @Test
    void aFileTooLargeForMemoryIsSentWhole() throws Exception {
        RawResponse response = server.request("GET /large.txt");
        assertEquals(Integer.toString(LARGE.length()), response.header("Content-Length"));
        assertEquals(LARGE, response.body());
        assertEquals(
                304,
                server.request("GET /large.txt", "If-None-Match: " + response.header("ETag"))
                        .status());
    }

    @Test
    void aHeadHasTheLengthAndNoBody() throws Exception {
        for (String path : new String[] {"/robots.txt", "/large.txt"}) {
            RawResponse get = server.request("GET " + path);
            RawResponse head = server.request("HEAD " + path);
            assertEquals(200, head.status());
            assertEquals(get.header("Content-Length"), head.header("Content-Length"));
            assertEquals(get.header("ETag"), head.header("ETag"));
            assertEquals("", head.body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TAG", "W/TAG", "\"other\", TAG", "\"other\",W/TAG,\"third\"", "*", " TAG "})
    void anIfNoneMatchThatMatchesGets304(String ifNoneMatch) throws Exception {
        String tag = server.request("GET /robots.txt").header("ETag");
        for (String method : new String[] {"GET", "HEAD"}) {
            RawResponse response =
                    server.request(method + " /robots.txt", "If-None-Match: " + ifNoneMatch.replace("TAG", tag));
            assertEquals(304, response.status());
            assertEquals("", response.body());
            assertEquals(tag, response.header("ETag"));
            assertEquals("no-cache", response.header("Cache-Control"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"other\"", "W/\"other\"", "\"\"", "other"})
    void anIfNoneMatchThatDoesNotMatchGetsTheAsset(String ifNoneMatch) throws Exception {
        assertEquals(
                200,
                server.request("GET /robots.txt", "If-None-Match: " + ifNoneMatch)
                        .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"})
    void aMethodOtherThanGetAndHeadGets405(String method) throws Exception {
        RawResponse response = server.request(method + " /robots.txt");
        assertEquals(405, response.status());
        assertEquals("GET, HEAD", response.header("Allow"));
    }

    @Test
    void anUnknownNameUnderAssetsGetsAPlain404WithNoStore() throws Exception {
        RawResponse response = server.request("GET /assets/gone-12345678.js");
        assertEquals(404, response.status());
        assertEquals("no-store", response.header("Cache-Control"));
        assertEquals("text/plain; charset=utf-8", response.header("Content-Type"));
        assertEquals("404 Not Found\n", response.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Sec-Fetch-Dest: document|/assets/123|app",
                "Sec-Fetch-Dest: document|/assets/app-00000000.js|app",
                "Accept: text/html,*/*|/assets/123|app",
                "Accept: text/html,*/*|/assets/app-00000000.js|404",
                "Accept: */*|/assets/123|404",
                "Sec-Fetch-Dest: script|/assets/123|404",
            })
    void aNavigationToAnUnknownNameUnderAssetsReachesTheApp(String field, String path, String expected)
            throws Exception {
        RawResponse response = server.request("GET " + path, field);
        assertEquals(expected.equals("app") ? "app saw " + path : "404 Not Found\n", response.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%62c%2e",
                "/a%62c%",
                "/a%62c%2",
                "/a%62%2fc.txt",
                "/a%62\u0163.txt",
                "/a\uff25%62c.txt",
                "/%6\uff11bc.txt"
            })
    void aSpellingThatIsNotEquivalentIsNotCanonicalised(String path) {
        assertNotEquals("/abc.txt", RequestPath.canonical(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/robots.txt/", "/robots", "/Robots.txt", "//robots.txt", "/assets", "/.env"})
    void aPathThatIsNoAssetReachesTheApp(String path) throws Exception {
        RawResponse response = server.request("GET " + path);
        assertEquals("app saw " + path, response.body());
        assertNull(response.header("Cache-Control"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/../secret.txt",
                "/assets/../../secret.txt",
                "/assets/../.env",
                "/assets/%2e%2e/%2e%2e/secret.txt",
                "/assets/%2E%2E/.env",
                "/assets/..%2f..%2fsecret.txt",
                "/..%2Fsecret.txt",
                "/..%5csecret.txt",
                "/..\\secret.txt",
                "/assets/..;/..;/secret.txt",
                "/..;x=1/secret.txt",
                "/.env;.txt",
                "/.env%00.txt",
                "/.env\0.txt",
                "/%2eenv",
                "//../secret.txt",
                "/../client-old/secret.txt",
                "/%c0%ae%c0%ae/secret.txt",
                "/%252e%252e/secret.txt",
                "secret.txt",
            })
    void noPathLeadsOutOfTheBuild(String path) throws Exception {
        RawResponse response = server.request("GET " + path);
        assertFalse(response.text().contains("SECRET"), response.text());
        assertTrue(
                response.status() == 400
                        || response.status() == 404
                        || response.body().equals("app saw " + path),
                response.text());
    }
}
