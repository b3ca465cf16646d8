package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.build.OtherBuild;
import dev.vtsbasic.testing.load.OpenLoop;
import dev.vtsbasic.testing.load.OpenTab;
import dev.vtsbasic.testing.server.HaProxy;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three instances behind HAProxy, as in {@code docs/scaling.md}: clients do not notice when an instance leaves or
 * joins.
 */
@Tag("long")
class ScalingIT {
    private static final int INSTANCES = 3;
    private static final int PER_SECOND = 100;
    private static final Duration BEFORE = Duration.ofSeconds(2);
    private static final Duration AFTER = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The number of requests of each kind that wait: so many that every instance gets some of both kinds. */
    private static final int WAITING = 12;

    /** Adds, in front of the site's own pages, the responses for {@link OpenLoop} and requests that wait for a file. */
    private static final String SERVER = """
            import { existsSync } from "node:fs";
            import site from "./site.js";
            // The site's other files import from this one.
            export * from "./site.js";
            export default {
              async fetch(request) {
            %s
                if (pathname === "/wait") {
                  console.log("waiting: " + request.method + " " + number);
                  while (!existsSync("%s")) await Bun.sleep(20);
                  return new Response("waited");
                }
                if (pathname === "/headers") return Response.json(Object.fromEntries(request.headers));
                return site.fetch(request);
              },
            };
            """;

    @TempDir
    private static Path releases;

    private static Path first;
    private static Path next;
    private static Path goOn;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        HaProxy.require();
        goOn = releases.resolve("go-on");
        first = withLoad(OtherBuild.copyFirst(releases.resolve("1")));
        next = withLoad(precompressed(OtherBuild.make(releases.resolve("sources"))));
        fleet = new Fleet();
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    /** Precompresses the build with its base, so that the server serves the build's own files. */
    private static Path precompressed(Path build) throws Exception {
        try (Vts program = Vts.launch(Map.of(), "precompress", build.toString())) {
            assertEquals(0, program.awaitExit(), program.output());
        }
        return build;
    }

    private static Path withLoad(Path build) throws IOException {
        Path server = build.resolve("server/server.js");
        Files.move(server, build.resolve("server/site.js"));
        Files.writeString(server, SERVER.formatted(OpenLoop.APP, goOn));
        return build;
    }

    @Test
    void aRollingUpgradeUnderLoadLosesNoRequestAndNoAsset() throws Exception {
        try (HaProxy proxy = fleet.proxy();
                OpenLoop loop = OpenLoop.startWithoutKeys(proxy.uri(), PER_SECOND);
                OpenTab tab = OpenTab.open(proxy.uri(), first, next)) {
            loop.go(BEFORE);
            for (int i = 0; i < INSTANCES; i++) {
                fleet.upgrade(i, proxy);
            }
            loop.go(AFTER);
            List<OpenLoop.Asked> all = loop.finish(PATIENCE);
            tab.leave();
            report("rolling upgrade", all);
            System.out.println(tab);

            assertEquals(List.of(), not(OpenLoop.Outcome.WHOLE, all), proxy.output());
            assertEquals(List.of(), tab.problems(), proxy.output());
            assertTrue(tab.sawBuildsInTurns() && tab.sawAssetsOfNext(), tab.toString());
        }
    }

    @Test
    void forwardedHeadersOfAClientNeverReachTheApp() throws Exception {
        try (HaProxy proxy = fleet.proxy();
                RawClient client = new RawClient(proxy.uri().getPort())) {
            String response = client.send("GET /headers HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                            + "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Prefix: /evil-prefix\r\nX-Forwarded-Host: evil-host\r\n"
                            + "Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Request-Id: evil-id\r\n\r\n")
                    .readToEnd()
                    .body();
            assertTrue(response.contains("\"x-forwarded-for\":\"127.0.0.1, 127.0.0.1\""), response);
            assertFalse(response.contains("6.6.6.6") || response.contains("evil"), response);
        }
    }

    @Test
    void aKilledInstanceLosesOnlyRequestsThatAreUnsafeToRepeat() throws Exception {
        try (HaProxy proxy = fleet.proxy();
                OpenLoop loop = OpenLoop.start(proxy.uri(), PER_SECOND);
                Requests reads = new Requests(proxy.uri(), "GET");
                Requests writes = new Requests(proxy.uri(), "POST")) {
            loop.go(BEFORE);
            fleet.awaitWaiting(2 * WAITING);
            Vts victim = fleet.instances.get(0);
            assertFalse(waiting(victim, "GET").isEmpty());
            assertFalse(waiting(victim, "POST").isEmpty());

            victim.kill();
            victim.awaitExit();
            long killed = System.nanoTime();
            proxy.awaitLine("^Server " + Fleet.name(0) + " is DOWN");
            Files.createFile(goOn);
            fleet.start(0, proxy);
            loop.go(AFTER);
            List<OpenLoop.Asked> all = loop.finish(PATIENCE);
            report("kill -9 of one of three", all);

            assertEquals(
                    List.of(),
                    not(OpenLoop.Outcome.WHOLE, all).stream()
                            .filter(asked -> asked.outcome() == OpenLoop.Outcome.FAILED || asked.due() > killed)
                            .toList());
            List<Integer> lost = waiting(victim, "POST");
            for (int i = 0; i < WAITING; i++) {
                assertEquals(200, reads.status(i));
                assertEquals(lost.contains(i) ? 502 : 200, writes.status(i));
            }
        }
    }

