package dev.vtsbasic.testing.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.ConsoleMessage;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.microsoft.playwright.options.WaitUntilState;
import dev.vtsbasic.testing.Evidence;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A browser window that fails its test on console errors and failed requests, unless the test expects them. */
public final class Visitor implements AutoCloseable {
    private static final double PATIENCE_MILLIS = 30_000;

    private final BrowserContext context;
    private final String site;
    private final Page page;
    private final List<String> problems = new ArrayList<>();
    private final List<Pattern> expected = new ArrayList<>();

    public Visitor(BrowserContext context, URI site) {
        this.context = context;
        this.site = site.toString();
        PlaywrightAssertions.setDefaultAssertionTimeout(PATIENCE_MILLIS);
        context.setDefaultTimeout(PATIENCE_MILLIS);
        context.onConsoleMessage(this::note);
        context.onWebError(error -> problems.add("uncaught: " + error.error()));
        context.onRequestFailed(this::note);
        context.onResponse(this::note);
        page = context.newPage();
        Evidence.add("problems that the browser had at " + site, () -> String.join("\n", problems));
    }

    /** Expects the errors that the browser reports for a response with {@code status} to a request for {@code path}. */
    public void expect(int status, String path) {
        String address = Pattern.quote(site + path) + "(?![^ ?:])";
        expected.add(Pattern.compile("^response: " + status + " " + address));
        expected.add(Pattern.compile("^console: " + address + ".* status of " + status + " "));
        // Chromium reports the request like this when it loads a module of a script.
        expected.add(Pattern.compile("^request: net::ERR_ABORTED " + address));
    }

    public void expectInConsole(String text) {
        expected.add(Pattern.compile("^console: \\S+ " + Pattern.quote(text)));
    }

    public Page page() {
        return page;
    }

    public Locator find(String testId) {
        return page.getByTestId(testId);
    }

    /** Loads a page of the site and returns before the page is complete. */
    public Response load(String path) {
        return page.navigate(site + path, new Page.NavigateOptions().setWaitUntil(WaitUntilState.COMMIT));
    }

    /** Loads a page and waits until it reacts to clicks. */
    public Response open(String path) {
        Response response = load(path);
        awaitHydration();
        return response;
    }

    public void awaitHydration() {
        assertThat(page.locator("html")).hasAttribute("data-hydrated", "true");
    }

    private void note(ConsoleMessage message) {
        if (message.type().equals("error")) {
            problems.add("console: " + message.location() + " " + message.text());
        }
    }

    private void note(Request request) {
        boolean leftEventStream = request.resourceType().equals("eventsource")
                && request.failure().equals("net::ERR_ABORTED");
        // Chromium reports this failure for scripts that are switched off; a violation of a page's own policy would
        // also appear in the console.
        boolean scriptsOff = request.failure().equals("csp");
        if (!leftEventStream && !scriptsOff) {
            problems.add("request: " + request.failure() + " " + request.url());
        }
    }

    private void note(Response response) {
        if (response.status() >= 400) {
            problems.add("response: " + response.status() + " " + response.url());
        }
    }

    /** Leaves the site, so that no open page requests a server that is about to stop. */
    public void leave() {
        page.navigate("about:blank");
    }

    @Override
    public void close() {
        try {
            // Playwright delivers events together with the result of a call, so this call fetches the pending ones.
            page.title();
            problems.removeIf(problem -> expected.stream()
                    .anyMatch(pattern -> pattern.matcher(problem).find()));
            assertEquals(List.of(), problems);
        } finally {
            // Leave first, because a context with a request that still waits for its response would never close.
            leave();
            context.close();
        }
    }
}
