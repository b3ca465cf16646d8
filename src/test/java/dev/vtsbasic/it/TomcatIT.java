package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.metrics.Scrape;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The built WAR in {@code webapps/} of a stock Tomcat. */
@Order(1)
class TomcatIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @ParameterizedTest
    @Tag("long")
    @MethodSource("dev.vtsbasic.testing.server.StockTomcat#versions")
    void theWarServesSurvivesAKilledBunAndLeavesNoProcess(String version, @TempDir Path base) throws Exception {
        ProcessHandle bun;
        try (StockTomcat tomcat = StockTomcat.run(version, base, "ROOT.war")) {
            assertServes(tomcat.uri());
            // Tomcat refuses an encoded slash by default; other characters arrive as sent.
            assertEquals(404, get(tomcat.uri(), "/no%20such;page=1").statusCode());

            ProcessHandle first = tomcat.buns().get(0);
            first.destroyForcibly();
            assertEquals(200, get(tomcat.uri(), "/about").statusCode());
            bun = tomcat.buns().get(0);
            assertFalse(first.equals(bun));
        }
        assertTrue(Program.endsSoon(bun), "Bun is still running");
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("dev.vtsbasic.testing.server.StockTomcat#versions")
    void aPackedWarIsServed(String version, @TempDir Path base) throws Exception {
        Path workDirectory = Files.createDirectory(base.resolve("vts"));
        try (StockTomcat tomcat = StockTomcat.runPacked(version, base, "ROOT.war", workDirectory)) {
            assertServes(tomcat.uri());
            assertFalse(Files.exists(base.resolve("webapps/ROOT")));
        }
        try (var left = Files.list(workDirectory)) {
            // The binary stays for the next start; the app was removed with its deployment.
            assertTrue(left.allMatch(file -> file.getFileName().toString().startsWith("bun-")));
        }
    }

    @Test
    @Tag("long")
    void twoVersionsAreDeployedInParallelUnderOnePath(@TempDir Path base) throws Exception {
        List<String> wars = List.of("shop##1.war", "shop##2.war");
        try (StockTomcat tomcat = StockTomcat.runCopies(base, wars, Map.of())) {
            HttpResponse<String> page = get(tomcat.uri(), "/shop/about");
            assertEquals(200, page.statusCode());
            String script = page.body().replaceFirst("(?s).*?\"(/[^\"]+/assets/index-[^\"]+\\.js).*", "$1");
            assertTrue(script.startsWith("/shop/assets/"), script);
            assertTrue(get(tomcat.uri(), script).body().contains("/shop/"));
        }
    }

    @Test
    @Tag("long")
    void aPathThatCannotBeWrittenIntoScriptsIsRefused(@TempDir Path base) throws Exception {
        try (StockTomcat tomcat = StockTomcat.runCopies(base, List.of("ROOT.war"), Map.of())) {
            Files.copy(Vts.WAR, base.resolve("webapps/it's.war"));
            tomcat.awaitLine("The context path /it's has characters");
            assertEquals(200, get(tomcat.uri(), "/about").statusCode());
        }
    }

    @Test
    @Tag("long")
    void accessLogLinesGoToTheServersLogAndMetricsCountTheRequests(@TempDir Path base) throws Exception {
        try (StockTomcat tomcat = StockTomcat.run("11.0", base, "ROOT.war", Map.of("VTS_ACCESS_LOG", "json"))) {
            assertServes(tomcat.uri());
            tomcat.awaitLine("ApplicationListener.*\"event\":\"request\".*\"path\":\"/page\\.jsp\".*\"status\":404");
            Scrape scrape = Scrape.of(tomcat.uri());
            assertEquals(1, scrape.value("vts_asset_unknown_total"));
            assertEquals(
                    2,
                    scrape.value("vts_http_requests_total{kind=\"asset\",method=\"GET\",status=\"2xx\"}")
                            + scrape.value("vts_http_requests_total{kind=\"asset\",method=\"GET\",status=\"4xx\"}"));
            assertEquals(1, scrape.value("vts_http_requests_total{kind=\"proxied\",method=\"GET\",status=\"2xx\"}"));
        }
    }

    private static void assertServes(URI server) throws IOException, InterruptedException {
        HttpResponse<String> page = get(server, "/");
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("</html>"), page.body());
        String script = page.body().replaceFirst("(?s).*?(/assets/[^\"]+\\.js).*", "$1");
        assertEquals(200, get(server, script).statusCode());
        assertEquals(404, get(server, "/assets/gone-12345678.js").statusCode());
        assertEquals(404, get(server, "/page.jsp").statusCode());
        assertEquals(200, get(server, "/-/live").statusCode());
        assertEquals(200, get(server, "/-/ready").statusCode());
    }

    private static HttpResponse<String> get(URI server, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(server.resolve(path))
                .timeout(Program.PATIENCE)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }
}
