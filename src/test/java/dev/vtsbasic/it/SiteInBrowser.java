package dev.vtsbasic.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.WebSocket;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.LoadState;
import dev.vtsbasic.testing.browser.AssetTransfers;
import dev.vtsbasic.testing.browser.NetworkLog;
import dev.vtsbasic.testing.browser.Visitor;
import dev.vtsbasic.testing.http.TimedResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The site in a browser, which must behave the same behind any server. */
abstract class SiteInBrowser extends CountryTableCases {
    private static final Map<String, String> TITLES = Map.of(
            "/", "A Bun web app inside a Java servlet container",
            "/about", "How it is put together",
            "/country", "Countries",
            "/metrics", "Metrics");

    @Test
    void everyPageIsRenderedOnTheServer() {
        try (Visitor reader = chromium.visitWithoutJavaScript(server.uri())) {
            TITLES.forEach((path, title) -> {
                assertEquals(200, reader.load(path).status());
                assertThat(heading(reader.page())).hasText(title);
            });
            reader.load("/");
            assertThat(reader.find("counter")).hasText("Clicked 0 times");
            reader.load("/about");
            assertThat(reader.find("version-runtime")).containsText("Bun");
            reader.load("/country");
            assertThat(rows(reader)).hasCount(252);
            reader.load("/metrics");
            assertThat(reader.find("figure-rss")).containsText("MB");
        }
    }

    @Test
    void everyPageComesAliveInTheBrowser() {
        TITLES.forEach((path, title) -> {
            visitor.open(path);
            assertThat(heading(page)).hasText(title);
        });
    }

    @Test
    void theCounterCounts() {
        visitor.open("/");
        visitor.find("counter").click();
        assertThat(visitor.find("counter")).hasText("Clicked 1 time");
        visitor.find("counter").click();
        assertThat(visitor.find("counter")).hasText("Clicked 2 times");
    }

    @Test
    void linksChangeThePageWithoutLoadingADocument() {
        visitor.open("/");
        page.evaluate("window.sameDocument = true");
        for (String link : List.of("About", "Metrics", "Countries")) {
            page.getByRole(AriaRole.NAVIGATION)
                    .getByText(link, new Locator.GetByTextOptions().setExact(true))
                    .click();
            assertThat(page).hasTitle(link + " · VTS Basic");
        }
        assertThat(rows(visitor)).hasCount(252);
        page.goBack();
        assertThat(heading(page)).hasText(TITLES.get("/metrics"));
        assertThat(page).hasURL(address("/metrics"));
        page.goBack();
        assertThat(heading(page)).hasText(TITLES.get("/about"));
        page.goForward();
        assertThat(heading(page)).hasText(TITLES.get("/metrics"));
        assertEquals(true, page.evaluate("window.sameDocument"));
    }

    @Test
    void aChosenThemeStays() {
        Locator html = page.locator("html");
        visitor.open("/about");
        assertThat(html).not().hasAttribute("data-theme", Pattern.compile(".*"));
        visitor.find("theme-select").selectOption("night");
        assertThat(html).hasAttribute("data-theme", "night");

        Response again = page.reload();
        assertTrue(again.text().contains("<html lang=\"en\" data-theme=\"night\""), again.text());
        visitor.awaitHydration();
        assertThat(html).hasAttribute("data-theme", "night");
        assertThat(visitor.find("theme-select")).hasValue("night");

        visitor.find("theme-select").selectOption("system");
        assertThat(html).not().hasAttribute("data-theme", Pattern.compile(".*"));
        assertFalse(page.reload().text().contains("data-theme="));
    }

    @Test
    void aServerFunctionGetsAndReturnsAnyText() {
        String text = "Žluťoučký kůň & <b> 馬 🐎";
        visitor.open("/");
        visitor.find("server-function-input").fill(text);
        // Other requests may be in flight, because the page preloads its next parts.
        page.waitForRequest(
                request -> request.method().equals("POST"),
                () -> visitor.find("server-function").click());
        assertThat(visitor.find("server-function-result"))
                .containsText("received “" + text + "” (" + text.getBytes(StandardCharsets.UTF_8).length + " bytes)");
    }

