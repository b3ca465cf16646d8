package dev.vtsbasic.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static dev.vtsbasic.testing.browser.StatusWindow.row;
import static dev.vtsbasic.testing.browser.StatusWindow.signIn;
import static dev.vtsbasic.testing.http.StatusClient.await;
import static dev.vtsbasic.testing.http.StatusClient.get;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import dev.vtsbasic.testing.browser.Chromium;
import dev.vtsbasic.testing.browser.Visitor;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.metrics.Scrape;
import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.Vts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The status page of the built WAR in an operator's browser. */
@Order(1)
class StatusIT {
    private static final String TOKEN = "management-token";

    private static final String APP = """
            console.log("</code><script>document.title = 'taken over'</script> & \\u001b[2J");
            export default {
              fetch(request) {
                const { pathname } = new URL(request.url);
                const status = { "/error": 500, "/missing": 404 }[pathname] ?? 200;
                return new Response("page", { status });
              },
            };
            """;

    @TempDir
    private static Path directory;

    private static Chromium chromium;

    /** For cases that neither count requests nor stop the server. */
    private static Vts shared;

    @BeforeAll
    static void prepare() throws Exception {
        SmallBuild.write(directory, APP);
        Files.writeString(directory.resolve("client/assets/app-12345678.js"), "console.log('hello')");
        chromium = new Chromium();
        shared = serve();
    }

    @AfterAll
    static void close() {
        chromium.close();
        shared.close();
    }

    private static Vts serve() throws Exception {
        return Vts.serve(Map.of(
                "VTS_APP_DIR", directory.toString(), "VTS_MANAGEMENT_TOKEN", TOKEN, "VTS_METRICS_TOKEN", "look"));
    }

    @Test
    void theStatusShowsTheCountsOfAKnownLoad() throws Exception {
        try (Vts vts = serve();
                Visitor reader = chromium.visitWithoutJavaScript(vts.uri())) {
            for (String path : List.of("/", "/", "/", "/error", "/error", "/missing", "/assets/app-12345678.js")) {
                get(vts.uri(), path);
            }
            String tag = get(vts.uri(), "/assets/app-12345678.js")
                    .headers()
                    .firstValue("ETag")
                    .orElseThrow();
            assertEquals(
                    304,
                    get(vts.uri(), "/assets/app-12345678.js", "If-None-Match", tag)
                            .statusCode());
            JsonNode status = await(
                    vts.uri(),
                    now -> now.at("/requests/proxied/total").asInt() == 6
                            && now.at("/requests/asset/total").asInt() == 3);
            assertEquals(3, status.at("/requests/proxied/status/2xx").asInt(), status.toString());
            assertEquals(2, status.at("/requests/proxied/status/5xx").asInt());
            assertEquals(1, status.at("/requests/proxied/status/4xx").asInt());
            assertEquals(2, status.at("/assets/identity/whole").asInt());
            assertEquals(1, status.at("/assets/identity/not_modified").asInt());
            assertEquals(0, status.at("/requests/proxied/in_flight").asInt());
            assertTrue(status.at("/requests/proxied/time_to_first_byte/p50").asDouble() > 0, status.toString());
            assertTrue(status.get("ready").asBoolean());
            assertEquals(6, status.at("/workers/0/requests").asInt());
            assertEquals(vts.buns().get(0).pid(), status.at("/workers/0/pid").asLong());
            Scrape scrape = Scrape.of(vts.uri());
            assertEquals(
                    scrape.value("vts_http_requests_total{kind=\"proxied\",method=\"GET\",status=\"5xx\"}"),
                    status.at("/requests/proxied/status/5xx").asDouble());
            assertTrue(
                    scrape.text().contains("build=\"" + status.at("/build/id").asText() + "\""), scrape.text());

            assertEquals(200, reader.load("/-/status").status());
            Locator proxied = row(reader.page(), "requests", "proxied").locator("td");
            assertThat(proxied.nth(0)).hasText("6");
            assertThat(proxied.nth(3)).hasText("3");
            assertThat(proxied.nth(5)).hasText("1");
            assertThat(proxied.nth(6)).hasText("2");
            assertThat(row(reader.page(), "assets", "identity").locator("td").nth(2))
                    .hasText("1");
            assertThat(reader.page().locator("#not-modified")).containsText("33 % were not modified");
            assertThat(reader.page().locator("h1")).hasText("Ready");
            assertThat(row(reader.page(), "events", "worker-ready")).containsText("worker-1-1 is ready after");
        }
    }

