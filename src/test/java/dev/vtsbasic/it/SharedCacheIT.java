package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.metrics.Scrape;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built WAR with a shared cache in front of Bun. */
class SharedCacheIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Each response contains a number of its own, the worker's pid and the build's name. */
    private static final String APP = """
            let count = 0;
            const control = {
              "/page": "s-maxage=600",
              "/slow": "s-maxage=600",
              "/robust": "s-maxage=1, stale-if-error=600",
              "/personal": "private, max-age=600",
            };
            export default {
              async fetch(request) {
                const { pathname } = new URL(request.url);
                if (pathname === "/") return new Response("ready");
                if (request.method === "POST") return new Response("changed");
                if (pathname === "/slow") await Bun.sleep(300);
                const headers = { "cache-control": control[pathname] ?? "no-store", etag: '"BUILD"' };
                if (pathname === "/robust") headers.age = "50";
                return new Response(`BUILD ${process.pid} ${++count}`, { headers });
              },
            };
            """;

    @TempDir
    private Path directory;

    private static Vts running;

    @BeforeAll
    static void start(@TempDir Path builds) throws Exception {
        running = serve(builds, Map.of("VTS_WORKERS", "2", "VTS_MANAGEMENT_TOKEN", "secret"));
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @Test
    void aPageIsRenderedOnceForAllClients() throws Exception {
        String page = get(running, "/page").body();
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> hit = get(running, "/page");
            assertEquals(page, hit.body());
            assertTrue(header(hit, "Cache-Status").startsWith("vts-basic; hit; ttl="), header(hit, "Cache-Status"));
        }
        HttpResponse<String> has = send(request(running, "/page").header("If-None-Match", "\"one\""));
        assertEquals(304, has.statusCode());
        assertNotEquals(
                get(running, "/personal").body(), get(running, "/personal").body());
    }

    @Test
    void concurrentRequestsGetTheSameResponse() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> responses = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            responses.add(CLIENT.sendAsync(request(running, "/slow").build(), HttpResponse.BodyHandlers.ofString()));
        }
        Set<String> bodies = new HashSet<>();
        for (CompletableFuture<HttpResponse<String>> response : responses) {
            bodies.add(response.get().body());
        }
        assertEquals(1, bodies.size(), bodies.toString());
    }

    @Test
    void aChangeAndAPurgeRemoveStoredResponses() throws Exception {
        String first = get(running, "/page").body();
        assertEquals(
                200,
                send(request(running, "/page").POST(HttpRequest.BodyPublishers.noBody()))
                        .statusCode());
        String second = get(running, "/page").body();
        assertNotEquals(first, second);
        HttpRequest.Builder purge = request(running, "/-/purge?path=/page").POST(HttpRequest.BodyPublishers.noBody());
        assertEquals(403, send(purge).statusCode());
        assertEquals(second, get(running, "/page").body());
        HttpResponse<String> purged = send(purge.header("Authorization", "Bearer secret"));
        assertEquals("1 responses were removed from the cache\n", purged.body());
        assertNotEquals(second, get(running, "/page").body());
    }

    @Test
    void metricsAndTheAccessLogRecordResponsesOfTheCache() throws Exception {
        try (Vts vts = serve(directory, Map.of("VTS_ACCESS_LOG", "json"))) {
            int bytes = get(vts, "/page").body().length();
            get(vts, "/page");
            get(vts, "/page");
            get(vts, "/personal");
            String line = "\"path\":\"/page\".*\"bytes\":" + bytes + ",.*\"kind\":\"proxied\",";
            vts.awaitLine(line + "\"worker\":\"worker-1-1\"");
            vts.awaitLines(line + "\"coding\":\"identity\",\"cached\":true", 2);
            Scrape scrape = Scrape.await(
                    vts.uri(),
                    seen -> seen.value("vts_http_requests_total{kind=\"proxied\",method=\"GET\",status=\"2xx\"}") == 4);
            assertEquals(2, scrape.value("vts_cache_hits_total"));
            assertEquals(2, scrape.value("vts_cache_misses_total"));
            assertEquals(1, scrape.value("vts_cache_stored_total"));
            assertEquals(1, scrape.value("vts_cache_entries"));
            assertEquals(8 * 1024 * 1024, scrape.value("vts_cache_capacity_bytes"));
            String status = get(vts, "/-/status").body();
            assertTrue(status.contains("\"cache\":{\"hits\":2,\"misses\":2,"), status);
            String page = send(request(vts, "/-/status").header("Accept", "text/html"))
                    .body();
            assertTrue(page.contains("served from the cache</th><td class=\"number\">2<"), page);
        }
    }

    @Test
    void aStaleResponseIsServedWhenBunIsDown() throws Exception {
        try (Vts vts = serve(directory, Map.of("VTS_MAX_CRASHES", "1", "VTS_ON_CRASH_LOOP", "stay"))) {
            String page = get(vts, "/robust").body();
            Files.writeString(directory.resolve("one/server/server.js"), "process.exit(7);");
            vts.buns().get(0).destroyForcibly();
            vts.awaitLine("is not started again");
            HttpResponse<String> old = get(vts, "/robust");
            assertEquals(page, old.body());
            assertEquals("vts-basic; fwd=stale; fwd-status=503; detail=stale-if-error", header(old, "Cache-Status"));
            assertEquals(503, get(vts, "/page").statusCode());
        }
    }

    @Test
    void aNewBuildServesNoStoredResponseOfTheOldOne() throws Exception {
        write(directory, "one");
        write(directory, "two");
        Path current = Files.createSymbolicLink(directory.resolve("current"), directory.resolve("one"));
        Map<String, String> environment =
                Map.of("VTS_APP_DIR", current.toString(), "VTS_CACHE", "8m", "VTS_WORKERS", "2");
        try (Vts vts = Vts.serve(environment)) {
            assertTrue(get(vts, "/page").body().startsWith("one "));
            Path next = Files.createSymbolicLink(directory.resolve("next"), directory.resolve("two"));
            Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
            vts.awaitLine("The new build in .*two is in service");
            vts.awaitLines("is replaced: there is a new build", 2);
            vts.awaitLines("is ready after", 4);
            // Responses that a worker of the old build still sends are dropped within two seconds.
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            while (get(vts, "/page").body().startsWith("one ")) {
                assertTrue(System.nanoTime() < deadline, "still the old build's");
            }
        }
    }

    /** An operator who does not use the cache must not pay for it. */
    @Test
    @Tag("long")
    void withoutItsSettingNoClassOfTheCacheIsLoaded() throws Exception {
        String cache = "org.apache.hc.client5.http.(impl.)?cache|dev.vtsbasic.proxy.cache.SharedCache";
        write(directory, "one");
        Map<String, String> off =
                Map.of("VTS_APP_DIR", directory.resolve("one").toString(), "JAVA_TOOL_OPTIONS", "-Xlog:class+load");
        try (Vts vts = Vts.serve(off)) {
            HttpResponse<String> page = get(vts, "/page");
            assertTrue(page.headers().firstValue("Cache-Status").isEmpty());
            vts.awaitLine("dev.vtsbasic.proxy.exchange.Exchange ");
            assertFalse(vts.output().lines().anyMatch(line -> line.matches(".*(" + cache + ").*")));
        }
        Map<String, String> on = new HashMap<>(off);
        on.put("VTS_CACHE", "1m");
        try (Vts vts = Vts.serve(on)) {
            vts.awaitLine("org.apache.hc.client5.http.impl.cache.CachingExec ");
        }
    }

    private static Vts serve(Path builds, Map<String, String> environment) throws Exception {
        write(builds, "one");
        Map<String, String> all = new HashMap<>(environment);
        all.put("VTS_APP_DIR", builds.resolve("one").toString());
        all.put("VTS_CACHE", "8m");
        return Vts.serve(all);
    }

    private static void write(Path builds, String build) throws IOException {
        SmallBuild.write(builds.resolve(build), APP.replace("BUILD", build));
    }

    private static HttpRequest.Builder request(Vts vts, String target) {
        return HttpRequest.newBuilder(URI.create(vts.uri() + target)).timeout(Program.PATIENCE);
    }

    private static HttpResponse<String> get(Vts vts, String target) throws Exception {
        return send(request(vts, target));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
