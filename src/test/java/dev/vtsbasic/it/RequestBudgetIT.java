package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built WAR with requests that end their workers: one request costs one worker, two at most. */
class RequestBudgetIT {
    private static final int INNOCENTS = 10;
    private static final int LONG_HEADS = 100;

    /** A length in bytes: above it Bun responds with 431, and up to 20 kB the front accepts the field. */
    private static final int LONG_FIELD = 17_500;

    private static final String APP = """
            import { existsSync, writeFileSync } from "node:fs";
            const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));
            let pairs = 0;
            export default {
              async fetch(request) {
                const path = new URL(request.url).pathname;
                if (path.startsWith("/die")) process.exit(7);
                if (path.startsWith("/after")) setTimeout(() => process.exit(7), 50);
                if (path.startsWith("/pair")) {
                  if (++pairs === 2) process.exit(7);
                  await pause(3_600_000);
                }
                if (path.startsWith("/late")) {
                  console.log("late");
                  await pause(4000);
                  process.exit(7);
                }
                if (path === "/blocks-later") {
                  console.log("begun");
                  await pause(1000);
                  console.log("blocks");
                  Bun.sleepSync(3_600_000);
                }
                if (path === "/slow") {
                  console.log("slow");
                  await pause(existsSync("open") ? 0 : 3_600_000);
                }
                if (path === "/block") {
                  console.log("blocks");
                  Bun.sleepSync(3_600_000);
                }
                if (path.startsWith("/at-first-held")) {
                  const seen = path.slice(1);
                  if (existsSync(seen)) {
                    await pause(50);
                  } else {
                    writeFileSync(seen, "");
                    console.log("holds at first");
                    await pause(3_600_000);
                  }
                }
                if (path.startsWith("/held") && !existsSync("open")) {
                  console.log("holds");
                  while (!existsSync("open")) await pause(10);
                }
                return new Response("whole");
              },
            };
            """;

    @TempDir
    private Path directory;

    @BeforeEach
    void build() throws IOException {
        SmallBuild.write(directory, APP);
    }

    @Test
    void aGetThatEndsItsWorkersEndsOneEachTimeAndIsThenNotSent() throws Exception {
        try (Vts vts = serve(Map.of("VTS_WORKERS", "2"))) {
            vts.awaitLines("worker-\\d-1 is ready", 2);
            assertEquals(502, get(vts, "/die?first").status());
            vts.awaitLines("ended with exit code 7; it was at request \\S+, GET /die", 1);
            assertEquals(502, get(vts, "/die?second").status());
            vts.awaitLine("GET /die ended 2 workers, and is answered 502 without being sent for 60 s");
            vts.awaitLines("worker-\\d-\\d is ready", 4);

            RawResponse blocked = get(vts, "/die");
            assertEquals(502, blocked.status());
            assertTrue(blocked.body().contains("crashed each time"), blocked.body());
            assertEquals(200, get(vts, "/").status());
            assertEquals(2, count(vts, "ended with exit code 7"), vts.output());
            String status = get(vts, "/-/status").body();
            assertTrue(status.contains("\"blocked\":[{\"request\":\"GET /die\",\"workers\":2,\"until\":"), status);
            assertTrue(status.contains("\"blocked\":1"), status);
        }
    }

    @Test
    void requestsThatEndWorkersAreNoCrashLoop() throws Exception {
        try (Vts vts = serve(Map.of("VTS_MAX_CRASHES", "2"))) {
            for (int i = 1; i <= 4; i++) {
                assertEquals(502, get(vts, "/die/" + i).status());
                vts.awaitLine("worker-1-" + (i + 1) + " is ready");
            }
            assertEquals(200, get(vts, "/").status());
            assertFalse(vts.output().contains("is not started again"), vts.output());
        }
    }