    private static List<OpenLoop.Asked> not(OpenLoop.Outcome outcome, List<OpenLoop.Asked> all) {
        return all.stream().filter(asked -> asked.outcome() != outcome).toList();
    }

    private static List<Integer> waiting(Vts vts, String method) {
        Matcher lines = Pattern.compile("waiting: " + method + " (\\d+)").matcher(vts.output());
        return lines.results().map(line -> Integer.valueOf(line.group(1))).toList();
    }

    private static void report(String name, List<OpenLoop.Asked> all) {
        long[] millis = all.stream()
                .mapToLong(asked -> asked.latencyNanos() / 1_000_000)
                .sorted()
                .toArray();
        System.out.printf(
                Locale.ROOT,
                "%s: %d requests, %d failed, %d cut; p50 %d ms, p99 %d ms, max %d ms%n",
                name,
                all.size(),
                all.stream()
                        .filter(asked -> asked.outcome() == OpenLoop.Outcome.FAILED)
                        .count(),
                all.stream()
                        .filter(asked -> asked.outcome() == OpenLoop.Outcome.CUT)
                        .count(),
                millis[millis.length / 2],
                millis[millis.length * 99 / 100],
                millis[millis.length - 1]);
    }

    /** Requests to which the app responds only when the test allows it. */
    private static final class Requests implements AutoCloseable {
        private final List<RawClient> clients = new ArrayList<>();

        Requests(URI proxy, String method) throws IOException {
            for (int i = 0; i < WAITING; i++) {
                clients.add(new RawClient(proxy.getPort())
                        .send(method + " /wait?number=" + i
                                + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
            }
        }

        int status(int number) throws IOException {
            return clients.get(number).readToEnd().status();
        }

        @Override
        public void close() throws IOException {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    /** The instances; a successor takes over its predecessor's address. */
    private static final class Fleet implements AutoCloseable {
        final List<Vts> instances = new ArrayList<>();
        private final List<Integer> ports = new ArrayList<>();
        private final List<Path> builds = new ArrayList<>(Collections.nCopies(INSTANCES, first));

        Fleet() throws Exception {
            try {
                for (int i = 0; i < INSTANCES; i++) {
                    ports.add(Ports.free());
                    instances.add(serve(i));
                }
            } catch (Exception | AssertionError e) {
                close();
                throw e;
            }
        }

        HaProxy proxy() throws Exception {
            return HaProxy.start(instances.stream().map(Vts::uri).toList());
        }

        static String name(int i) {
            return "vts/instance-" + (i + 1);
        }

        /**
         * Stops an instance, starts its successor with the next build, and returns when the proxy sends it requests.
         */
        void upgrade(int i, HaProxy proxy) throws Exception {
            instances.get(i).terminate();
            // HAProxy must see the status 503, not a refused connection, because by then requests would be on their way
            // to it.
            proxy.awaitLine(
                    "^Health check for server " + name(i) + " failed, reason: Layer7 wrong status, code: 503.* DOWN");
            assertEquals(0, instances.get(i).awaitExit(), instances.get(i).output());
            builds.set(i, next);
            start(i, proxy);
        }

        void start(int i, HaProxy proxy) throws Exception {
            instances.set(i, serve(i));
            proxy.awaitLine("^Server " + name(i) + " is UP");
        }

        private Vts serve(int i) throws Exception {
            return Vts.serve(Map.of(
                    "VTS_APP_DIR", builds.get(i).toString(),
                    "VTS_PORT", ports.get(i).toString(),
                    "VTS_ASSET_ARCHIVE", releases.resolve("archive").toString(),
                    "VTS_SHUTDOWN_DELAY", "5s",
                    "VTS_TRUSTED_PROXIES", "127.0.0.1/32"));
        }

        /** Waits until this many requests wait in the app. */
        void awaitWaiting(int count) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (instances.stream()
                            .flatMap(vts -> Stream.of("GET", "POST").map(method -> waiting(vts, method)))
                            .mapToInt(List::size)
                            .sum()
                    < count) {
                assertTrue(System.nanoTime() < deadline, "not all requests reach an instance");
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() {
            instances.forEach(Vts::kill);
            instances.forEach(Vts::close);
        }
    }
}
