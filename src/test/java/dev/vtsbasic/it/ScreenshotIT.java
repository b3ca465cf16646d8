package dev.vtsbasic.it;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ScreenshotAnimations;
import com.microsoft.playwright.options.ViewportSize;
import dev.vtsbasic.testing.browser.Chromium;
import dev.vtsbasic.testing.browser.Visitor;
import dev.vtsbasic.testing.server.Vts;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Takes the documentation's pictures of the site, so that they show its current state. */
@Tag("pictures")
final class ScreenshotIT {
    private static final Path OUTPUT = Path.of(System.getProperty("test.output"));

    @Test
    void screenshotsOfThePagesAreTaken() throws Exception {
        try (Vts vts = Vts.serve(Map.of());
                Chromium chromium = new Chromium();
                Visitor visitor = chromium.visit(vts.uri())) {
            visitor.open("/");
            assertThat(visitor.find("deferred")).isVisible();
            visitor.find("theme-select").selectOption("dark");
            save(visitor, "home-dark.png");
            visitor.find("theme-select").selectOption("light");
            save(visitor, "home.png");
            ViewportSize desktop = visitor.page().viewportSize();
            visitor.page().setViewportSize(360, 780);
            save(visitor, "home-phone.png");
            visitor.page().setViewportSize(desktop.width, desktop.height);

            visitor.open("/country?region=Europe");
            save(visitor, "country.png");

            visitor.open("/metrics");
            Locator rate = visitor.find("chart-requests").locator("polyline");
            for (int second = 1; second <= 15; second++) {
                for (int request = 0; request < second * 7 % 11; request++) {
                    visitor.page().request().get(vts.uri().resolve("/about").toString());
                }
                Pattern points = Pattern.compile("^(\\S+\\s+){" + second + ",}\\S+$");
                assertThat(rate).hasAttribute("points", points);
            }
            save(visitor, "metrics.png");
        }
    }

    @Test
    void theStatusHasItsPictureTaken() throws Exception {
        try (Vts vts = Vts.serve(Map.of("VTS_WORKERS", "2", "VTS_MANAGEMENT_TOKEN", "secret"));
                Chromium chromium = new Chromium();
                Visitor visitor = chromium.visit(vts.uri())) {
            Page page = visitor.page();
            visitor.load("/-/status");
            page.getByText("Restart or drain").click();
            page.getByLabel("Token").fill("secret");
            page.getByLabel("Token").press("Enter");
            Locator rate = page.locator("#chart-rate path.line-1");
            for (int step = 1; step <= 14; step++) {
                for (int request = 0; request < 40 + step * 7 % 11 * 10; request++) {
                    String path = request % 9 == 0 ? "/nothing" : request % 4 == 0 ? "/country" : "/about";
                    page.request().get(vts.uri().resolve(path).toString());
                }
                assertThat(rate).hasAttribute("d", Pattern.compile("^M[^L]*(L[^L]*){" + step + ",}$"));
            }
            save(visitor, "status.png");
            page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
            save(visitor, "status-dark.png");
            page.setViewportSize(360, 780);
            save(visitor, "status-phone.png");
        }
    }

    private static void save(Visitor visitor, String name) {
        visitor.page()
                .screenshot(new Page.ScreenshotOptions()
                        .setPath(OUTPUT.resolve(name))
                        .setAnimations(ScreenshotAnimations.DISABLED));
    }
}