    @Test
    @Tag("long")
    void requestsThatEndTheirWorkersTwoAtATimeAreNoCrashLoop() throws Exception {
        try (Vts vts = serve(Map.of("VTS_MAX_CRASHES", "2"))) {
            for (int i = 1; i <= 2; i++) {
                try (RawClient one = ask(vts, "/pair/one/" + i);
                        RawClient other = ask(vts, "/pair/other/" + i)) {
                    assertEquals(502, one.readToEnd().status(), vts.output());
                    assertEquals(502, other.readToEnd().status(), vts.output());
                }
            }
            assertEquals(200, get(vts, "/").status());
            assertEquals(4, count(vts, "ended with exit code 7"), vts.output());
            assertFalse(vts.output().contains("is not started again"), vts.output());
        }
    }

    @Test
    @Tag("long")
    void requestsThatEndTheirWorkersAfterTheyWereAnsweredAreNoCrashLoop() throws Exception {
        try (Vts vts = serve(Map.of("VTS_MAX_CRASHES", "2"))) {
            for (int i = 1; i <= 4; i++) {
                assertEquals(200, get(vts, "/after/" + i).status());
                vts.awaitLine("worker-1-" + (i + 1) + " is ready");
            }
            assertEquals(200, get(vts, "/").status());
            assertFalse(vts.output().contains("is not started again"), vts.output());
        }
    }

    @Test
    @Tag("long")
    void aRequestWhoseClientLeftIsStillTheOneThatEndedTheWorker() throws Exception {
        try (Vts vts = serve(Map.of("VTS_MAX_CRASHES", "1"))) {
            RawClient client = ask(vts, "/late");
            vts.awaitLine("worker-1-1: late");
            client.close();
            vts.awaitLine("ended with exit code 7; it was at request \\S+, GET /late");
            vts.awaitLine("worker-1-2 is ready");
            assertEquals(200, get(vts, "/").status());
        }
    }

    @Test
    void aRequestAmongOthersEndsTwoWorkersAtMostAndTheOthersAreAnswered() throws Exception {
        try (Vts vts = serve(Map.of())) {
            List<RawClient> innocents = new ArrayList<>();
            for (int i = 0; i < INNOCENTS; i++) {
                innocents.add(ask(vts, "/held/" + i));
            }
            vts.awaitLines("worker-1-1: holds", INNOCENTS);
            try (RawClient culprit = ask(vts, "/late")) {
                vts.awaitLine("worker-1-1: late");
                vts.awaitLine("worker-1-1 \\(pid \\d+\\) ended with exit code 7");
                Files.createFile(directory.resolve("open"));
                assertEquals(502, culprit.readToEnd().status(), vts.output());
            }
            for (RawClient innocent : innocents) {
                assertEquals(200, innocent.readToEnd().status(), vts.output());
                innocent.close();
            }
            vts.awaitLine("GET /late ended 2 workers");
            vts.awaitLines("ended with exit code 7", 2);
            assertEquals(502, get(vts, "/late").status());
            assertEquals(2, count(vts, "ended with exit code 7"), vts.output());
        }
    }

