package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.http.WebSocketClient;
import dev.vtsbasic.testing.load.FaultyApp;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Signal;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A worker's process and its child processes: output, signals and exit. */
@DisabledOnOs(OS.WINDOWS)
@Tag("java")
@Order(1)
class WorkerProcessIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final String APP = """
            import { spawn } from "node:child_process";
            import { writeSync } from "node:fs";
            import { getPriority } from "node:os";
            process.stdout.write("no line end");
            async function pidsOf(command) {
              const shell = Bun.spawn(["sh", "-c", command], { stdout: "pipe" });
              const { value } = await shell.stdout.getReader().read();
              return new TextDecoder().decode(value).trim();
            }
            export default {
              async fetch(request) {
                const path = new URL(request.url).pathname;
                if (path === "/spawn") {
                  const child = spawn("sleep", ["1000"]);
                  const pipeline = await pidsOf("sleep 1000 | cat >/dev/null & echo $! $$; wait");
                  const orphan = await pidsOf("sleep 1000 >/dev/null & echo $!");
                  const stubborn = await pidsOf("trap '' TERM INT HUP; echo $$; while :; do sleep 1000; done");
                  return new Response([child.pid, pipeline, orphan, stubborn].join(" "));
                }
                if (path === "/slow") {
                  return new Response(new ReadableStream({
                    async start(controller) {
                      controller.enqueue("begin ");
                      await Bun.sleep(1500);
                      controller.enqueue("end");
                      controller.close();
                    },
                  }));
                }
                if (path === "/flood") {
                  const chunk = Buffer.from(("x".repeat(99) + "\\n").repeat(640));
                  globalThis.left = Number(new URL(request.url).searchParams.get("bytes"));
                  const begun = performance.now();
                  const write = () => {
                    try {
                      for (let i = 0; i < 16 && left > 0; i++) left -= writeSync(1, chunk);
                    } catch (error) {
                      if (error.code !== "EAGAIN") throw error;
                    }
                    if (left > 0) setImmediate(write);
                    else globalThis.flooded = performance.now() - begun;
                  };
                  write();
                }
                if (path === "/flooded") return new Response(String(globalThis.flooded ?? ""));
                if (path === "/print") {
                  process.stdout.write("plain\\r\\n\\x1b[2Jfaked\\x1b[31mred\\n");
                  console.error("trouble");
                  console.log(JSON.stringify({ level: 50, msg: "broken" }));
                  console.log(JSON.stringify({ level: 20, msg: "detail" }));
                  process.stdout.write("unfinished");
                }
                if (path === "/exit") setTimeout(() => process.exit(7), 10);
                if (path === "/nice") return new Response(String(getPriority()));
                return new Response("");
              },
            };
            """;

    /** Runs a program in a session of its own, as a shell runs a foreground command. */
    private static final String IN_A_GROUP = """
            const { spawn } = require("node:child_process");
            const child = spawn(process.argv.at(-3), process.argv.slice(-2), { detached: true, stdio: "inherit" });
            console.log("group " + child.pid);
            process.on("SIGTERM", () => process.kill(-child.pid, "SIGKILL"));
            child.on("exit", (code) => process.exit(code ?? 99));
            """;

    @TempDir
    private Path directory;

    @BeforeEach
    void build() throws IOException {
        SmallBuild.write(directory, APP);
    }

    @Test
    void workerOutputIsLoggedByLineAndLevel() throws Exception {
        try (Vts vts = Vts.serve(environment())) {
            vts.awaitLine("INFO  app: worker-1-1: no line end$");
            get(vts.uri(), "/print");
            vts.awaitLine("INFO  app: worker-1-1: plain$");
            vts.awaitLine("INFO  app: worker-1-1: \\\\u001b\\[2Jfakedred$");
            vts.awaitLine("WARN  app: worker-1-1: trouble$");
            vts.awaitLine("ERROR app: worker-1-1: \\{\"level\":50,\"msg\":\"broken\"}$");
            get(vts.uri(), "/exit");
            vts.awaitLine("INFO  app: worker-1-1: unfinished$");
            assertFalse(vts.output().contains("DEBUG") || vts.output().contains("app: worker-1-1: {\"level\":20"));
        }
    }

    @Test
    void aWorkerThatFloodsItsLogStillAnswers() throws Exception {
        try (Vts vts = Vts.serve(environment())) {
            get(vts.uri(), "/flood?bytes=400000000");
            int responses = 0;
            long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
            for (String flooded = ""; flooded.isEmpty(); responses++) {
                assertTrue(System.nanoTime() < deadline, "the output of the worker is not read");
                flooded = get(vts.uri(), "/flooded");
            }
            assertTrue(responses > 1, "no answer while it floods");
            vts.awaitLine("WARN  app: worker-1-1: \\d+ lines suppressed");
            assertTrue(vts.output().length() < 20_000_000, vts.output().length() + " characters logged");
            get(vts.uri(), "/print");
            get(vts.uri(), "/exit");
            vts.awaitLine("^  unfinished$");
        }
    }

    @Test
    void childProcessesOfAWorkerEndWithIt() throws Exception {
        try (Vts vts = Vts.serve(environment())) {
            List<ProcessHandle> started = spawn(vts);
            vts.buns().get(0).destroyForcibly();
            assertAllEnd(started, "after Bun was killed");

            started = spawn(vts);
            get(vts.uri(), "/exit");
            assertAllEnd(started, "after Bun ended by itself");

            started = spawn(vts);
            vts.terminate();
            assertEquals(0, vts.awaitExit(), vts.output());
            assertAllEnd(started, "after a stop");
        }
    }

    @Test
    void childProcessesOfAWorkerEndWithAKilledJvm() throws Exception {
        try (Vts vts = Vts.serve(environment())) {
            List<ProcessHandle> started = spawn(vts);
            vts.kill();
            assertAllEnd(started, "after the JVM was killed");
        }
    }

    @Test
    void anInterruptFromATerminalLetsARunningResponseFinish() throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(Vts.BUN.toString(), "-e", IN_A_GROUP, Program.java(), "-jar", Vts.WAR.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("VTS_"));
        builder.environment().putAll(Map.of("VTS_ADDRESS", "127.0.0.1", "VTS_PORT", "0"));
        builder.environment().putAll(environment());
        try (Program program = new Program(builder)) {
            String group = program.awaitLine("group (\\d+)").group(1);
            Matcher ready = program.awaitLine("Ready on http://localhost:(\\d+)");
            HttpResponse<java.io.InputStream> response = CLIENT.send(
                    request(URI.create("http://127.0.0.1:" + ready.group(1)), "/slow"),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertEquals("begin ", new String(response.body().readNBytes(6)));
            Signal.sendToGroup("INT", Long.parseLong(group));
            assertEquals("end", new String(response.body().readAllBytes()));
            assertEquals(0, program.awaitExit(), program.output());
            assertFalse(program.output().contains("ended with exit code"), program.output());
        }
    }

    /** A service manager stops a service with a signal to each of its processes. */
    @Test
    void aSignalToAllProcessesOfTheServiceCutsNoAnswer() throws Exception {
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("VTS_SHUTDOWN_DELAY", "3s");
        try (Vts vts = Vts.serve(environment)) {
            HttpResponse<java.io.InputStream> response =
                    CLIENT.send(request(vts.uri(), "/slow"), HttpResponse.BodyHandlers.ofInputStream());
            assertEquals("begin ", new String(response.body().readNBytes(6)));
            vts.buns().forEach(ProcessHandle::destroy);
            vts.terminate();
            vts.awaitLine("SIGTERM received: not ready");
            assertEquals("begin end", get(vts.uri(), "/slow"), "a request that came after the signal");
            assertEquals("end", new String(response.body().readAllBytes()));
            assertEquals(0, vts.awaitExit(), vts.output());
            assertFalse(vts.output().contains("ended with exit code"), vts.output());
        }
    }

    /** Holds a POST until the file {@code go} exists; echoes WebSocket messages. */
    private static final String WAITING = """
            import { existsSync } from "node:fs";
            export default {
              async fetch(request, server) {
                if (server.upgrade(request)) return;
                if (request.method === "POST") {
                  console.log("waiting");
                  while (!existsSync("go")) await Bun.sleep(10);
                }
                return new Response(process.pid + " " + await request.text());
              },
              websocket: { message: (socket, message) => { socket.send("echo of " + message); } },
            };
            """;

    /** Suspends the processes, as a paused container, a virtual machine or a laptop does. */
    @Test
    @Tag("long")
    void aSuspendedHostAndItsWorkersGoOnWithoutARestart() throws Exception {
        SmallBuild.write(directory, WAITING);
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("VTS_HANG_TIMEOUT", "5s");
        environment.put("VTS_RESPONSE_TIMEOUT", "10s");
        try (Vts vts = Vts.serve(environment)) {
            WebSocketClient client = new WebSocketClient();
            WebSocket socket = CLIENT.newWebSocketBuilder()
                    .buildAsync(URI.create("ws://127.0.0.1:" + vts.uri().getPort() + "/"), client)
                    .get(3, TimeUnit.MINUTES);
            CompletableFuture<HttpResponse<String>> response = CLIENT.sendAsync(
                    HttpRequest.newBuilder(vts.uri())
                            .POST(HttpRequest.BodyPublishers.ofString("whole"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            vts.awaitLine("worker-1-1: waiting");
            ProcessHandle bun = vts.buns().get(0);
            Signal.send("STOP", vts.pid());
            Signal.send("STOP", bun.pid());
            // The test can wait for no event here, so it sleeps longer than the longest timeout with its margins.
            TimeUnit.SECONDS.sleep(18);
            Signal.send("CONT", bun.pid());
            Signal.send("CONT", vts.pid());
            assertFalse(Program.endsWithin(bun, Duration.ofSeconds(3)), vts.output());
            Files.writeString(directory.resolve("go"), "");
            assertEquals(bun.pid() + " whole", response.get(3, TimeUnit.MINUTES).body());
            socket.sendText("hello", true);
            assertEquals("echo of hello", client.next());
            socket.abort();
        }
    }

    @Test
    @Tag("long")
    @EnabledOnOs(OS.LINUX)
    void aWorkerThatHangsEndsAfterItsHostWasKilled() throws Exception {
        SmallBuild.write(directory, """
                export default {
                  fetch(request) {
                    if (request.url.endsWith("/hang")) { console.log("hanging"); for (;;); }
                    return new Response("");
                  },
                };
                """);
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("VTS_HANG_TIMEOUT", "1h");
        try (Vts vts = Vts.serve(environment);
                RawClient client = new RawClient(vts.uri().getPort())) {
            client.send("GET /hang HTTP/1.1\r\nHost: a\r\n\r\n");
            vts.awaitLine("worker-1-1: hanging");
            ProcessHandle bun = vts.buns().get(0);
            vts.kill();
            assertTrue(Program.endsWithin(bun, Program.PATIENCE), "it hangs for ever");
        }
    }

    @Test
    void aWorkerRunsWithTheNicenessOfItsSetting() throws Exception {
        Map<String, String> environment = new HashMap<>(environment());
        environment.put("VTS_WORKER_NICE", "7");
        try (Vts vts = Vts.serve(environment)) {
            assertEquals("7", get(vts.uri(), "/nice"));
        }
    }

    private Map<String, String> environment() {
        return Map.of("VTS_APP_DIR", directory.toString(), "VTS_MANAGEMENT_TOKEN", FaultyApp.TOKEN);
    }

    private static List<ProcessHandle> spawn(Vts vts) throws IOException, InterruptedException {
        List<ProcessHandle> started = Stream.of(get(vts.uri(), "/spawn").split(" "))
                .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                .toList();
        assertEquals(5, started.size());
        return started;
    }

    private static void assertAllEnd(List<ProcessHandle> processes, String when) throws InterruptedException {
        for (ProcessHandle process : processes) {
            assertTrue(Program.endsWithin(process, SOON), () -> process.info() + " still runs " + when);
        }
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
