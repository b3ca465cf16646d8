package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.load.FaultyApp;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The replacement of a worker: requests that it still holds, and a worker that ends before its successor is ready. */
@DisabledOnOs(OS.WINDOWS)
@Tag("java")
@Order(1)
class WorkerReplacementIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** The first worker holds its requests; the next one starts only when the test allows it. */
    private static final String HOLDING = """
            import { existsSync, writeFileSync } from "node:fs";
            const first = !existsSync("begun");
            writeFileSync("begun", "");
            if (!first) {
              console.log("waiting to start");
              while (!existsSync("go")) await Bun.sleep(10);
            }
            export default {
              fetch(request) {
                if (!first || new URL(request.url).pathname !== "/held") return new Response("whole");
                console.log("holding");
                return new Promise(() => {});
              },
            };
            """;

    @TempDir
    private Path directory;

    @Test
    void aWorkerThatDiesWhileItsSuccessorStartsLosesNoRequest() throws Exception {
        SmallBuild.write(directory, HOLDING);
        try (Vts vts = Vts.serve(environment())) {
            List<CompletableFuture<HttpResponse<String>>> responses = Stream.generate(
                            () -> CLIENT.sendAsync(request(vts.uri(), "/held"), HttpResponse.BodyHandlers.ofString()))
                    .limit(3)
                    .toList();
            vts.awaitLines("worker-1-1: holding", 3);
            ProcessHandle old = vts.buns().get(0);
            try (RawClient operator = FaultyApp.restart(vts)) {
                assertEquals(202, operator.readToEnd().status());
            }
            vts.awaitLine("worker-1-2: waiting to start");
            old.destroyForcibly();
            CompletableFuture<Object> early = CompletableFuture.anyOf(responses.toArray(CompletableFuture[]::new));
            assertThrows(TimeoutException.class, () -> early.get(1, TimeUnit.SECONDS), "no worker can have responded");
            Files.writeString(directory.resolve("go"), "");
            for (CompletableFuture<HttpResponse<String>> response : responses) {
                assertEquals("whole", response.get().body());
            }
            vts.awaitLine("worker-1-1 \\(pid " + old.pid() + "\\) ended with exit code 137 before it was replaced");
        }
    }

    @Test
    @Tag("long")
    void aRequestThatDoesNotEndHoldsTheStopOnlyOnce() throws Exception {
        SmallBuild.write(directory, HOLDING);
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("VTS_STOP_TIMEOUT", "10s");
        try (Vts vts = Vts.serve(environment);
                RawClient held = new RawClient(vts.uri().getPort())) {
            held.send("GET /held HTTP/1.1\r\nHost: a\r\n\r\n");
            vts.awaitLine("worker-1-1: holding");
            long begun = System.nanoTime();
            vts.terminate();
            assertEquals(143, vts.awaitExit(), vts.output());
            long millis = (System.nanoTime() - begun) / 1_000_000;
            // If front and worker waited one after the other, the stop would take twice the timeout.
            assertTrue(millis < 18_000, millis + " ms\n" + vts.output());
            vts.awaitLine("1 requests did not finish within VTS_STOP_TIMEOUT and are cut");
        }
    }

    /** The build changes while the start still checks the Bun binary. */
    @Test
    @Tag("long")
    void aBuildSwitchedInDuringTheStartIsPutIntoService() throws Exception {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        SmallBuild.write(first, "export default { fetch: () => new Response('first') }");
        SmallBuild.write(second, "export default { fetch: () => new Response('second') }");
        Path current = Files.createSymbolicLink(directory.resolve("current"), first);
        Path bun = directory.resolve("bun");
        Files.writeString(bun, """
                #!/bin/sh
                if [ "$1" = --version ]; then ln -sfn "%s" "%s"; fi
                exec "%s" "$@"
                """.formatted(second, current, Vts.BUN));
        assertTrue(bun.toFile().setExecutable(true));
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", current.toString(), "VTS_BUN", bun.toString()))) {
            vts.awaitLine("The new build in .*second is in service");
            // One worker runs it by now; the others follow.
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            while (!get(vts.uri(), "/").equals("second")) {
                assertTrue(System.nanoTime() < deadline, "still the first build's");
            }
        }
    }

    @Test
    void aWorkerWithAPortOfItsOwnIsReplacedWithoutWaitingForEventStreams() throws Exception {
        SmallBuild.write(directory, """
                export default {
                  fetch: (request) => new URL(request.url).pathname !== "/events" ? new Response("whole")
                    : new Response(new ReadableStream({ start: (stream) => stream.enqueue("data: 1\\n\\n") }),
                        { headers: { "content-type": "text/event-stream" } }),
                };
                """);
        int port = Ports.free();
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("VTS_BUN_TRANSPORT", "tcp");
        environment.put("VTS_BUN_PORT", Integer.toString(port));
        environment.put("VTS_STOP_TIMEOUT", "10m");
        try (Vts vts = Vts.serve(environment);
                RawClient events = new RawClient(vts.uri().getPort())) {
            events.send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n").readUntil("data: 1");
            try (RawClient operator = FaultyApp.restart(vts)) {
                assertEquals(202, operator.readToEnd().status());
            }
            vts.awaitLine("worker-1-2 is ready");
            assertEquals("whole", get(vts.uri(), "/"));
        }
    }

    private Map<String, String> environment() {
        return Map.of("VTS_APP_DIR", directory.toString(), "VTS_MANAGEMENT_TOKEN", FaultyApp.TOKEN);
    }

    private static String get(URI server, String path) throws IOException, InterruptedException {
        return CLIENT.send(request(server, path), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static HttpRequest request(URI server, String path) {
        return HttpRequest.newBuilder(server.resolve(path))
                .timeout(Program.PATIENCE)
                .build();
    }
}
