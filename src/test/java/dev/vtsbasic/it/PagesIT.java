package dev.vtsbasic.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.browser.Chromium;
import dev.vtsbasic.testing.browser.Visitor;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages that the built WAR shows to people when the app does not respond. */
class PagesIT {
    private static final String APP =
            "export default { fetch: () => new Response('<h1>Hello</h1>', { headers: { 'content-type': 'text/html' } }) }\n";

    @TempDir
    private Path directory;

    @Test
    void aBrowserDuringTheStartReloadsUntilTheAppIsReady() throws Exception {
        Path go = directory.resolve("go");
        SmallBuild.write(
                directory.resolve("slow"),
                "import { existsSync } from 'node:fs'\nwhile (!existsSync('" + go + "')) await Bun.sleep(50)\n" + APP);
        URI site = URI.create("http://127.0.0.1:" + Ports.free());
        Map<String, String> environment = Map.of(
                "VTS_APP_DIR",
                directory.resolve("slow").toString(),
                "VTS_PORT",
                Integer.toString(site.getPort()),
                "VTS_STARTUP_TIMEOUT",
                "5m",
                "VTS_HOLD_TIMEOUT",
                "100ms");
        try (Vts vts = Vts.launch(environment);
                Chromium chromium = new Chromium();
                Visitor visitor = chromium.visit(site)) {
            awaitStatus(site, "/-/live", 200);
            assertEquals(503, get(site, "/-/ready").status());
            visitor.expect(503, "/");
            visitor.expect(503, "/favicon.ico");
            visitor.load("/");
            assertThat(visitor.page().locator("h1")).hasText("503 Starting");
            assertThat(visitor.page().getByText("tries again by itself")).isVisible();
            Files.createFile(go);
            assertThat(visitor.page().locator("h1")).hasText("Hello");
            vts.awaitLine("worker-1-1 is ready");
        }
    }

