package dev.vtsbasic.testing.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The browser that the tests drive: the one named by {@code VTS_TEST_CHROMIUM}, otherwise the first one on the PATH.
 * Only if there is none does Playwright download its own.
 */
public final class Chromium implements AutoCloseable {
    private static final String SETTING = "VTS_TEST_CHROMIUM";
    private static final List<String> NAMES =
            List.of("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome");

    private final Playwright playwright;
    private final Browser browser;
    private final String userAgent;

    public Chromium() {
        Optional<Path> installed = installed();
        Playwright.CreateOptions create = new Playwright.CreateOptions();
        installed.ifPresent(path -> create.setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        playwright = Playwright.create(create);
        try {
            BrowserType.LaunchOptions launch = new BrowserType.LaunchOptions().setArgs(List.of("--disable-gpu"));
            installed.ifPresent(launch::setExecutablePath);
            browser = playwright.chromium().launch(launch);
            try (Page page = browser.newPage()) {
                // TanStack Start treats a headless browser as a robot, and does not stream to robots.
                userAgent = page.evaluate("navigator.userAgent").toString().replace("HeadlessChrome", "Chrome");
            }
        } catch (RuntimeException e) {
            playwright.close();
            throw e;
        }
    }

    private static Optional<Path> installed() {
        String named = System.getProperty(SETTING, System.getenv(SETTING));
        if (named != null) {
            return Optional.of(Path.of(named));
        }
        List<Path> directories = Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(Optional.ofNullable(System.getenv("PATH")).orElse(""))
                .map(Path::of)
                .toList();
        return NAMES.stream()
                .flatMap(name -> directories.stream().map(directory -> directory.resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Opens an empty window for the site at {@code site}, which has no slash at its end. */
    public Visitor visit(URI site) {
        return new Visitor(browser.newContext(options()), site);
    }

    /** Like {@link #visit}, without JavaScript. */
    public Visitor visitWithoutJavaScript(URI site) {
        return new Visitor(browser.newContext(options().setJavaScriptEnabled(false)), site);
    }

    private Browser.NewContextOptions options() {
        return new Browser.NewContextOptions().setUserAgent(userAgent).setViewportSize(1280, 800);
    }

    @Override
    public void close() {
        playwright.close();
    }
}