    @Test
    void thePageIsThereBeforeItsDeferredPart() {
        page.addInitScript("""
                new MutationObserver(() => {
                  const visible = (selector) => document.querySelector(selector)?.checkVisibility()
                  if (visible('[data-testid=deferred-fallback]') && visible('footer')) {
                    window.shownAt ??= performance.now()
                  }
                }).observe(document, { subtree: true, childList: true })
                """);
        // On a busy machine a browser may show the fallback late, so repeat. A browser that gets the whole document
        // only at its end never shows it earlier.
        List<Double> leads = new ArrayList<>();
        do {
            visitor.load("/");
            assertThat(visitor.find("deferred")).containsText("ms");
            assertThat(visitor.find("deferred-fallback")).hasCount(0);
            page.waitForLoadState();
            Object lead = page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd - window.shownAt");
            leads.add(((Number) lead).doubleValue());
        } while (leads.get(leads.size() - 1) < 100 && leads.size() < 30);
        assertTrue(leads.get(leads.size() - 1) >= 100, "shown so many ms before the end of the document: " + leads);
    }

    @Test
    void aDocumentIsStreamedWhileItIsRendered() throws IOException {
        TimedResponse document = TimedResponse.get(server.uri(), server.base() + "/");
        long end = document.pieces().get(document.pieces().size() - 1).millis();
        long shell = document.millisOf("Rendered by Bun");
        assertTrue(end - shell > 100, "the page's foot came after " + shell + " ms, its end after " + end + " ms");
    }

    @Test
    void theMetricsPageUpdatesItself() {
        visitor.open("/metrics");
        assertThat(visitor.find("connection-state")).hasText("Live");
        Locator uptime = visitor.find("figure-uptime");
        Locator line = visitor.find("chart-requests").locator("polyline");
        for (int update = 0; update < 2; update++) {
            String drawn = line.getAttribute("points");
            String shown = uptime.textContent();
            assertThat(uptime).not().hasText(shown);
            assertThat(line).not().hasAttribute("points", drawn);
        }
    }

    @Test
    void messagesGoThereAndBackOverAWebSocket() {
        WebSocket socket = page.waitForWebSocket(() -> visitor.open("/about"));
        assertEquals(address("/api/echo").replaceFirst("^http", "ws"), socket.url());
        assertThat(visitor.find("websocket-state")).hasText("Open");
        for (int message = 0; message < 3; message++) {
            socket.waitForFrameReceived(() -> {});
            assertThat(visitor.find("websocket-round-trip")).hasText(Pattern.compile("^\\d+\\.\\d ms$"));
        }
        page.getByText("See the figures").click();
        page.waitForCondition(socket::isClosed);
    }

    @Test
    void aLostWebSocketIsOpenedAgain() {
        AtomicInteger opened = new AtomicInteger();
        page.routeWebSocket(Pattern.compile("/api/echo$"), socket -> {
            if (opened.incrementAndGet() == 1) {
                socket.close();
            } else {
                socket.connectToServer();
            }
        });
        visitor.open("/about");
        assertThat(visitor.find("websocket-state")).hasText("Closed");
        assertThat(visitor.find("websocket-state")).hasText("Open");
        assertThat(visitor.find("websocket-round-trip")).containsText("ms");
        assertEquals(2, opened.get());
    }

    @Test
    void theAppSeesTheAddressThatTheBrowserShows() {
        visitor.open("/about");
        assertThat(visitor.find("request-origin"))
                .hasText(server.uri().resolve("/").toString().replaceFirst("/$", ""));
        assertThat(visitor.find("request-forwarded-proto")).hasText("http");
    }

    @Test
    void anUnknownAddressGetsTheNotFoundPage() {
        visitor.expect(404, "/nothing/here");
        assertEquals(404, visitor.open("/nothing/here").status());
        assertThat(visitor.find("not-found")).isVisible();
        page.getByText("Go to the home page").click();
        assertThat(heading(page)).hasText(TITLES.get("/"));
    }

