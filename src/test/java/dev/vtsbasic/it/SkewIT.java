package dev.vtsbasic.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import dev.vtsbasic.testing.browser.Chromium;
import dev.vtsbasic.testing.browser.Visitor;
import dev.vtsbasic.testing.build.OtherBuild;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tab that was opened on one build of the site keeps working after another build has replaced it. */
final class SkewIT {
    private static final String FIRST_HEADING = "How it is put together";

    private static Path first;
    private static Path next;
    private static Chromium chromium;

    @TempDir
    private Path directory;

    private Path current;

    @BeforeAll
    static void makeBuilds(@TempDir Path releases) throws Exception {
        first = OtherBuild.copyFirst(releases.resolve("1"));
        next = OtherBuild.make(releases.resolve("sources"));
        assertNotEquals(lazyChunk(first), lazyChunk(next));
        chromium = new Chromium();
    }

    @AfterAll
    static void closeBrowser() {
        chromium.close();
    }

    @BeforeEach
    void nameTheLink() {
        current = directory.resolve("current");
    }

    @Test
    void aTabGoesOnAfterALiveDeploy() throws Exception {
        deploy(first);
        try (Vts vts = serve(current, Map.of());
                Visitor visitor = chromium.visit(vts.uri())) {
            Tab tab = new Tab(visitor);
            deploy(next);
            vts.awaitLine("The new build in .* is in service");
            tab.follow("About");
            assertThat(tab.heading()).hasText(FIRST_HEADING);
            tab.assertLoaded(lazyChunk(first));
            assertEquals(List.of(), tab.documents);
            visitor.open("/about");
            assertThat(tab.heading()).hasText(OtherBuild.HEADING);
        }
    }

    @Test
    @Tag("long")
    void aTabGoesOnAfterARestartWithTheArchive() throws Exception {
        Map<String, String> archive =
                Map.of("VTS_ASSET_ARCHIVE", directory.resolve("archive").toString());
        Vts before = serveFirst(archive);
        try (Visitor visitor = chromium.visit(before.uri())) {
            Tab tab = new Tab(visitor);
            try (Vts after = replace(before, archive)) {
                tab.follow("About");
                assertThat(tab.heading()).hasText(FIRST_HEADING);
                tab.assertLoaded(lazyChunk(first));
                assertEquals(List.of(), tab.documents);
                visitor.open("/about");
                assertThat(tab.heading()).hasText(OtherBuild.HEADING);
                assertFalse(after.output().contains("WARN"), after.output());
                visitor.leave();
            }
        } finally {
            before.close();
        }
    }

    @Test
    @Tag("long")
    void aTabReloadsOnceAfterARestartWithoutTheArchive() throws Exception {
        Vts before = serveFirst(Map.of());
        try (Visitor visitor = chromium.visit(before.uri())) {
            expectMissing(visitor);
            Tab tab = new Tab(visitor);
            try (Vts after = replace(before, Map.of())) {
                // A mere hover does not navigate.
                visitor.page()
                        .waitForResponse(
                                "**" + lazyChunk(first), () -> tab.link("About").hover());
                assertEquals(true, visitor.page().evaluate("window.sameDocument"));

                tab.follow("About");
                assertThat(tab.heading()).hasText(OtherBuild.HEADING);
                visitor.awaitHydration();
                assertEquals(List.of(after.uri().resolve("/about").toString()), tab.documents);
                tab.assertLoaded(lazyChunk(next));

                tab.follow("Countries");
                assertThat(tab.heading()).hasText("Countries");
                visitor.page().goBack();
                assertThat(tab.heading()).hasText(OtherBuild.HEADING);
                visitor.page().goBack();
                assertThat(tab.heading()).hasText("A Bun web app inside a Java servlet container");
                assertEquals(1, tab.documents.size(), tab.documents.toString());
                assertFalse(tab.sawErrorPage);
                visitor.leave();
            }
        } finally {
            before.close();
        }
    }

    @Test
    @Tag("long")
    void aPartThatIsMissingInEveryBuildEndsInTheErrorPage() throws Exception {
        deploy(first);
        try (Vts vts = serve(current, Map.of());
                Visitor visitor = chromium.visit(vts.uri())) {
            expectMissing(visitor);
            visitor.expectInConsole("TypeError: Failed to fetch dynamically imported module: ");
            visitor.expectInConsole("TypeError: Cannot read properties of undefined");
            Tab tab = new Tab(visitor);
            visitor.page()
                    .route("**" + lazyChunk(first), route -> route.fulfill(new Route.FulfillOptions().setStatus(404)));
            tab.follow("About");
            assertThat(visitor.find("error-page")).isVisible();
            // One reload by the site, and one by its router, which also reloads when a part of the first page is
            // missing.
            assertTrue(tab.documents.size() <= 2, tab.documents.toString());

            visitor.page().getByText("Go to the home page").click();
            assertThat(tab.heading()).hasText("A Bun web app inside a Java servlet container");
            int documents = tab.documents.size();
            tab.follow("About");
            assertThat(visitor.find("error-page")).containsText("A part of this page could not be loaded");
            assertEquals(documents, tab.documents.size(), tab.documents.toString());
        }
    }

