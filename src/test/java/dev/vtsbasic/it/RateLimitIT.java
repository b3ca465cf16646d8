package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.server.StockJetty;
import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built WAR refuses exactly the requests above the rates, on each kind of server. */
class RateLimitIT {
    /** Rates so low that the limits do not recover while a test runs. */
    private static final Map<String, String> RATES = Map.of(
            "VTS_RATE_LIMIT", "1/h burst 20",
            "VTS_RATE_LIMIT_PER_CLIENT", "1/h burst 5",
            "VTS_TRUSTED_PROXIES", "127.0.0.1");

    @Test
    void ratesLimitRequestsOnTheEmbeddedTomcat() throws Exception {
        try (Vts vts = Vts.serve(RATES)) {
            assertLimited(vts.uri());
        }
    }

    @Test
    @Tag("long")
    void ratesLimitRequestsOnAStockTomcat(@TempDir Path directory) throws Exception {
        try (StockTomcat tomcat = StockTomcat.run("10.1", directory, "ROOT.war", RATES)) {
            assertLimited(tomcat.uri());
        }
    }

    @Test
    @Tag("server")
    void ratesLimitRequestsOnAStockJetty(@TempDir Path directory) throws Exception {
        try (StockJetty jetty = StockJetty.run("12.1", "ee11-deploy,ee11-websocket-jakarta", directory, RATES)) {
            assertLimited(jetty.uri());
        }
    }

    private static void assertLimited(URI site) throws IOException {
        for (String client : List.of("192.0.2.1", "192.0.2.2", "192.0.2.3")) {
            assertEquals(5, passed(site, client, 8), client);
        }
        RawResponse refused = ask(site, "/about", "192.0.2.1", "");
        assertEquals(429, refused.status());
        assertTrue(Integer.parseInt(refused.header("Retry-After")) > 3000, refused.text());
        assertEquals(List.of("\"client\";q=5;w=18000"), refused.headers("RateLimit-Policy"));
        assertTrue(refused.header("RateLimit").startsWith("\"client\";r=0;t="), refused.text());
        assertTrue(refused.body().contains("Too Many Requests"), refused.body());

        RawResponse page = ask(site, "/about", "192.0.2.4", "");
        assertEquals(200, page.status());
        assertTrue(page.header("RateLimit").startsWith("\"client\";r=4;t="), page.text());
        assertTrue(page.looksComplete());
        assertEquals(101, webSocket(site, "192.0.2.4"));
        assertEquals(429, webSocket(site, "192.0.2.1"));
        // Refused requests do not count against the limit for all clients: 3 clients with 5 requests, the page and the
        // WebSocket make 17 of 20.
        assertEquals(3, passed(site, "192.0.2.5", 5));
        RawResponse ofAll = ask(site, "/about", "192.0.2.6", "");
        assertEquals(429, ofAll.status());
        assertTrue(ofAll.text().contains("\"all\";r=0;t="), ofAll.text());

        String script = page.body().replaceFirst("(?s).*?(/assets/[^\"]+\\.js).*", "$1");
        for (int i = 0; i < 10; i++) {
            RawResponse asset = ask(site, script, "192.0.2.1", "");
            assertEquals(200, asset.status());
            assertNull(asset.header("RateLimit"));
            assertEquals(200, ask(site, "/-/live", "192.0.2.1", "").status());
            assertEquals(200, ask(site, "/-/ready", "192.0.2.1", "").status());
        }
    }

    @Test
    @Tag("long")
    void theClassicProfileAllows20RequestsASecondAndABurstOf50() throws Exception {
        Map<String, String> environment = new HashMap<>();
        for (String line : Files.readAllLines(Path.of("deploy/classic.env"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                environment.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
            }
        }
        assertEquals("3000", environment.put("VTS_PORT", "0"));
        assertEquals("8081", environment.put("VTS_BUN_PORT", Integer.toString(Ports.free())));
        try (Vts vts = Vts.serve(environment)) {
            long from = System.nanoTime();
            int passed = passed(vts.uri(), "192.0.2.1", 500);
            long upTo = 50 + 20 * (System.nanoTime() - from) / 1_000_000_000;
            assertTrue(passed >= 50 && passed <= upTo, passed + " passed, " + upTo + " may");
        }
    }

    /** Sends requests and returns how many were not refused. */
    private static int passed(URI site, String client, int requests) throws IOException {
        int passed = 0;
        for (int i = 0; i < requests; i++) {
            RawResponse response = ask(site, "/about", client, "");
            if (response.status() == 429) {
                assertNotNull(response.header("Retry-After"));
            } else {
                assertEquals(200, response.status(), response.text());
                passed++;
            }
        }
        return passed;
    }

    private static int webSocket(URI site, String client) throws IOException {
        String fields = "Origin: http://localhost\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
        return ask(site, "/api/echo", client, fields).status();
    }

    private static RawResponse ask(URI site, String path, String client, String fields) throws IOException {
        try (RawClient connection = new RawClient(site.getPort())) {
            connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " + client + "\r\n"
                    + fields + "Connection: " + (fields.isEmpty() ? "close" : "Upgrade") + "\r\n\r\n");
            return fields.isEmpty() ? connection.readToEnd() : new RawResponse(connection.readUntil("\r\n\r\n"));
        }
    }
}
