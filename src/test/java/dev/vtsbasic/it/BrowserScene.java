package dev.vtsbasic.it;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import dev.vtsbasic.testing.browser.Chromium;
import dev.vtsbasic.testing.browser.Visitor;
import dev.vtsbasic.testing.server.Program;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A server with the site, and a new browser window for each case. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BrowserScene {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    Server server;
    Chromium chromium;
    Visitor visitor;
    Page page;

    /** @param directory an empty directory for the server's files */
    abstract Server start(Path directory) throws Exception;

    /**
     * A running server.
     *
     * @param program closed after the last case
     * @param uri address of the site, without a slash at its end
     */
    record Server(AutoCloseable program, URI uri) {
        /** The site's path; empty when the site is at the root. */
        String base() {
            return uri.getPath();
        }
    }

    @BeforeAll
    void openAll(@TempDir Path directory) throws Exception {
        server = start(directory);
        chromium = new Chromium();
    }

    @AfterAll
    void closeAll() throws Exception {
        try {
            chromium.close();
        } finally {
            server.program().close();
        }
    }

    @BeforeEach
    void open() {
        visitor = chromium.visit(server.uri());
        page = visitor.page();
    }

    @AfterEach
    void close() {
        visitor.close();
    }

    static Locator heading(Page page) {
        return page.getByRole(AriaRole.HEADING, new Page.GetByRoleOptions().setLevel(1));
    }

    static Locator rows(Visitor visitor) {
        return visitor.find("country-table").locator("tbody tr");
    }

    String address(String path) {
        return server.uri() + path;
    }

    HttpResponse<String> get(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address(path)))
                .timeout(Program.PATIENCE)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
