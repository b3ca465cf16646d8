package dev.vtsbasic.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.header.SecurityHeaders;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.Tree;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
    private static final String BROWSER = "Accept: text/html,application/xhtml+xml,*/*;q=0.8";

    private static volatile Pages pages;
    private static volatile Page page;
    private static volatile boolean here;
    private static volatile String id;
    private static TestServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = TestServer.start(
                context -> context.addServlet("app", new Failing()).addMapping("/*"));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static final class Failing extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
            PageRequest asked = PageRequest.of(request);
            PageRequest named =
                    new PageRequest(asked.method(), asked.accept(), asked.destination(), here, id, asked.record());
            pages.send(page, named, response, "worker-1 printed <b>last</b>");
        }
    }

    private static RawResponse answer(Page sent, String... headers) throws Exception {
        return answer(new Pages(SecurityHeaders.off()), sent, false, headers);
    }

    private static RawResponse answer(Pages from, Page sent, boolean fromHere, String... headers) throws Exception {
        pages = from;
        page = sent;
        here = fromHere;
        id = "abc-1";
        return server.request("GET /", headers);
    }

    private static Pages of(Path client) {
        Pages own = new Pages(SecurityHeaders.off());
        own.readBrandedPages(client);
        return own;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    text/html                                   | text/html; charset=utf-8
                    text/html,application/json;q=0.9            | text/html; charset=utf-8
                    */*                                         | text/html; charset=utf-8
                    application/json                            | application/problem+json
                    application/problem+json                    | application/problem+json
                    application/json, text/plain, */*           | application/problem+json
                    text/plain                                  | text/plain; charset=utf-8
                    image/png                                   | text/plain; charset=utf-8
                    """)
    void anErrorPageHasTheMediaTypeThatTheClientAccepts(String accept, String type) throws Exception {
        RawResponse answer = answer(Page.BAD_GATEWAY, "Accept: " + accept);
        assertEquals(502, answer.status());
        assertEquals(type, answer.header("Content-Type"));
        assertTrue(answer.body().contains(Page.BAD_GATEWAY.sentence()), answer.text());
        assertTrue(answer.body().contains("abc-1"), answer.text());
        assertTrue(answer.looksComplete());
    }

    @Test
    void aPageIsNeverStoredAndTellsItsRequest() throws Exception {
        RawResponse answer = answer(Page.GATEWAY_TIMEOUT);
        assertEquals("text/html; charset=utf-8", answer.header("Content-Type"));
        assertEquals("no-store", answer.header("Cache-Control"));
        assertEquals("nosniff", answer.header("X-Content-Type-Options"));
        assertEquals("abc-1", answer.header("X-Request-Id"));
        assertNull(answer.header("Retry-After"));
        assertEquals("60", answer(Page.MAINTENANCE).header("Retry-After"));
        assertEquals("7", answer(Page.TOO_MANY_REQUESTS.withRetryAfter(7)).header("Retry-After"));
    }

    @Test
    void jsonIsAProblemOfRfc9457() throws Exception {
        assertEquals(
                "{\"title\":\"Maintenance\",\"status\":503,\"detail\":\"Say \\\"please\\\"\",\"requestId\":\"abc-1\"}",
                answer(Page.MAINTENANCE.withSentence("Say \"please\""), "Accept: application/json")
                        .body());
    }

    @Test
    void anErrorPageIsPlainTextForOtherAcceptValues() throws Exception {
        assertEquals(
                "413 Content Too Large\n\nThe request body is larger than this server accepts.\n\nRequest abc-1\n",
                answer(Page.BODY_TOO_LARGE, "Accept: image/*").body());
    }

    @Test
    void headGetsNoBody() throws Exception {
        long length = answer(Page.BAD_GATEWAY).body().length();
        RawResponse answer = server.request("HEAD /");
        assertEquals(502, answer.status());
        assertEquals(Long.toString(length), answer.header("Content-Length"));
        assertEquals("", answer.body());
    }

    @Test
    void aBrowserThatWaitsForAStartTriesAgainByItself() throws Exception {
        for (String more : new String[] {"Sec-Fetch-Dest: document", "X-No: more"}) {
            RawResponse answer = answer(Page.STARTING, BROWSER, more);
            assertEquals(503, answer.status());
            assertEquals("5", answer.header("Refresh"));
            assertEquals("5", answer.header("Retry-After"));
            assertTrue(answer.body().contains("This page tries again by itself every few seconds."), answer.body());
        }
        assertNull(answer(Page.UNAVAILABLE, BROWSER).header("Refresh"));
    }

    @ParameterizedTest
    @ValueSource(strings = {BROWSER + "\r\nSec-Fetch-Dest: iframe", "Accept: application/json", "Accept: */*"})
    void aRequestThatIsNoNavigationGetsNoRefresh(String headers) throws Exception {
        RawResponse answer = answer(Page.STARTING, headers);
        assertNull(answer.header("Refresh"));
        assertEquals("5", answer.header("Retry-After"));
        assertTrue(answer.body().contains("Please try again in a few seconds."), answer.body());
    }

    @Test
    void aFormThatWasSentIsNotSentAgain() throws Exception {
        answer(Page.STARTING);
        assertNull(server.request("POST /", BROWSER).header("Refresh"));
    }

    @Test
    void onlyALocalClientSeesTheWorkersOutput() throws Exception {
        String body =
                answer(new Pages(SecurityHeaders.off()), Page.UNAVAILABLE, true).body();
        assertTrue(body.contains("worker-1 printed &lt;b&gt;last&lt;/b&gt;"), body);
        assertTrue(body.contains("docs/troubleshooting.md"), body);
        for (String accept : new String[] {"text/html", "application/json", "text/plain"}) {
            String seen = answer(new Pages(SecurityHeaders.off()), Page.UNAVAILABLE, false, "Accept: " + accept)
                    .body();
            assertFalse(seen.contains("worker-1") || seen.contains("troubleshooting"), seen);
        }
    }

    @Test
    void theRequestIdIsEscapedInTheErrorPage() throws Exception {
        answer(Page.BAD_GATEWAY);
        id = "\"><script>";
        String body = server.request("GET /").body();
        assertFalse(body.contains("<script>"), body);
    }

    @Test
    void theAppsOwnPagesReplaceTheDefaults(@TempDir Path client) throws Exception {
        Tree.write(
                client.resolve("errors"),
                "starting.html",
                "own starting",
                "503.html",
                "own 503",
                "error.html",
                "own error");
        Pages own = of(client);
        assertEquals("own starting", answer(own, Page.STARTING, false, BROWSER).body());
        assertEquals("5", answer(own, Page.STARTING, false, BROWSER).header("Refresh"));
        assertEquals("own 503", answer(own, Page.UNAVAILABLE, false).body());
        assertEquals("own 503", answer(own, Page.MAINTENANCE, false).body());
        assertEquals("own error", answer(own, Page.TOO_MANY_REQUESTS, false).body());
        assertEquals(502, answer(own, Page.BAD_GATEWAY, false).status());
        assertEquals(
                "application/problem+json",
                answer(own, Page.BAD_GATEWAY, false, "Accept: application/json").header("Content-Type"));
        assertTrue(answer(own, Page.UNAVAILABLE, true).body().contains("worker-1"));
    }

    @Test
    void placeholdersAreFilledInAndEscaped(@TempDir Path client) throws Exception {
        Tree.write(client, "errors/503.html", "{{status}}|{{title}}|{{message}}|{{request-id}}|{{other}}|{{message}}");
        assertEquals(
                "503|Maintenance|a $1 &lt;b&gt; {{title}}|abc-1|{{other}}|a $1 &lt;b&gt; {{title}}",
                answer(of(client), Page.MAINTENANCE.withSentence("a $1 <b> {{title}}"), false)
                        .body());
    }

    @Test
    void aPageThatIsTooLargeOrCannotBeReadIsLeftOut(@TempDir Path client) throws Exception {
        Tree.write(client, "errors/502.html", "x".repeat(BrandedPages.MAX_BYTES + 1), "errors/504.html/file", "");
        Tree.write(client, "errors/503.html", "x".repeat(BrandedPages.MAX_BYTES));
        Pages own = of(client);
        assertTrue(answer(own, Page.BAD_GATEWAY, false).body().contains("<h1>502 Bad Gateway</h1>"));
        assertTrue(answer(own, Page.GATEWAY_TIMEOUT, false).body().contains("<h1>504 Gateway Timeout</h1>"));
        assertEquals(
                BrandedPages.MAX_BYTES,
                answer(own, Page.UNAVAILABLE, false).body().length());
    }
}
