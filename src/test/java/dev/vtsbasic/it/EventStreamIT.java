package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The built WAR with event streams that last long and send little. */
@Tag("java")
class EventStreamIT {
    private static final boolean VIRTUAL_THREADS = Runtime.version().feature() >= 21;
    private static final String GET = " HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n";
    private static final String APP = """
            export default {
              fetch(request) {
                const { pathname } = new URL(request.url);
                if (pathname === "/") return new Response("page");
                const start = (controller) => {
                  controller.enqueue("data: hello\\n\\n");
                  if (pathname === "/later") setTimeout(() => controller.enqueue("data: bye\\n\\n"), 3000);
                };
                return new Response(new ReadableStream({ start }), {
                  headers: { "content-type": "text/event-stream" },
                });
              },
            };
            """;

    private static Front front;

    @BeforeAll
    static void start() throws Exception {
        front = new Front();
    }

    @AfterAll
    static void stop() throws IOException {
        front.close();
    }

    /**
     * Handled as ordinary requests, 3,000 streams would fill 400 MB; without virtual threads, 200 would occupy all
     * threads.
     */
    @Test
    @Tag("long")
    void thousandsOfIdleStreamsLeaveRoomForPages(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, APP);
        int count = VIRTUAL_THREADS ? 3000 : 600;
        List<RawClient> streams = new ArrayList<>();
        Map<String, String> environment = Map.of("VTS_APP_DIR", directory.toString(), "JAVA_TOOL_OPTIONS", "-Xmx128m");
        try (Vts vts = Vts.serve(environment)) {
            for (int i = 0; i < count; i++) {
                // X-Forwarded-For marks a client behind a proxy, because the server reserves threads for the app's own
                // requests.
                streams.add(new RawClient(vts.uri().getPort())
                        .send("GET /events" + GET.replace("Accept:", "X-Forwarded-For: 192.0.2.1\r\nAccept:")));
            }
            for (RawClient stream : streams) {
                stream.readUntil("data: hello\n\n");
            }
            HttpClient client = HttpClient.newHttpClient();
            HttpRequest page = HttpRequest.newBuilder(vts.uri())
                    .header("X-Forwarded-For", "192.0.2.1")
                    .timeout(Program.PATIENCE)
                    .build();
            for (int i = 0; i < 100; i++) {
                assertEquals(
                        "page",
                        client.send(page, HttpResponse.BodyHandlers.ofString()).body());
            }
        } finally {
            for (RawClient stream : streams) {
                stream.close();
            }
        }
    }

    @Test
    void aStreamThatTheWorkerEndsIsCompleteForTheClient() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        ScriptedUpstream.Script events = (request, out) -> {
            write(out, "9\r\ndata: 1\n\n\r\n");
            await(seen);
            write(out, "0\r\n\r\n");
            return true;
        };
        try (RawClient client = front.ask(events)) {
            String response = client.readUntil("data: 1\n\n");
            assertTrue(response.startsWith("HTTP/1.1 200"), response);
            seen.countDown();
            client.readUntil("0\r\n\r\n");
        }
    }

    @Test
    void aStreamThatTheWorkerCutsDoesNotLookComplete() throws Exception {
        for (String cut : List.of("", "5\r\nda", "0\r\n")) {
            ScriptedUpstream.Script events = (request, out) -> {
                write(out, "9\r\ndata: 1\n\n\r\n" + cut);
                return false;
            };
            try (RawClient client = front.ask(events)) {
                client.readUntil("data: 1\n\n");
                assertFalse(client.readRest().contains("0\r\n\r\n"), cut);
            }
        }
    }

    @Test
    void aClientThatLeavesEndsTheStreamAtTheWorker() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        ScriptedUpstream.Script events = (request, out) -> {
            write(out, "9\r\ndata: 1\n\n\r\n");
            try {
                // Writes fail once the front has closed the connection.
                while (!ended.await(10, TimeUnit.MILLISECONDS)) {
                    write(out, "2\r\n:\n\r\n");
                }
            } catch (IOException e) {
                ended.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return false;
        };
        try (RawClient client = front.ask(events)) {
            client.readUntil("data: 1\n\n");
        }
        assertTrue(ended.await(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS));
    }

    /**
     * With virtual threads, the connection belongs to the event stream alone, so later bytes on it are not read as a
     * request.
     */
    @Test
    void bytesBehindAnEventStreamRequestAreNotForwardedOnVirtualThreads() throws Exception {
        CountDownLatch sent = new CountDownLatch(1);
        ScriptedUpstream.Script events = (request, out) -> {
            write(out, "9\r\ndata: 1\n\n\r\n");
            await(sent);
            write(out, "9\r\ndata: 2\n\n\r\n0\r\n\r\n");
            return true;
        };
        try (RawClient client = front.ask(events)) {
            client.readUntil("data: 1\n\n");
            client.send("GET /second HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
            sent.countDown();
            client.readUntil("0\r\n\r\n");
            if (VIRTUAL_THREADS) {
                assertEquals("", client.readRest());
                assertEquals(0, front.asked("/second"));
            } else {
                client.readUntil("ready");
                assertEquals(1, front.asked("/second"));
            }
        }
    }

    @Test
    void aStreamMayBeSilentForLongerThanAnyTimeOut(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, APP);
        Map<String, String> environment = Map.of("VTS_APP_DIR", directory.toString(), "VTS_RESPONSE_TIMEOUT", "3s");
        try (Vts vts = Vts.serve(environment);
                RawClient client = new RawClient(vts.uri().getPort()).send("GET /later" + GET)) {
            client.readUntil("data: hello\n\n");
            client.readUntil("data: bye\n\n");
        }
    }

    @Test
    void aStopEndsTheStreams() throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        ScriptedUpstream.Script events = (request, out) -> {
            write(out, "9\r\ndata: 1\n\n\r\n");
            await(never);
            return false;
        };
        try (Front own = new Front();
                RawClient client = own.ask(events)) {
            client.readUntil("data: 1\n\n");
            own.vts.terminate();
            client.readRest();
            assertEquals(0, own.vts.awaitExit());
        } finally {
            never.countDown();
        }
    }

    private static void write(OutputStream out, String octets) throws IOException {
        out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(Program.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The WAR in front of an upstream that sends the head of an event stream and then runs the script of a case. */
    private static final class Front implements AutoCloseable {
        private final Map<String, ScriptedUpstream.Script> scripts = new ConcurrentHashMap<>();
        private final Map<String, Integer> asked = new ConcurrentHashMap<>();
        private final ScriptedUpstream upstream;
        private final Vts vts;

        Front() throws Exception {
            upstream = ScriptedUpstream.onTcp((request, out) -> {
                asked.merge(request.target(), 1, Integer::sum);
                ScriptedUpstream.Script events = scripts.get(request.target());
                if (events == null) {
                    write(out, ScriptedUpstream.ok("ready"));
                    return true;
                }
                write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                return events.answer(request, out);
            });
            int port = ((InetSocketAddress) upstream.address()).getPort();
            vts = Vts.serve(Map.of("VTS_UPSTREAM", "http://127.0.0.1:" + port));
        }

        RawClient ask(ScriptedUpstream.Script events) throws IOException {
            String path = "/events/" + scripts.size();
            scripts.put(path, events);
            return new RawClient(vts.uri().getPort()).send("GET " + path + GET);
        }

        int asked(String path) {
            return asked.getOrDefault(path, 0);
        }

        @Override
        public void close() throws IOException {
            vts.close();
            upstream.close();
        }
    }
}
