package dev.vtsbasic.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.browser.Chromium;
import dev.vtsbasic.testing.browser.Visitor;
import dev.vtsbasic.testing.build.OtherBuild;
import dev.vtsbasic.testing.build.PlainBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A build as Vite makes it: with an open base it works at any path; with another base the start says how to fix it. */
@Order(1)
final class OpenBaseIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** A proxy that strips {@code /shop} and announces it in X-Forwarded-Prefix, as many proxies can. */
    private static final String STRIPPING_PROXY = """
            const proxy = Bun.serve({
              hostname: '127.0.0.1',
              port: 0,
              fetch(request) {
                const { pathname, search, host } = new URL(request.url)
                const headers = new Headers(request.headers)
                headers.set('x-forwarded-prefix', '/shop')
                headers.set('x-forwarded-host', host)
                const target = process.env.FRONT + pathname.slice('/shop'.length) + search
                return fetch(target, { headers, redirect: 'manual', decompress: false })
              },
            })
            console.log(`The proxy listens on ${proxy.port}`)
            """;

    @TempDir
    private static Path directory;

    private static Path open;

    @BeforeAll
    static void build() throws Exception {
        open = PlainBuild.make("/__VTS_BASE__/", Files.createDirectory(directory.resolve("open")));
    }

    static Stream<String> paths() {
        return LongSet.RUNS ? Stream.of("/", "/one/two") : Stream.of("/one/two");
    }

    @ParameterizedTest
    @MethodSource("paths")
    void aPlainViteAppIsRightAtAnyPath(String path) throws Exception {
        Map<String, String> environment = Map.of("VTS_APP_DIR", open.toString(), "VTS_CONTEXT_PATH", path);
        try (Vts vts = Vts.serve(environment);
                Chromium chromium = new Chromium()) {
            URI site = vts.uri().resolve(path);
            assertItWorks(chromium, URI.create(site.toString().replaceFirst("/$", "")));
        }
    }

    @Test
    @Tag("long")
    void aPlainViteAppWorksBehindAProxyThatStripsThePath() throws Exception {
        Map<String, String> environment =
                Map.of("VTS_APP_DIR", open.toString(), "VTS_PUBLIC_PATH", "/shop", "VTS_TRUSTED_PROXIES", "127.0.0.1");
        try (Vts vts = Vts.serve(environment);
                Program proxy = strippingProxy(vts.uri());
                Chromium chromium = new Chromium()) {
            String port = proxy.awaitLine("The proxy listens on (\\d+)").group(1);
            assertItWorks(chromium, URI.create("http://127.0.0.1:" + port + "/shop"));
            assertTrue(vts.output().lines().noneMatch(line -> line.contains("X-Forwarded-Prefix")), vts.output());
        }
    }

    private static Program strippingProxy(URI front) throws Exception {
        ProcessBuilder proxy = new ProcessBuilder(Vts.BUN.toString(), "-e", STRIPPING_PROXY);
        proxy.environment().put("FRONT", front.toString());
        return new Program(proxy);
    }

    @Test
    void aProxyPathThatIsNotConfiguredIsReportedOnce() throws Exception {
        Map<String, String> environment = Map.of(
                "VTS_APP_DIR", open.toString(), "VTS_TRUSTED_PROXIES", "127.0.0.1", "VTS_CONTEXT_PATH", "/shops/all");
        try (Vts vts = Vts.serve(environment)) {
            URI address = vts.uri().resolve("/shops/all/api/whoami");
            // A prefix of the context path, to which another proxy or the container may add the rest, causes no
            // warning.
            get(address, "X-Forwarded-Prefix", "/shops");
            get(address, "X-Forwarded-Prefix", "/shop");
            get(address, "X-Forwarded-Prefix", "/shop");
            vts.awaitLine("set VTS_PUBLIC_PATH=/shop$");
            vts.terminate();
            vts.awaitExit();
            assertEquals(
                    1,
                    vts.output()
                            .lines()
                            .filter(line -> line.contains("VTS_PUBLIC_PATH"))
                            .count());
        }
    }

    @Test
    void onlyATrustedProxySaysAtWhichPathBrowsersSeeTheApp() throws Exception {
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", open.toString(), "VTS_CONTEXT_PATH", "/own"))) {
            URI address = vts.uri().resolve("/own/api/whoami");
            String response = get(address, "X-Forwarded-Prefix", "/evil").body();
            assertTrue(response.contains("\"prefix\":\"/own\""), response);
        }
    }

    @Test
    @Tag("long")
    void aBuildForAnotherPathDoesNotStartAndSaysWhatToDo() throws Exception {
        Path fixed = PlainBuild.make("/shop/", Files.createDirectory(directory.resolve("fixed")));
        Map<String, String> wrong = Map.of("VTS_APP_DIR", fixed.toString());
        try (Vts vts = Vts.launch(wrong)) {
            assertEquals(2, vts.awaitExit());
            String line = vts.awaitLine("is made for").group();
            assertTrue(
                    vts.output()
                            .contains(
                                    "is made for /shop/ and browsers see it at /: serve it at /shop/ (as shop.war,"
                                            + " or with VTS_CONTEXT_PATH=/shop and java -jar), or build it with base: '/__VTS_BASE__/'"),
                    line);
        }
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", fixed.toString(), "VTS_CONTEXT_PATH", "/shop"));
                Chromium chromium = new Chromium()) {
            assertItWorks(chromium, vts.uri().resolve("/shop"));
        }
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", fixed.toString(), "VTS_VALIDATE", "warn"))) {
            vts.awaitLine("WARN .*is made for /shop/");
        }
    }

    @Test
    @Tag("long")
    void aNewBuildIsWrittenForThePathTooAndItsCopyGoesWithTheServer() throws Exception {
        Path current = directory.resolve("current");
        Files.createSymbolicLink(current, OtherBuild.copyFirst(directory.resolve("first")));
        Path work = Files.createDirectory(directory.resolve("work"));
        Path archive = directory.resolve("archive");
        Map<String, String> environment = Map.of(
                "VTS_APP_DIR",
                current.toString(),
                "VTS_CONTEXT_PATH",
                "/shop",
                "VTS_WORK_DIR",
                work.toString(),
                "VTS_ASSET_ARCHIVE",
                archive.toString());
        try (Vts vts = Vts.serve(environment);
                Chromium chromium = new Chromium()) {
            URI site = vts.uri().resolve("/shop");
            Files.createSymbolicLink(directory.resolve("next"), open);
            Files.move(directory.resolve("next"), current, StandardCopyOption.ATOMIC_MOVE);
            vts.awaitLine("The new build in .* is in service");
            // Browsers may still show pages of the previous build.
            for (String asset : OtherBuild.hashed(directory.resolve("first"))) {
                HttpResponse<String> response = get(URI.create(site + asset), "Accept", "*/*");
                assertEquals(200, response.statusCode());
                assertTrue(!asset.contains("/index-") || response.body().contains("`/shop/`"), asset);
            }
            assertItWorks(chromium, site);
            vts.terminate();
            assertEquals(0, vts.awaitExit());
        }
        try (var kept = Files.list(archive)) {
            assertEquals(List.of(archive.resolve("%2Fshop")), kept.toList());
        }
        assertEquals(List.of(), copies(work));
    }

    @Test
    void filesWrittenForThePathAreCompressedBeforeTheFirstRequest() throws Exception {
        try (Vts vts = Vts.launch(Map.of("VTS_CONTEXT_PATH", "/shop"))) {
            // Look from the start on, because the Bun process that compresses ends when it is done.
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            while (vts.buns().stream().noneMatch(OpenBaseIT::compresses)) {
                assertTrue(System.nanoTime() < deadline, "no Bun compresses");
            }
        }
    }

    private static boolean compresses(ProcessHandle bun) {
        return Stream.of(bun.info().arguments().orElse(new String[0]))
                .anyMatch(argument -> argument.contains("brotliCompress"));
    }

    @Test
    @Tag("long")
    void copiesOfAKilledServerAreRemovedByTheNext() throws Exception {
        Path work = Files.createDirectory(directory.resolve("work-of-killed"));
        Map<String, String> environment =
                Map.of("VTS_APP_DIR", open.toString(), "VTS_CONTEXT_PATH", "/shop", "VTS_WORK_DIR", work.toString());
        List<Path> left;
        try (Vts vts = Vts.serve(environment)) {
            vts.kill();
            vts.awaitExit();
            left = copies(work);
            assertEquals(2, left.size());
        }
        for (Path file : left) {
            Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(100)));
        }
        try (Vts vts = Vts.serve(environment)) {
            vts.awaitLine("is ready");
            List<Path> now = copies(work);
            assertEquals(2, now.size());
            assertTrue(now.stream().noneMatch(left::contains), now.toString());
            // Another instance does not reuse the copies of this one.
            for (Path file : now) {
                Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(100)));
            }
            try (Vts other = Vts.serve(environment)) {
                other.awaitLine("is ready");
                assertTrue(copies(work).containsAll(now));
                assertEquals(4, copies(work).size());
            }
        }
        assertEquals(List.of(), copies(work));
    }

    private static List<Path> copies(Path work) throws Exception {
        try (var files = Files.list(work)) {
            return files.filter(file -> file.getFileName().toString().startsWith("base-"))
                    .sorted()
                    .toList();
        }
    }

    private static void assertItWorks(Chromium chromium, URI site) throws Exception {
        String base = site.getPath() + "/";
        try (Visitor visitor = chromium.visit(site)) {
            Page page = visitor.page();
            visitor.open("/");
            page.getByText("Ask").click();
            String known = "{\"base\":\"" + base + "\",\"environment\":\"" + site.getPath() + "\",\"prefix\":"
                    + (base.equals("/") ? "null" : "\"" + site.getPath() + "\"") + ",\"cookie\":\"seen=yes\"}";
            assertThat(page.locator("output")).hasText(known);
            assertEquals(base, page.context().cookies().get(0).path);
            for (String picture : List.of("img:not([data-testid])", "[data-testid=photo]")) {
                page.waitForFunction("selector => document.querySelector(selector).naturalWidth === 8", picture);
            }
            Object paper = page.evaluate("getComputedStyle(document.body).backgroundImage");
            assertTrue(paper.toString().startsWith("url(\"" + site + "/assets/paper-"), paper.toString());
            page.getByText("Away").click();
            assertThat(page).hasURL(site + "/");
            page.reload();
            visitor.awaitHydration();
        }
        HttpResponse<String> missing = get(URI.create(site + "/assets/gone-12345678.js"), "Accept", "*/*");
        assertEquals(404, missing.statusCode());
    }

    private static HttpResponse<String> get(URI address, String field, String value) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header(field, value)
                .timeout(Program.PATIENCE)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