    @Test
    void theStatusPageIsUpdatedWithoutAReload() throws Exception {
        try (Vts vts = serve();
                Visitor visitor = chromium.visit(vts.uri())) {
            Page page = visitor.page();
            visitor.load("/-/status");
            assertThat(page.locator("#connection")).hasText("Live");
            page.evaluate("window.sameDocument = true");
            for (int request = 0; request < 3; request++) {
                get(vts.uri(), "/");
            }
            assertThat(row(page, "requests", "proxied").locator("td").first()).hasText("3");
            assertThat(page.locator("#chart-rate svg"))
                    .not()
                    .hasAttribute("aria-label", Pattern.compile(".*Now: app –.*"));
            ProcessHandle bun = vts.buns().get(0);
            bun.destroyForcibly();
            assertThat(page.locator("#workers")).containsText("worker-1-2");
            assertThat(page.locator("#workers")).containsText("crashed");
            assertEquals(true, page.evaluate("window.sameDocument"));
            assertEquals(
                    1,
                    await(vts.uri(), now -> true)
                            .at("/requests/events/in_flight")
                            .asInt());
        }
    }

    @Test
    void anOperatorWithTheTokenMayRestartDrainAndResume() throws Exception {
        try (Vts vts = serve();
                Visitor visitor = chromium.visit(vts.uri());
                Visitor plain = chromium.visitWithoutJavaScript(vts.uri())) {
            Page page = visitor.page();
            visitor.load("/-/status");
            page.getByText("Restart or drain").click();
            signIn(page, "wrong");
            assertThat(page.getByRole(AriaRole.STATUS)).hasText("This is not a token of this server.");
            page.getByText("Restart or drain").click();
            signIn(page, "look");
            assertThat(page.getByText("Signed in with read access only.")).isVisible();
            page.getByText("Sign out").click();
            page.getByText("Restart or drain").click();
            signIn(page, TOKEN);
            page.getByText("Restart the workers").click();
            long before = vts.buns().get(0).pid();
            page.getByText("Restart now").click();
            assertThat(page.locator("[role=status]")).hasText("The workers are being replaced, one after the other.");
            vts.awaitLine("worker-1-2 is ready");
            assertThat(page.locator("#workers")).containsText("worker-1-2");
            assertThat(page.locator("#workers")).containsText("asked");
            assertThat(page.locator("#workers")).not().containsText(Long.toString(before));

            plain.load("/-/status");
            plain.page().getByText("Restart or drain").click();
            signIn(plain.page(), TOKEN);
            plain.page()
                    .locator("summary", new Page.LocatorOptions().setHasText("Drain"))
                    .click();
            plain.page().getByText("Drain now").click();
            assertThat(plain.page().locator("h1")).hasText("Not ready");
            assertEquals(503, get(vts.uri(), "/-/ready").statusCode());
            assertEquals(200, get(vts.uri(), "/").statusCode());
            assertThat(page.locator("h1")).hasText("Not ready");
            plain.page()
                    .getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Resume"))
                    .click();
            assertThat(plain.page().locator("h1")).hasText("Ready");
            assertEquals(200, get(vts.uri(), "/-/ready").statusCode());
        }
    }

