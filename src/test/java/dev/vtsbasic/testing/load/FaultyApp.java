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

/** An app for {@link OpenLoop} whose workers fail on request, and methods that read its log lines. */
public final class FaultyApp {
    /** The memory above which a worker is replaced: more than a worker needs, less than {@link #LEAK} takes. */
    public static final String MAX_MEMORY = "300m";

    public static final String TOKEN = "word-of-the-operator";

    /**
     * A fault that a request asks for; the first log line of the request names the worker. These requests are not safe
     * to repeat.
     */
    public static final String HANG = "hang";

    public static final String STOP = "stop";
    public static final String LEAK = "leak";

    /** A request that is slow only in the worker whose process id is the request's number. */
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

    /** A worker, as the log names it. */
    public record Running(String name, long pid) {
        /** The name of the next worker in the same slot. */
        public String successor() {
            int number = name.lastIndexOf('-') + 1;
            return name.substring(0, number) + (Integer.parseInt(name.substring(number)) + 1);
        }
    }

    public static void write(Path directory) throws IOException {
        SmallBuild.write(directory, SERVER);
    }

    /** The worker that became ready last in each slot, by the slot's number. */
    public static Map<Integer, Running> workers(Vts vts) {
        Map<Integer, Running> workers = new HashMap<>();
        Matcher ready = READY.matcher(vts.output());
        while (ready.find()) {
            workers.put(Integer.valueOf(ready.group(2)), new Running(ready.group(1), Long.parseLong(ready.group(3))));
        }
        return workers;
    }

    /**
     * Asks for a fault, on a connection that closes after the response. Each request has a path of its own, because the
     * server blocks a path whose requests end workers repeatedly.
     */
    public static RawClient ask(Vts vts, String fault, int number) throws IOException {
        return new RawClient(vts.uri().getPort())
                .send("POST /fault/" + fault + "/" + number + "?number=" + number
                        + " HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    /** Asks a server with {@code VTS_MANAGEMENT_TOKEN} set to {@link #TOKEN} to replace all its workers. */
    public static RawClient restart(Vts vts) throws IOException {
        return new RawClient(vts.uri().getPort())
                .send("POST /-/restart HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + TOKEN
                        + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    }

    /** Waits until a worker begins the requested fault, and returns its process id. */
    public static long awaitFault(Vts vts, String fault, int number) throws InterruptedException {
        return Long.parseLong(
                vts.awaitLine("fault " + number + ": " + fault + " of (\\d+)").group(1));
    }
}
