package dev.vtsbasic.testing.load;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An app for {@link OpenLoop} whose workers fail on request, and the log lines about them. */
public final class FaultyApp {
    /** Memory above which its workers are to be replaced: more than they need, less than {@link #LEAK}. */
    public static final String MAX_MEMORY = "300m";

    public static final String TOKEN = "word-of-the-operator";

    /** Asks a worker to fail; its first log line says which worker it is. None of these requests is safe to repeat. */
    public static final String HANG = "hang";

    public static final String STOP = "stop";
    public static final String LEAK = "leak";

    /** Takes long in the worker whose process id is its number. */
    public static final String SLOW = "slow";

    private static final String SERVER = """
            const faults = {
              hang() { for (;;); },
              stop() { process.kill(process.pid, "SIGSTOP"); },
              // Only in the worker with that number: another answers at once.
              async slow(number) { if (process.pid === Number(number)) await Bun.sleep(60_000); },
              // In pieces: memory may be given out slowly, and it is not to be taken for a hang.
              async leak() {
                globalThis.leak = [];
                for (let piece = 0; piece < 60; piece++) {
                  globalThis.leak.push(Buffer.alloc(5 << 20, 1));
                  await Bun.sleep(0);
                }
              },
            };
            export default {
              async fetch(request) {
            %s
                if (pathname.startsWith("/fault/")) {
                  const kind = pathname.split("/")[2];
                  console.log("fault " + searchParams.get("number") + ": " + kind + " of " + process.pid);
                  await faults[kind](searchParams.get("number"));
                }
                return new Response("ready");
              },
            };
            """.formatted(OpenLoop.APP);

    private static final Pattern READY = Pattern.compile("(worker-(\\d+)-\\d+) is ready after \\d+ ms \\(pid (\\d+)");

    private FaultyApp() {}

    /** A worker as the log names it. */
    public record Running(String name, long pid) {
        /** The name of the next worker in its place. */
        public String successor() {
            int number = name.lastIndexOf('-') + 1;
            return name.substring(0, number) + (Integer.parseInt(name.substring(number)) + 1);
        }
    }

    public static void write(Path directory) throws IOException {
        SmallBuild.write(directory, SERVER);
    }

    /** The workers that became ready last, each by its place. */
    public static Map<Integer, Running> workers(Vts vts) {
        Map<Integer, Running> workers = new HashMap<>();
        Matcher ready = READY.matcher(vts.output());
        while (ready.find()) {
            workers.put(Integer.valueOf(ready.group(2)), new Running(ready.group(1), Long.parseLong(ready.group(3))));
        }
        return workers;
    }

    /**
     * Asks for a failure, on a connection that is closed after the answer. Each has a path of its own: one at which workers
     * end again and again is not sent.
     */
    public static RawClient ask(Vts vts, String fault, int number) throws IOException {
        return new RawClient(vts.uri().getPort())
                .send("POST /fault/" + fault + "/" + number + "?number=" + number
                        + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    /** Asks for other workers, of a server whose {@code VTS_MANAGEMENT_TOKEN} is ours, in the place of all. */
    public static RawClient restart(Vts vts) throws IOException {
        return new RawClient(vts.uri().getPort())
                .send("POST /-/restart HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + TOKEN
                        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    /** Waits until a worker begins to fail as it was asked to, and returns its process id. */
    public static long awaitFault(Vts vts, String fault, int number) throws InterruptedException {
        return Long.parseLong(
                vts.awaitLine("fault " + number + ": " + fault + " of (\\d+)").group(1));
    }
}
