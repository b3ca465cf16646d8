package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vtsbasic.testing.SelfSigned;
import dev.vtsbasic.testing.Tree;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Vts;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code VTS_SECURITY_HEADERS} on responses of the app and on assets, over HTTP/2 with TLS and over plain HTTP/1.1. */
class SecurityHeadersIT {
    private static final String APP = """
            export default {
              fetch(request) {
                const own = { "Content-Security-Policy": "script-src 'nonce-8f3a'; frame-ancestors https://portal.example",
                  "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=0" };
                switch (new URL(request.url).pathname) {
                  case "/own": return new Response("<p>own", { headers: { "Content-Type": "text/html", ...own } });
                  case "/moved": return Response.redirect("/", 302);
                  case "/json": return Response.json({});
                  case "/unchanged": return new Response(null, { status: 304, headers: { "Content-Type": "text/html" } });
                  default: return new Response("<p>plain", { headers: { "Content-Type": "text/html" } });
                }
              },
            };
            """;

    private static final String HSTS = "Strict-Transport-Security";

    @TempDir
    private Path directory;

    @Test
    void documentsOverTlsGetAllSecurityHeadersAndOtherResponsesOnlyHsts() throws Exception {
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        SelfSigned.write("localhost", certificate, key);
        Map<String, String> settings = new HashMap<>(settings("on"));
        settings.putAll(Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString()));
        HttpClient client =
                HttpClient.newBuilder().sslContext(SelfSigned.trustingAnyone()).build();
        try (Vts vts = Vts.serve(settings)) {
            for (String document : List.of("/", "/made-before.html")) {
                HttpResponse<String> response = get(client, vts, document);
                assertEquals(HttpClient.Version.HTTP_2, response.version());
                assertEquals("SAMEORIGIN", value(response, "X-Frame-Options"), document);
                assertEquals("nosniff", value(response, "X-Content-Type-Options"), document);
                assertEquals("strict-origin-when-cross-origin", value(response, "Referrer-Policy"), document);
                assertEquals("same-origin-allow-popups", value(response, "Cross-Origin-Opener-Policy"), document);
                assertEquals("max-age=31536000", value(response, HSTS), document);
            }
            HttpResponse<String> own = get(client, vts, "/own");
            assertEquals(
                    "script-src 'nonce-8f3a'; frame-ancestors https://portal.example",
                    value(own, "Content-Security-Policy"));
            assertEquals("no-referrer", value(own, "Referrer-Policy"));
            assertEquals("max-age=0", value(own, HSTS));
            assertEquals("", value(own, "X-Frame-Options"));
            for (String other : List.of("/json", "/moved", "/assets/app-12345678.js")) {
                HttpResponse<String> response = get(client, vts, other);
                assertEquals("max-age=31536000", value(response, HSTS), other);
                assertEquals("", value(response, "X-Frame-Options"), other);
            }
            for (String ours : List.of("/-/live", "/-/status", "/assets/gone-12345678.js")) {
                HttpResponse<String> response = get(client, vts, ours);
                assertEquals("max-age=31536000", value(response, HSTS), ours + " " + response.statusCode());
            }
            HttpResponse<String> unchanged = get(client, vts, "/unchanged");
            assertEquals("", value(unchanged, HSTS) + value(unchanged, "X-Frame-Options"));
        }
    }

    @Test
    void documentsOverPlainHttpGetNoHsts() throws Exception {
        try (Vts vts = Vts.serve(settings("on"))) {
            for (String document : List.of("/", "/made-before.html")) {
                HttpResponse<String> response = get(HttpClient.newHttpClient(), vts, document);
                assertEquals("SAMEORIGIN", value(response, "X-Frame-Options"), document);
                assertEquals("", value(response, HSTS), document);
            }
        }
    }

    @Test
    void noSecurityHeaderIsAddedByDefault() throws Exception {
        try (Vts vts = Vts.serve(settings(null))) {
            HttpResponse<String> response = get(HttpClient.newHttpClient(), vts, "/");
            assertEquals("", value(response, "X-Frame-Options") + value(response, "Referrer-Policy"));
        }
    }

    private Map<String, String> settings(String wanted) throws Exception {
        Path build = directory.resolve("build");
        SmallBuild.write(build, APP);
        Tree.write(build.resolve("client"), "made-before.html", "<p>made", "assets/app-12345678.js", "app()");
        Map<String, String> settings = new HashMap<>(Map.of("VTS_APP_DIR", build.toString()));
        if (wanted != null) {
            settings.put("VTS_SECURITY_HEADERS", wanted);
        }
        return settings;
    }

    /** All values of a header field, joined. */
    private static String value(HttpResponse<?> response, String name) {
        return String.join(" | ", response.headers().allValues(name));
    }

    private static HttpResponse<String> get(HttpClient client, Vts vts, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(vts.uri().resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
