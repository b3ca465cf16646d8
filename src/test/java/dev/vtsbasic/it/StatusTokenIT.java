package dev.vtsbasic.it;

import static dev.vtsbasic.testing.http.StatusClient.get;
import static dev.vtsbasic.testing.http.StatusClient.location;
import static dev.vtsbasic.testing.http.StatusClient.post;
import static dev.vtsbasic.testing.http.StatusClient.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Vts;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The status of a server without a browser: guessed tokens, forged forms, and an event stream during a stop. */
@Order(1)
class StatusTokenIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static final String TOKEN = "management-token";

    @TempDir
    private static Path directory;

    @BeforeAll
    static void prepare() throws Exception {
        SmallBuild.write(directory, "export default { fetch: () => new Response('page') };");
    }

    private static Vts serve(Map<String, String> more) throws Exception {
        Map<String, String> environment = new HashMap<>(more);
        environment.putAll(Map.of("VTS_APP_DIR", directory.toString(), "VTS_MANAGEMENT_TOKEN", TOKEN));
        return Vts.serve(environment);
    }

    /**
     * Guesses in the form and in the header field count together; those of an IPv6 client count for its whole network.
     */
    @Test
    void aClientThatGuessesTokensIsSlowedAndTheRightTokenIsNeverRefused() throws Exception {
        try (Vts vts = serve(Map.of("VTS_TRUSTED_PROXIES", "127.0.0.1"))) {
            for (int guess = 0; guess < 5; guess++) {
                String[] client = {"X-Forwarded-For", "2001:db8:0:1::" + guess};
                assertEquals(
                        "../status?wrong-token", location(post(vts.uri(), "sign-in", "token=guess" + guess, client)));
                assertEquals(403, bearer(vts.uri(), "guess", client[1]).statusCode());
            }
            long begun = System.nanoTime();
            assertEquals(200, bearer(vts.uri(), TOKEN, "2001:db8:0:1::ffff").statusCode());
            assertEquals(
                    "../status",
                    location(post(vts.uri(), "sign-in", "token=" + TOKEN, "X-Forwarded-For", "2001:db8:0:1::fffe")));
            assertTrue(System.nanoTime() - begun >= 2_000_000_000L, "one second for each");
        }
    }

    private static HttpResponse<String> bearer(URI server, String token, String client) throws Exception {
        return get(server, "/-/status", "Authorization", "Bearer " + token, "X-Forwarded-For", client);
    }

    @Test
    void aPageOfAnotherSiteCannotPostAForm() throws Exception {
        try (Vts vts = serve(Map.of("VTS_METRICS_TOKEN", "look"))) {
            URI site = vts.uri();
            HttpResponse<String> signedIn = post(site, "sign-in", "token=" + TOKEN);
            assertEquals(303, signedIn.statusCode());
            String cookie = signedIn.headers().firstValue("Set-Cookie").orElseThrow();
            assertTrue(cookie.matches("vts-status=[\\w-]{43}; Max-Age=43200; HttpOnly; SameSite=Strict"), cookie);
            assertTrue(post(site, "sign-in", "token=" + TOKEN, "X-Forwarded-Proto", "https")
                    .headers()
                    .firstValue("Set-Cookie")
                    .orElseThrow()
                    .endsWith("; Secure"));
            String[] session = {"Cookie", cookie.replaceFirst(";.*", "")};
            Matcher formToken = Pattern.compile("name=\"form-token\" value=\"([^\"]+)\"")
                    .matcher(get(site, "/-/status", "Accept", "text/html", session[0], session[1])
                            .body());
            assertTrue(formToken.find());
            String form = "form-token=" + formToken.group(1);

            assertEquals(403, post(site, "restart", "", session).statusCode());
            assertEquals(403, post(site, "restart", "form-token=guess", session).statusCode());
            assertEquals(403, post(site, "restart", form).statusCode());
            assertEquals(
                    403,
                    post(site, "restart", form, session[0], session[1], "Origin", "http://evil.example")
                            .statusCode());
            assertEquals(
                    403,
                    post(site, "restart", form, session[0], session[1], "Origin", "null")
                            .statusCode());
            assertEquals(
                    403,
                    post(site, "restart", form, session[0], session[1], "Sec-Fetch-Site", "same-site")
                            .statusCode());
            String looks = post(site, "sign-in", "token=look")
                    .headers()
                    .firstValue("Set-Cookie")
                    .orElseThrow()
                    .replaceFirst(";.*", "");
            assertEquals(403, post(site, "restart", form, "Cookie", looks).statusCode());
            assertFalse(vts.output().contains("a restart was asked for"), vts.output());

            HttpResponse<String> done =
                    post(site, "restart", form, session[0], session[1], "Origin", "http://" + site.getAuthority());
            assertEquals(303, done.statusCode());
            vts.awaitLine("a restart was asked for");
        }
    }

    @Test
    void anOpenStatusPageDoesNotDelayAStop() throws Exception {
        try (Vts vts = serve(Map.of())) {
            HttpResponse<InputStream> events = CLIENT.send(
                    request(vts.uri(), "/-/status/events").build(), HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(200, events.statusCode());
            vts.terminate();
            assertEquals(0, vts.awaitExit(), vts.output());
            assertFalse(vts.output().contains("did not finish"), vts.output());
            events.body().close();
        }
    }
}
