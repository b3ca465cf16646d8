package dev.vtsbasic.header;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.TestServer;
import dev.vtsbasic.testing.TestSettings;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecurityHeadersTest {
    private static final String HTML = "Content-Type: text/html; charset=utf-8";

    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void anHtmlDocumentGetsTheMissingFields() throws Exception {
        RawResponse answer = answer("on", 200, HTML);
        assertEquals("nosniff", answer.header("X-Content-Type-Options"));
        assertEquals("strict-origin-when-cross-origin", answer.header("Referrer-Policy"));
        assertEquals("same-origin-allow-popups", answer.header("Cross-Origin-Opener-Policy"));
        assertEquals("SAMEORIGIN", answer.header("X-Frame-Options"));
    }

    @ParameterizedTest
    @CsvSource({
        "X-Content-Type-Options, other",
        "Referrer-Policy, no-referrer",
        "Cross-Origin-Opener-Policy, unsafe-none",
        "X-Frame-Options, DENY",
        "x-frame-options, DENY",
    })
    void aFieldOfTheAppIsKept(String name, String value) throws Exception {
        assertEquals(
                List.of(value), answer("on", 200, HTML, name + ": " + value).headers(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frame-ancestors https://portal.example",
                "default-src 'self'; Frame-Ancestors *",
                "script-src 'nonce-frame-ancestors';frame-ancestors 'none'",
                "default-src 'self', frame-ancestors 'self'",
                "frame-ancestors",
            })
    void noXFrameOptionsIsAddedBesideFrameAncestors(String policy) throws Exception {
        RawResponse answer = answer("on", 200, HTML, "Content-Security-Policy: " + policy);
        assertNull(answer.header("X-Frame-Options"));
        assertEquals(List.of(policy), answer.headers("Content-Security-Policy"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "script-src 'nonce-abc'",
                "script-src 'nonce-frame-ancestors'",
                "frame-src 'none'",
                "frame-ancestors-of-mine 'none'",
            })
    void xFrameOptionsIsAddedBesideAPolicyWithoutFrameAncestors(String policy) throws Exception {
        RawResponse answer = answer("on", 200, HTML, "Content-Security-Policy: " + policy);
        assertEquals("SAMEORIGIN", answer.header("X-Frame-Options"));
        assertEquals(List.of(policy), answer.headers("Content-Security-Policy"));
    }

    @ParameterizedTest
    @CsvSource({
        "200, application/json",
        "200, text/htmlx",
        "200, text/event-stream",
        "200, image/svg+xml",
        "304, text/html",
    })
    void aResponseThatIsNoDocumentIsNotChanged(int status, String type) throws Exception {
        assertBare(answer("on", status, "Content-Type: " + type));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TEXT/HTML", "text/html ;charset=utf-8", "application/xhtml+xml"})
    void aDocumentIsKnownByItsType(String type) throws Exception {
        assertEquals("SAMEORIGIN", answer("on", 404, "Content-Type: " + type).header("X-Frame-Options"));
    }

    @Test
    void noFieldIsAddedWhenTheSettingIsOff() throws Exception {
        assertBare(answer("off", 200, HTML));
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-Proto: https, 127.0.0.0/8, max-age=31536000",
        "X-Forwarded-Proto: https, 10.0.0.0/8, ",
        "X-Forwarded-Proto: http, 127.0.0.0/8, ",
        "X-Other: https, 127.0.0.0/8, ",
    })
    void onlyResponsesOverTlsHaveHsts(String header, String trusted, String expected) throws Exception {
        start("on", trusted, 200, HTML);
        assertEquals(expected, server.request("GET /", header).header("Strict-Transport-Security"));
    }

    private static void assertBare(RawResponse answer) {
        for (String name :
                List.of("X-Content-Type-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "X-Frame-Options")) {
            assertNull(answer.header(name), name);
        }
    }

    private RawResponse answer(String setting, int status, String... fields) throws Exception {
        start(setting, "", status, fields);
        return server.request("GET /");
    }

    /** Starts a server that responds with these header fields and adds those of the setting. */
    private void start(String setting, String trusted, int status, String... fields) throws Exception {
        Settings settings = TestSettings.of("vts.security-headers", setting, "vts.trusted-proxies", trusted);
        SecurityHeaders headers = new SecurityHeaders(
                settings.proxy().securityHeaders(), settings.proxy().trustedProxies());
        server = TestServer.start(context ->
                context.addServlet("app", new App(headers, status, fields)).addMapping("/*"));
    }

    private static final class App extends HttpServlet {
        private static final long serialVersionUID = 1L;

        private final transient SecurityHeaders headers;
        private final int status;
        private final String[] fields;

        App(SecurityHeaders headers, int status, String... fields) {
            this.headers = headers;
            this.status = status;
            this.fields = fields;
        }

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) {
            response.setStatus(status);
            for (String field : fields) {
                response.addHeader(field.split(": ", 2)[0], field.split(": ", 2)[1]);
            }
            headers.addMissing(request, response);
        }
    }
}