    /** A retry is sent to a worker without another retry, because one of them ended the worker before. */
    @Test
    void aRequestThatEndsTwoWorkersCostsNoOtherRequest() throws Exception {
        try (Vts vts = serve(Map.of("VTS_WORKERS", "2"))) {
            List<RawClient> innocents = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                innocents.add(ask(vts, "/at-first-held-" + i));
            }
            vts.awaitLines("holds at first", 4);
            assertEquals(502, get(vts, "/die").status(), vts.output());
            for (RawClient innocent : innocents) {
                assertEquals(200, innocent.readToEnd().status(), vts.output());
                innocent.close();
            }
            vts.awaitLines("ended with exit code 7", 2);
            assertEquals(2, count(vts, "ended with exit code 7"), vts.output());
        }
    }

    @Test
    @Tag("long")
    void aHandlerThatBlocksWithoutProcessorTimeEndsOneWorkerAndNoInnocentRequest() throws Exception {
        try (Vts vts = serve(Map.of("VTS_WORKERS", "3", "VTS_HANG_TIMEOUT", "5s"))) {
            vts.awaitLines("worker-\\d-1 is ready", 3);
            try (RawClient culprit = ask(vts, "/block")) {
                vts.awaitLine("blocks");
                List<RawClient> innocents = new ArrayList<>();
                for (int i = 0; i < INNOCENTS; i++) {
                    innocents.add(ask(vts, "/page/" + i));
                }
                for (RawClient innocent : innocents) {
                    assertEquals(200, innocent.readToEnd().status(), vts.output());
                    innocent.close();
                }
                assertEquals(502, culprit.readToEnd().status(), vts.output());
            }
            vts.awaitLine("did not answer for 5000 ms and was killed; it was at request \\S+, GET /block");
            assertEquals(1, count(vts, "did not answer for 5000 ms and was killed"), vts.output());
        }
    }

    @Test
    @Tag("long")
    void aPageBegunLastBeforeAnotherRequestBlockedTheWorkerIsNotBlocked() throws Exception {
        try (Vts vts = serve(Map.of("VTS_HANG_TIMEOUT", "3s"))) {
            for (int i = 1; i <= 2; i++) {
                // A POST is not retried, so each round costs one worker.
                try (RawClient culprit = send(vts, "POST /blocks-later", "Content-Length: 0\r\n")) {
                    vts.awaitLines(": begun", i);
                    try (RawClient victim = ask(vts, "/slow")) {
                        vts.awaitLines(": slow", i);
                        assertEquals(502, culprit.readToEnd().status(), vts.output());
                        assertEquals(502, victim.readToEnd().status(), vts.output());
                    }
                }
                vts.awaitLines("was killed; it was at request \\S+, GET /slow", i);
                vts.awaitLine("worker-1-" + (i + 1) + " is ready");
            }
            Files.createFile(directory.resolve("open"));
            assertEquals(200, get(vts, "/slow").status(), vts.output());
            assertFalse(vts.output().contains("is answered 502 without being sent"), vts.output());
        }
    }

    @Test
    void aRequestThatAKilledWorkerDidNotReceiveIsRetriedAtTheNext() throws Exception {
        try (Vts vts = serve(Map.of("VTS_HANG_TIMEOUT", "0s"))) {
            ProcessHandle bun = vts.buns().get(0);
            assertEquals(
                    0,
                    new ProcessBuilder("kill", "-STOP", Long.toString(bun.pid()))
                            .start()
                            .waitFor());
            try (RawClient client = ask(vts, "/page")) {
                awaitInFlight(vts);
                bun.destroyForcibly();
                assertEquals(200, client.readToEnd().status(), vts.output());
            }
            assertFalse(vts.output().contains("it was at request"), vts.output());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix", "tcp"})
    void aHeadThatIsTooLongForTheWorkerIsAnswered431EachTime(String transport) throws Exception {
        try (Vts vts = serve(Map.of("VTS_BUN_TRANSPORT", transport))) {
            Map<Integer, Integer> statuses = new HashMap<>();
            for (int i = 0; i < LONG_HEADS; i++) {
                try (RawClient client = new RawClient(vts.uri().getPort())) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: "
                            + "v".repeat(LONG_FIELD + 10 * i) + "\r\n\r\n");
                    statuses.merge(client.readToEnd().status(), 1, Integer::sum);
                }
            }
            assertEquals(Map.of(431, LONG_HEADS), statuses);
        }
    }

    /** Waits until one request is in flight. */
    private static void awaitInFlight(Vts vts) throws IOException {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        Pattern one = Pattern.compile("\"proxied\":\\{\"total\":0,\"status\":\\{[^}]*\\},\"in_flight\":1,");
        while (!one.matcher(get(vts, "/-/status").body()).find()) {
            assertTrue(System.nanoTime() < deadline, "nothing is under way");
        }
    }

    private Vts serve(Map<String, String> more) throws Exception {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("VTS_APP_DIR", directory.toString());
        return Vts.serve(environment);
    }

    private static RawResponse get(Vts vts, String target) throws IOException {
        try (RawClient client = ask(vts, target)) {
            return client.readToEnd();
        }
    }

    private static RawClient ask(Vts vts, String target) throws IOException {
        return send(vts, "GET " + target, "");
    }

    private static RawClient send(Vts vts, String methodAndTarget, String fields) throws IOException {
        return new RawClient(vts.uri().getPort())
                .send(methodAndTarget + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + fields + "\r\n");
    }

    private static long count(Vts vts, String pattern) {
        return Pattern.compile(pattern).matcher(vts.output()).results().count();
    }
}
