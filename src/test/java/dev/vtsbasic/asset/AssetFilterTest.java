package dev.vtsbasic.asset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.settings.AssetRule;
import dev.vtsbasic.settings.AssetSettings;
import dev.vtsbasic.testing.RawAnswer;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.Tree;
import dev.vtsbasic.traffic.InFlightRequests;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssetFilterTest {
    private static final String LARGE = "0123456789abcdef".repeat((1 << 16) + 1);

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

    private static AssetFilter filter(Path client, AssetRule... rules) throws IOException {
        AssetSettings settings = new AssetSettings(List.of(rules), 1 << 20, Optional.empty());
        AssetFilter filter =
                new AssetFilter(settings, jobs -> {}, new SecurityHeaders(false, List.of()), new InFlightRequests());
        filter.makeCurrent(filter.add(client, Set.of()));
        return filter;
    }

    private static void register(ServletContext context, AssetFilter filter) {
        context.addFilter("assets", filter).addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST), false, "/*");
        context.addServlet("app", new App()).addMapping("/*");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @Test
    void anAssetIsAnsweredWithWhatABrowserNeeds() throws Exception {
        RawAnswer answer = server.request("GET /assets/app-12345678.js");
        assertEquals(200, answer.status());
        assertEquals("app()", answer.body());
        assertEquals("5", answer.header("Content-Length"));
        assertEquals("text/javascript; charset=utf-8", answer.header("Content-Type"));
        assertEquals("public, max-age=31536000, immutable", answer.header("Cache-Control"));
        assertEquals("nosniff", answer.header("X-Content-Type-Options"));
        assertNotNull(answer.header("ETag"));
        assertEquals("no-cache", server.request("GET /robots.txt").header("Cache-Control"));
    }

    @Test
    void anotherBuildsHashedAssetsAreServedBesideThisOnes(@TempDir Path other) throws Exception {
        Tree.write(other, "assets/new-1.js", "new()", "robots.txt", "new", "added.txt", "new");
        AssetFilter filter = filter(directory.resolve("client"));
        try (TestServer both = TestServer.start(context -> register(context, filter))) {
            assertEquals(404, both.request("GET /assets/new-1.js").status());
            AssetIndex build = filter.add(other, Set.of());
            assertEquals("new()", both.request("GET /assets/new-1.js").body());
            assertEquals("ok", both.request("GET /robots.txt").body());
            filter.remove(build);
            assertEquals(404, both.request("GET /assets/new-1.js").status());

            filter.makeCurrent(filter.add(other, Set.of()));
            assertEquals("new", both.request("GET /robots.txt").body());
            assertEquals("new", both.request("GET /added.txt").body());
            assertEquals("app()", both.request("GET /assets/app-12345678.js").body());
            assertEquals("app saw /large.txt", both.request("GET /large.txt").body());
        }
    }

    @Test
    void theQueryDoesNotMatter() throws Exception {
        assertEquals("ok", server.request("GET /robots.txt?v=/../x").body());
    }

    @Test
    void anEmptyFileHasLengthZero() throws Exception {
        RawAnswer answer = server.request("GET /empty.txt");
        assertEquals(200, answer.status());
        assertEquals("0", answer.header("Content-Length"));
    }

    @Test
    void aFileTooLargeForMemoryIsSentWhole() throws Exception {
        RawAnswer answer = server.request("GET /large.txt");
        assertEquals(Integer.toString(LARGE.length()), answer.header("Content-Length"));
        assertEquals(LARGE, answer.body());
        assertEquals(
                304,
                server.request("GET /large.txt", "If-None-Match: " + answer.header("ETag"))
                        .status());
    }

    @Test
    void headTellsTheLengthAndSendsNothing() throws Exception {
        for (String path : new String[] {"/robots.txt", "/large.txt"}) {
            RawAnswer get = server.request("GET " + path);
            RawAnswer head = server.request("HEAD " + path);
            assertEquals(200, head.status());
            assertEquals(get.header("Content-Length"), head.header("Content-Length"));
            assertEquals(get.header("ETag"), head.header("ETag"));
            assertEquals("", head.body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TAG", "W/TAG", "\"other\", TAG", "\"other\",W/TAG,\"third\"", "*", " TAG "})
    void aBrowserThatHasTheAssetGets304(String ifNoneMatch) throws Exception {
        String tag = server.request("GET /robots.txt").header("ETag");
        for (String method : new String[] {"GET", "HEAD"}) {
            RawAnswer answer =
                    server.request(method + " /robots.txt", "If-None-Match: " + ifNoneMatch.replace("TAG", tag));
            assertEquals(304, answer.status());
            assertEquals("", answer.body());
            assertEquals(tag, answer.header("ETag"));
            assertEquals("no-cache", answer.header("Cache-Control"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"other\"", "W/\"other\"", "\"\"", "other"})
    void aBrowserThatHasAnotherVersionGetsThisOne(String ifNoneMatch) throws Exception {
        assertEquals(
                200,
                server.request("GET /robots.txt", "If-None-Match: " + ifNoneMatch)
                        .status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND"})
    void anAssetCanOnlyBeRead(String method) throws Exception {
        RawAnswer answer = server.request(method + " /robots.txt");
        assertEquals(405, answer.status());
        assertEquals("GET, HEAD", answer.header("Allow"));
    }

    @Test
    void anUnknownNameUnderAssetsIsAPlain404ThatNobodyStores() throws Exception {
        RawAnswer answer = server.request("GET /assets/gone-12345678.js");
        assertEquals(404, answer.status());
        assertEquals("no-store", answer.header("Cache-Control"));
        assertEquals("text/plain; charset=utf-8", answer.header("Content-Type"));
        assertEquals("404 Not Found\n", answer.body());
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
    void whoNavigatesToAnUnknownNameUnderAssetsGetsTheAppsAnswer(String field, String path, String expected)
            throws Exception {
        RawAnswer answer = server.request("GET " + path, field);
        assertEquals(expected.equals("app") ? "app saw " + path : "404 Not Found\n", answer.body());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a+b@(1)~é.txt",
                "/a%2Bb%40%281%29%7E%C3%A9.txt",
                "/a%2bb%40%281%29%7e%c3%a9.txt",
                "/%61+b@(1)~%C3%A9.txt"
            })
    void aNameIsFoundInAnyEquivalentSpelling(String path, @TempDir Path client) throws Exception {
        Tree.write(client, "a+b@(1)~é.txt", "here");
        AssetFilter filter = filter(client);
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            String raw = new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)
                    .replace("\u00c3\u00a9", "%C3%A9");
            assertEquals("here", other.request("GET " + raw).body());
        }
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
    void aSpellingThatIsNotEquivalentIsNone(String path) {
        assertNotEquals("/abc.txt", RequestPath.canonical(path));
    }

    /** An error has nothing of what is said of a file, whose name may be kept for a year. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFileThatIsGoneOrCutSinceTheStartIsA404ThatNobodyStores(boolean cut, @TempDir Path client) throws Exception {
        Tree.write(client, "assets/small-1.js", "small", "assets/large-1.js", LARGE);
        AssetFilter filter = filter(client);
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            if (cut) {
                Files.writeString(client.resolve("assets/large-1.js"), "cut");
            } else {
                Files.delete(client.resolve("assets/large-1.js"));
            }
            for (String method : List.of("GET", "HEAD")) {
                for (String range : List.of("X: y", "Range: bytes=0-9", "Range: bytes=0-9,20-29")) {
                    RawAnswer answer = other.request(method + " /assets/large-1.js", range);
                    assertEquals(404, answer.status(), answer.text());
                    assertEquals("no-store", answer.header("Cache-Control"));
                    assertNull(answer.header("ETag"));
                    assertNull(answer.header("Last-Modified"));
                    assertEquals("14", answer.header("Content-Length"));
                }
            }
            assertEquals("small", other.request("GET /assets/small-1.js").body());
        }
    }

    /** Tomcat sends long bodies from their files, of which those of such codings are temporary. */
    @Test
    void aLongCodingThatWasMadeInTheBackgroundIsSentAsAWhole(@TempDir Path client) throws Exception {
        byte[] octets = new byte[400_000];
        new Random(1).nextBytes(octets);
        Tree.write(client, "assets/long-12345678.js", HexFormat.of().formatHex(octets));
        Compressor gzip = jobs -> {
            for (Compressor.Job job : jobs) {
                try (OutputStream out = new GZIPOutputStream(
                        Files.newOutputStream(CompressionResult.file(job.target(), Coding.GZIP)))) {
                    Files.copy(job.source(), out);
                }
            }
        };
        AssetSettings settings = new AssetSettings(List.of(), 1 << 24, Optional.empty());
        AssetFilter filter =
                new AssetFilter(settings, gzip, new SecurityHeaders(false, List.of()), new InFlightRequests());
        filter.makeCurrent(filter.add(client, Set.of()));
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            RawAnswer answer = other.request("GET /assets/long-12345678.js", "Accept-Encoding: gzip");
            while (answer.header("Content-Encoding") == null) {
                assertTrue(System.nanoTime() < deadline);
                answer = other.request("GET /assets/long-12345678.js", "Accept-Encoding: gzip");
            }
            byte[] coded = answer.body().getBytes(StandardCharsets.ISO_8859_1);
            assertEquals(answer.header("Content-Length"), Integer.toString(coded.length));
            try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(coded))) {
                assertEquals(
                        HexFormat.of().formatHex(octets), new String(in.readAllBytes(), StandardCharsets.US_ASCII));
            }
        } finally {
            filter.close();
        }
    }

    /** A deployment takes a directory away before the next build is in service. */
    @Test
    void aLongFileInMemoryIsSentAfterItWasTakenAway(@TempDir Path client) throws Exception {
        String text = "x".repeat(100_000);
        Tree.write(client, "assets/long-12345678.bin", text);
        AssetFilter filter = filter(client);
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            Files.delete(client.resolve("assets/long-12345678.bin"));
            assertEquals(text, other.request("GET /assets/long-12345678.bin").body());
        }
    }

    @Test
    void hiddenFilesAreNotServed(@TempDir Path client) throws Exception {
        Tree.write(client, "assets/app-1.js", "app()", "assets/app-1.js.map", "{}", "top.map", "{}");
        AssetFilter filter = filter(client, new AssetRule("/**.map", "hidden"));
        try (TestServer other = TestServer.start(context -> register(context, filter))) {
            assertEquals("app()", other.request("GET /assets/app-1.js").body());
            assertEquals(404, other.request("GET /assets/app-1.js.map").status());
            assertEquals("app saw /top.map", other.request("GET /top.map").body());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/robots.txt/", "/robots", "/Robots.txt", "//robots.txt", "/assets", "/.env"})
    void whatIsNoAssetIsLeftToTheApp(String path) throws Exception {
        RawAnswer answer = server.request("GET " + path);
        assertEquals("app saw " + path, answer.body());
        assertNull(answer.header("Cache-Control"));
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
        RawAnswer answer = server.request("GET " + path);
        assertFalse(answer.text().contains("SECRET"), answer.text());
        assertTrue(
                answer.status() == 400
                        || answer.status() == 404
                        || answer.body().equals("app saw " + path),
                answer.text());
    }

    /** Stands for everything behind the filter. */
    private static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            response.getOutputStream().print("app saw " + request.getRequestURI());
        }
    }
}