    @Test
    @Tag("long")
    void duringARollingDeploymentAnyInstanceHasTheAssetsOfBothBuilds() throws Exception {
        Map<String, String> archive =
                Map.of("VTS_ASSET_ARCHIVE", directory.resolve("archive").toString());
        try (Vts old = serve(first, archive);
                Vts young = serve(next, archive)) {
            assertAssetsComeFrom(young, old, OtherBuild.HEADING);
            assertAssetsComeFrom(old, young, FIRST_HEADING);
        }
    }

    /**
     * Fetches the assets from another instance than the pages, as with a load balancer that sends a request to any
     * instance.
     */
    private static void assertAssetsComeFrom(Vts pages, Vts assets, String heading) {
        try (Visitor visitor = chromium.visit(pages.uri())) {
            List<String> rerouted = new ArrayList<>();
            visitor.page().route("**/assets/**", route -> {
                String url = route.request()
                        .url()
                        .replace(pages.uri().toString(), assets.uri().toString());
                rerouted.add(url);
                route.resume(new Route.ResumeOptions().setUrl(url));
            });
            Tab tab = new Tab(visitor);
            tab.follow("About");
            assertThat(tab.heading()).hasText(heading);
            assertEquals(List.of(), tab.documents);
            assertTrue(rerouted.size() >= 4, rerouted.toString());
            assertTrue(rerouted.stream()
                    .allMatch(url -> url.startsWith(assets.uri().toString())));
            assertEquals(List.of(200), tab.statuses.stream().distinct().toList());
        }
    }

    /** A browser tab with a page that has been open for a while. */
    private static final class Tab {
        final List<String> documents = new ArrayList<>();
        final List<Integer> statuses = new ArrayList<>();
        boolean sawErrorPage;
        private final Map<String, Integer> assets = new HashMap<>();
        private final Page page;

        Tab(Visitor visitor) {
            page = visitor.page();
            page.onResponse(this::note);
            page.exposeFunction("noteErrorPage", arguments -> sawErrorPage = true);
            page.addInitScript("""
                    new MutationObserver(() => {
                      if (document.querySelector('[data-testid=error-page]')) window.noteErrorPage()
                    }).observe(document, { subtree: true, childList: true })
                    """);
            visitor.open("/");
            assertThat(visitor.find("deferred")).containsText("ms");
            page.evaluate("window.sameDocument = true");
            page.onRequest(this::note);
        }

        private void note(Request request) {
            if (request.isNavigationRequest()) {
                documents.add(request.url());
            }
        }

        private void note(Response response) {
            String path = URI.create(response.url()).getPath();
            if (path.startsWith("/assets/")) {
                assets.put(path, response.status());
                statuses.add(response.status());
            }
        }

        Locator link(String name) {
            return page.getByRole(AriaRole.NAVIGATION).getByText(name, new Locator.GetByTextOptions().setExact(true));
        }

        void follow(String name) {
            link(name).click();
        }

        Locator heading() {
            return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1));
        }

        void assertLoaded(String asset) {
            assertEquals(200, assets.get(asset), assets.toString());
        }
    }

    private Vts serveFirst(Map<String, String> environment) throws Exception {
        deploy(first);
        return serve(current, environment);
    }

    private static Vts serve(Path app, Map<String, String> environment) throws Exception {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("VTS_APP_DIR", app.toString());
        return Vts.serve(all);
    }

    /** Stops the server and starts another one with the next build at the same address. */
    private Vts replace(Vts before, Map<String, String> environment) throws Exception {
        before.close();
        deploy(next);
        Map<String, String> all = new HashMap<>(environment);
        all.put("VTS_PORT", Integer.toString(before.uri().getPort()));
        return serve(current, all);
    }

    private void deploy(Path build) throws IOException {
        Path link = Files.createSymbolicLink(directory.resolve("next"), build);
        Files.move(link, current, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String lazyChunk(Path build) throws IOException {
        List<String> chunks = OtherBuild.hashed(build).stream()
                .filter(path -> path.startsWith("/assets/about-"))
                .toList();
        assertEquals(1, chunks.size(), chunks.toString());
        return chunks.get(0);
    }

    private static void expectMissing(Visitor visitor) throws IOException {
        for (String asset : OtherBuild.hashed(first)) {
            visitor.expect(404, asset);
        }
    }
}