    @Test
    void duringMaintenanceOnlyRequestsForTheAppGet503() throws Exception {
        Path file = directory.resolve("maintenance");
        Map<String, String> environment = Map.of("VTS_MAINTENANCE", file.toString(), "VTS_CONTEXT_PATH", "/shop");
        try (Vts vts = Vts.serve(environment);
                Chromium chromium = new Chromium()) {
            String script =
                    get(vts.uri(), "/shop/about").body().replaceFirst("(?s).*?(/shop/assets/[^\"]+\\.js).*", "$1");
            Files.writeString(file, "Back at <ten>.");
            RawResponse response = awaitStatus(vts.uri(), "/shop/about", 503);
            vts.awaitLine("maintenance begins");
            assertEquals("60", response.header("Retry-After"));
            assertTrue(response.body().contains("Back at &lt;ten&gt;."), response.body());
            assertTrue(response.body().contains("href=\"/shop/\""), response.body());
            assertFalse(response.body().contains("{{") || response.body().contains("__"), response.body());
            assertEquals(200, get(vts.uri(), script).status());
            assertEquals(200, get(vts.uri(), "/shop/-/live").status());
            assertEquals(200, get(vts.uri(), "/shop/-/ready").status());
            assertEquals(
                    503,
                    get(
                                    vts.uri(),
                                    "/shop/api/echo",
                                    "Connection: Upgrade",
                                    "Upgrade: websocket",
                                    "Sec-WebSocket-Version: 13",
                                    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
                            .status());
            assertPleasant(chromium, vts.uri().resolve("/shop"), "Maintenance");
            Files.delete(file);
            awaitStatus(vts.uri(), "/shop/about", 200);
        }
    }

    @Test
    @Tag("long")
    void anAppWithoutErrorPagesGetsTheBuiltInOnes() throws Exception {
        SmallBuild.write(directory.resolve("app"), APP);
        Path file = Files.createFile(directory.resolve("maintenance"));
        Map<String, String> environment = Map.of(
                "VTS_MAINTENANCE",
                file.toString(),
                "VTS_APP_DIR",
                directory.resolve("app").toString());
        try (Vts vts = Vts.serve(environment);
                Chromium chromium = new Chromium()) {
            assertTrue(vts.output().contains(file + " exists: maintenance begins"), vts.output());
            assertPleasant(chromium, vts.uri(), "503 Maintenance");
        }
    }

    private static void assertPleasant(Chromium chromium, URI site, String title) {
        for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (Visitor visitor = chromium.visit(site)) {
                visitor.expect(503, "/");
                visitor.expect(503, "/favicon.ico");
                Page page = visitor.page();
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colours));
                visitor.load("/");
                assertThat(page.locator("h1")).hasText(title);
                assertEquals(List.of(), new AxeBuilder(page).analyze().getViolations(), colours.name());
                page.setViewportSize(320, 640);
                assertEquals(true, page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls");
                page.screenshot(new Page.ScreenshotOptions()
                        .setPath(Path.of(System.getProperty("test.output"), title + "-" + colours + ".png")));
            }
        }
    }

    @Test
    void aNewBuildBringsItsErrorPages() throws Exception {
        for (String build : List.of("first", "second")) {
            SmallBuild.write(directory.resolve(build), APP + "// " + build);
            Path page = directory.resolve(build).resolve("client/errors/413.html");
            Files.createDirectories(page.getParent());
            Files.writeString(page, "Too large for the " + build + " one");
        }
        Path link = Files.createSymbolicLink(directory.resolve("current"), directory.resolve("first"));
        Map<String, String> environment = Map.of("VTS_APP_DIR", link.toString(), "VTS_MAX_BODY", "1k");
        try (Vts vts = Vts.serve(environment)) {
            assertEquals("Too large for the first one", post(vts.uri()).body());
            Path next = Files.createSymbolicLink(directory.resolve("next"), directory.resolve("second"));
            Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
            vts.awaitLine("The new build in .*second is in service");
            assertEquals("Too large for the second one", post(vts.uri()).body());
        }
    }

    @Test
    void theCauseOfAFailedStartIsShownToLocalClientsOnly() throws Exception {
        SmallBuild.write(directory.resolve("broken"), "throw new Error('the <database> is away')");
        URI site = URI.create("http://127.0.0.1:" + Ports.free());
        Map<String, String> environment = Map.of(
                "VTS_APP_DIR",
                directory.resolve("broken").toString(),
                "VTS_PORT",
                Integer.toString(site.getPort()),
                "VTS_HOLD_TIMEOUT",
                "100ms",
                "VTS_MAX_CRASHES",
                "1000",
                "VTS_ON_CRASH_LOOP",
                "stay");
        try (Vts vts = Vts.launch(environment)) {
            vts.awaitLine("Bun ended with exit code 1 before it answered");
            RawResponse shown = awaitStatus(site, "/", 503);
            assertTrue(shown.body().contains("the &lt;database&gt; is away"), shown.body());
            assertTrue(shown.body().contains("docs/troubleshooting.md"), shown.body());
            RawResponse hidden = get(site, "/", "X-Forwarded-For: 192.0.2.1");
            assertEquals(503, hidden.status());
            assertFalse(hidden.body().contains("database"), hidden.body());
            assertTrue(hidden.body().contains("The application is starting."), hidden.body());
        }
    }

    private static RawResponse post(URI site) throws IOException {
        try (RawClient client = new RawClient(site.getPort())) {
            return client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1025\r\nConnection: close\r\n\r\n"
                            + "x".repeat(1025))
                    .readToEnd();
        }
    }

    private static RawResponse get(URI site, String path, String... headers) throws IOException {
        try (RawClient client = new RawClient(site.getPort())) {
            String more = String.join("\r\n", headers) + (headers.length == 0 ? "" : "\r\n");
            String connection = more.contains("Connection:") ? "" : "Connection: close\r\n";
            client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + connection + "\r\n");
            if (connection.isEmpty()) {
                return new RawResponse(client.readUntil("\r\n\r\n"));
            }
            return client.readToEnd();
        }
    }

    /** Repeats a request until its response has this status. */
    private static RawResponse awaitStatus(URI site, String path, int status) throws IOException {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (true) {
            try {
                RawResponse response = get(site, path);
                if (response.status() == status) {
                    return response;
                }
                assertTrue(System.nanoTime() < deadline, response.text());
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
            Thread.onSpinWait();
        }
    }
}