    @Test
    @Tag("long")
    void behindAProxyTheStatusNeedsAToken() throws Exception {
        try (Visitor visitor = chromium.visit(shared.uri())) {
            Page page = visitor.page();
            page.setExtraHTTPHeaders(Map.of("X-Forwarded-For", "192.0.2.1"));
            visitor.expect(403, "/-/status");
            assertEquals(403, visitor.load("/-/status").status());
            assertThat(page.locator("h1")).hasText("Sign in");
            assertThat(page.locator("body")).not().containsText("VTS_PORT");
            assertEquals(List.of(), new AxeBuilder(page).analyze().getViolations());
            signIn(page, "look");
            assertThat(page.locator("h1")).hasText("Ready");
            assertThat(page.locator("#connection")).hasText("Live");
            visitor.expect(403, "/-/status/events");
            try (Page other = page.context().newPage()) {
                other.setExtraHTTPHeaders(Map.of("X-Forwarded-For", "192.0.2.1"));
                other.navigate(page.url());
                other.getByText("Sign out").click();
                assertThat(other.locator("h1")).hasText("Sign in");
            }
            assertThat(page.locator("#connection")).hasText("Ended: load the page again");
            String[] proxied = {"X-Forwarded-For", "127.0.0.1"};
            assertEquals(403, get(shared.uri(), "/-/status", proxied).statusCode());
            assertEquals(403, get(shared.uri(), "/-/status/events", proxied).statusCode());
            assertEquals(
                    403,
                    get(shared.uri(), "/-/status", "X-Forwarded-For", "::1", "Cookie", "vts-status=guess")
                            .statusCode());
            assertEquals(
                    200,
                    get(shared.uri(), "/-/status", "X-Forwarded-For", "::1", "Authorization", "Bearer look")
                            .statusCode());
        }
    }

    @Test
    void secretsAreMaskedAndWorkerOutputIsEscaped() throws Exception {
        try (Visitor visitor = chromium.visit(shared.uri())) {
            Page page = visitor.page();
            visitor.load("/-/status");
            assertThat(page.locator("#output-1"))
                    .containsText("</code><script>document.title = 'taken over'</script> &");
            assertThat(page).hasTitle("Status · VTS Basic");
            Locator setting = row(page, "settings", "VTS_MANAGEMENT_TOKEN").locator("td");
            assertThat(setting.nth(0)).hasText("***");
            assertThat(setting.nth(1)).hasText("the environment");
            assertThat(row(page, "settings", "VTS_WORKERS").locator("td").nth(1))
                    .hasText("default");
            String json = await(shared.uri(), now -> true).toString();
            for (String text : List.of(page.content(), json)) {
                assertFalse(text.contains(TOKEN), text);
            }
        }
    }

    @Test
    @Tag("long")
    void axeFindsNoViolationOnTheStatusPage() throws Exception {
        try (Vts vts = serve()) {
            for (ColorScheme colours : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
                try (Visitor visitor = chromium.visit(vts.uri())) {
                    Page page = visitor.page();
                    page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(colours));
                    visitor.load("/-/status");
                    page.getByText("Restart or drain").click();
                    assertEquals(List.of(), new AxeBuilder(page).analyze().getViolations(), colours.name());
                    signIn(page, TOKEN);
                    assertThat(page.locator("#connection")).hasText("Live");
                    assertEquals(List.of(), new AxeBuilder(page).analyze().getViolations(), colours.name());
                    page.setViewportSize(360, 640);
                    assertEquals(true, page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls");
                    assertEquals(List.of(), new AxeBuilder(page).analyze().getViolations(), colours.name());
                }
            }
        }
    }

    @Test
    @Tag("long")
    void theStatusPageWorksInAStockTomcatAtAContextPath(@TempDir Path base) throws Exception {
        Map<String, String> environment = Map.of("VTS_APP_DIR", directory.toString(), "VTS_MANAGEMENT_TOKEN", TOKEN);
        try (StockTomcat tomcat = StockTomcat.run("10.1", base, "shop.war", environment);
                Visitor visitor = chromium.visit(tomcat.uri())) {
            Page page = visitor.page();
            visitor.load("/shop/-/status");
            assertThat(page.locator("h1")).hasText("Ready");
            assertThat(row(page, "versions", "Server")).containsText("Apache Tomcat/10.1");
            page.getByText("Restart or drain").click();
            signIn(page, TOKEN);
            assertThat(page.locator("#connection")).hasText("Live");
            page.getByText("Restart the workers").click();
            page.getByText("Restart now").click();
            assertThat(page.locator("#workers")).containsText("worker-1-2");
        }
    }
}