    @Test
    void theErrorPageOfAFailureHidesItsReason() {
        visitor.expect(500, "/about/failure");
        visitor.expectInConsole("Error: The server could not do this\n");
        Response response = visitor.open("/about/failure");
        assertEquals(500, response.status());
        assertThat(visitor.find("error-page")).isVisible();
        for (String html : List.of(response.text(), page.content())) {
            assertFalse(html.contains("reason stays on the server"), html);
            assertFalse(html.contains("server.js"), html);
        }
    }

    @Test
    void theErrorPageOfAFailureReachedByALinkHidesItsReason() {
        visitor.expectInConsole("Error: The server could not do this\n");
        visitor.open("/about");
        Response answer =
                page.waitForResponse(Pattern.compile("/_serverFn/"), page.getByText("See the error page")::click);
        assertThat(visitor.find("error-page")).isVisible();
        assertFalse(answer.text().contains("reason stays on the server"), answer.text());
    }

    @Test
    void everyAddressInAPageIsBelowThatOfTheSite() throws Exception {
        for (String path : TITLES.keySet()) {
            String html = get(path).body();
            Matcher addresses =
                    Pattern.compile("(?:href|src|action)=\"(/[^\"]*)\"").matcher(html);
            int count = 0;
            for (; addresses.find(); count++) {
                assertTrue(addresses.group(1).startsWith(server.base() + "/"), addresses.group());
            }
            assertTrue(count > 10, html);
        }
    }

    @Test
    void theAddressOfTheSiteNeedsNoSlashAndRedirectsStayBelowIt() throws Exception {
        visitor.open("");
        assertThat(heading(page)).hasText(TITLES.get("/"));
        HttpResponse<String> redirect = get("//about");
        assertEquals(3, redirect.statusCode() / 100);
        assertEquals(
                URI.create(address("/about")),
                redirect.uri().resolve(redirect.headers().firstValue("Location").orElseThrow()));
    }

    @Test
    void aThemeIsRememberedForThisSiteAlone() {
        visitor.open("/");
        visitor.find("theme-select").selectOption("night");
        Cookie cookie = page.context().cookies().get(0);
        assertEquals(server.base() + "/", cookie.path);
    }

    @Test
    void managementAndMissingAssetsAreBelowTheAddressOfTheSite() throws Exception {
        assertEquals(200, get("/-/live").statusCode());
        assertEquals(200, get("/-/ready").statusCode());
        HttpResponse<String> missing = get("/assets/gone-12345678.js");
        assertEquals(404, missing.statusCode());
        assertEquals("no-store", missing.headers().firstValue("Cache-Control").orElseThrow());
    }

    @Test
    void aFirstVisitTransfersNoMoreThanBrotliAndARepeatVisitNoAssets() throws IOException {
        NetworkLog log = new NetworkLog(page);
        AssetTransfers transfers = new AssetTransfers(server.base());
        visitor.open("/");
        page.waitForLoadState(LoadState.NETWORKIDLE);
        List<NetworkLog.Transfer> firstVisit = transfers.take(log);
        assertTrue(firstVisit.size() >= 4, firstVisit.toString());
        for (NetworkLog.Transfer asset : firstVisit) {
            assertTrue(asset.body() > 0 && asset.body() <= transfers.brotliSize(asset.path()), asset.toString());
        }

        page.navigate("about:blank");
        visitor.open("/");
        page.waitForLoadState(LoadState.NETWORKIDLE);
        List<NetworkLog.Transfer> repeatVisit = transfers.take(log);
        assertEquals(AssetTransfers.hashed(firstVisit), AssetTransfers.hashed(repeatVisit));
        for (NetworkLog.Transfer asset : repeatVisit) {
            assertEquals(0, asset.path().startsWith("/assets/") ? asset.total() : asset.body(), asset.toString());
        }
    }
}
