package dev.vtsbasic.testing.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.http.WebSocketClient;
import dev.vtsbasic.testing.load.FaultyApp;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Requests of every kind to a server, and the value that each metric must have for them. */
public final class KnownLoad {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Vts vts;
    private final Path directory;
    private final Instant begun;
    private final ExpectedSamples expected = new ExpectedSamples();
    private final Map<String, Double> clientSeconds = new TreeMap<>();

    private KnownLoad(Vts vts, Path directory, Instant begun) {
        this.vts = vts;
        this.directory = directory;
        this.begun = begun;
    }

    /** Sends all requests and returns when the last has its response. */
    public static KnownLoad send(Vts vts, Path directory, Instant begun) throws Exception {
        KnownLoad load = new KnownLoad(vts, directory, begun);
        load.assets();
        load.pages();
        load.failures();
        load.streams();
        load.gate();
        load.restart();
        load.maintenance();
        return load;
    }

    /** A moment before the server was started. */
    public Instant begun() {
        return begun;
    }

    /** The value of each sample, by its name and labels. */
    public SortedMap<String, Double> expected() {
        return expected.values();
    }

    /** Seconds that the client waited for all responses of a kind together. */
    public double clientSeconds(String kind) {
        return clientSeconds.get(kind);
    }

    private void assets() throws Exception {
        String path = "/assets/app-12345678.js";
        String tag = "";
        for (String coding : new String[] {"br", "br", "br", "gzip", "gzip", "zstd", "identity", "identity"}) {
            HttpResponse<byte[]> answer = ask("asset", "GET", path, "", "Accept-Encoding", coding);
            assertEquals(200, answer.statusCode());
            assertEquals(coding, answer.headers().firstValue("Content-Encoding").orElse("identity"));
            expected.add("vts_asset_responses_total", "coding", coding, "status", "200");
            tag = coding.equals("br") ? answer.headers().firstValue("ETag").orElseThrow() : tag;
        }
        for (int i = 0; i < 2; i++) {
            ask("asset", "GET", path, "", "Accept-Encoding", "br", "If-None-Match", tag);
            expected.add("vts_asset_responses_total", "coding", "br", "status", "304");
        }
        ask("asset", "HEAD", path, "", "Accept-Encoding", "gzip");
        expected.add("vts_asset_responses_total", "coding", "gzip", "status", "200");
        ask("asset", "GET", path, "", "Accept-Encoding", "identity", "Range", "bytes=0-9");
        expected.add("vts_asset_responses_total", "coding", "identity", "status", "206");
        ask("asset", "GET", path, "", "Accept-Encoding", "identity", "Range", "bytes=0-4,10-14");
        expected.add("vts_asset_responses_total", "coding", "identity", "status", "206");
        ask("asset", "GET", path, "", "Accept-Encoding", "identity", "Range", "bytes=999999-");
        expected.add("vts_asset_responses_total", "coding", "identity", "status", "416");
        ask("asset", "GET", path, "", "If-Match", "\"other\"");
        expected.add("vts_asset_responses_total", "coding", "identity", "status", "412");
        ask("asset", "GET", path, "", "Accept-Encoding", "identity;q=0, *;q=0");
        expected.add("vts_asset_responses_total", "coding", "identity", "status", "406");
        ask("asset", "POST", path, "");
        expected.add("vts_asset_responses_total", "coding", "identity", "status", "405");
        for (int i = 0; i < 4; i++) {
            assertEquals(
                    404, ask("asset", "GET", "/assets/gone-12345678.js", "").statusCode());
            expected.add("vts_asset_unknown_total");
        }
    }

    private void pages() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertEquals(200, ask("proxied", "GET", "/", "").statusCode());
        }
        ask("proxied", "HEAD", "/", "");
        ask("proxied", "GET", "/error", "");
        ask("proxied", "GET", "/missing", "");
        ask("proxied", "GET", "/moved", "");
        ask("proxied", "GET", "/slow", "");
        ask("proxied", "POST", "/upload", "small");
        assertEquals(
                "300000",
                new String(ask("proxied", "PUT", "/upload", "x".repeat(300_000)).body()));
        ask("proxied", "PATCH", "/", "");
        ask("proxied", "DELETE", "/", "");
        ask("proxied", "OPTIONS", "/", "");
        ask("proxied", "PROPFIND", "/", "");
        assertEquals(404, ask("management", "GET", "/-/nothing", "").statusCode());
    }

    private void failures() throws Exception {
        assertEquals(504, ask("proxied", "GET", "/silent", "").statusCode());
        expected.add("vts_upstream_errors_total", "cause", "silent");
        assertEquals(502, ask("proxied", "POST", "/die", "").statusCode());
        expected.add("vts_upstream_errors_total", "cause", "broke_off");
        expected.add("vts_worker_restarts_total", "cause", "crashed");
        awaitReady();
        dieBesideAnother();
        expected.add("vts_http_requests_retried_total", 2);
        expected.add("vts_http_requests_held_total", 2);
        expected.add("vts_worker_restarts_total", "cause", "crashed");
        try (RawClient client = new RawClient(vts.uri().getPort())) {
            client.send("GET /silent HTTP/1.1\r\nHost: a\r\n\r\n");
            Scrape.await(vts.uri(), scrape -> scrape.value("vts_http_requests_in_flight{kind=\"proxied\"}") == 1);
        }
        Scrape.await(vts.uri(), scrape -> scrape.value("vts_http_requests_in_flight{kind=\"proxied\"}") == 0);
        expected.add("vts_http_requests_total", "kind", "proxied", "method", "GET", "status", "none");
        expected.add("vts_http_request_duration_seconds_count", "kind", "proxied");
    }

    /** One that is alone when its worker dies is not sent again. */
    private void dieBesideAnother() throws Exception {
        CompletableFuture<HttpResponse<byte[]>> beside = askLater("/beside");
        vts.awaitLine(": beside$");
        assertEquals(200, ask("proxied", "GET", "/die-once", "").statusCode());
        assertEquals(200, beside.get(60, TimeUnit.SECONDS).statusCode());
    }

    private void streams() throws Exception {
        HttpResponse<InputStream> events =
                CLIENT.send(request("/events").build(), HttpResponse.BodyHandlers.ofInputStream());
        assertEquals("data: hello\n\n", new String(events.body().readNBytes(13)));
        WebSocketClient client = new WebSocketClient();
        WebSocket socket = CLIENT.newWebSocketBuilder()
                .buildAsync(
                        URI.create(
                                "ws" + vts.uri().resolve("/socket").toString().substring(4)),
                        client)
                .get(60, TimeUnit.SECONDS);
        socket.sendText("hello", true);
        assertEquals("hello", client.next());
        Scrape open = Scrape.of(vts.uri());
        assertEquals(1, open.value("vts_http_requests_in_flight{kind=\"events\"}"));
        assertEquals(1, open.value("vts_http_requests_in_flight{kind=\"tunnel\"}"));
        assertEquals(1, open.value("vts_http_requests_in_flight{kind=\"management\"}"));
        assertEquals(0, open.value("vts_http_requests_in_flight{kind=\"proxied\"}"));
        events.body().close();
        socket.abort();
        Scrape.await(
                vts.uri(),
                scrape -> scrape.value("vts_http_requests_in_flight{kind=\"events\"}")
                                + scrape.value("vts_http_requests_in_flight{kind=\"tunnel\"}")
                        == 0);
        expected.add("vts_http_requests_total", "kind", "events", "method", "GET", "status", "2xx");
        expected.add("vts_http_time_to_first_byte_seconds_count", "kind", "events");
        expected.add("vts_http_response_bytes_total", 13, "kind", "events");
        expected.add("vts_http_requests_total", "kind", "tunnel", "method", "GET", "status", "1xx");
        expected.add("vts_http_time_to_first_byte_seconds_count", "kind", "tunnel");
        // A frame of five octets: two more, and four for the client's mask.
        expected.add("vts_http_request_bytes_total", 11, "kind", "tunnel");
        expected.add("vts_http_response_bytes_total", 7, "kind", "tunnel");
    }

    /** While no worker is ready, one request may wait. */
    private void gate() throws Exception {
        Path gate = Files.createFile(directory.resolve("gate"));
        assertTrue(vts.buns().get(0).destroyForcibly());
        expected.add("vts_worker_restarts_total", "cause", "crashed");
        Scrape.await(
                vts.uri(),
                scrape -> scrape.value("vts_workers{state=\"starting\"}") == 1
                        && scrape.value("vts_workers{state=\"ready\"}") == 0);
        List<CompletableFuture<HttpResponse<byte[]>>> held = List.of(askLater("/"), askLater("/"));
        Scrape waiting = Scrape.await(vts.uri(), scrape -> scrape.value("vts_http_requests_waiting") == 2);
        assertEquals(2, waiting.value("vts_http_requests_waiting"));
        assertEquals(2, waiting.value("vts_http_requests_in_flight{kind=\"proxied\"}"));
        for (int i = 0; i < 3; i++) {
            assertEquals(503, ask("proxied", "GET", "/", "").statusCode());
            expected.add("vts_http_requests_shed_total", "reason", "hold_queue");
        }
        Files.delete(gate);
        for (CompletableFuture<HttpResponse<byte[]>> one : held) {
            assertEquals(200, one.get(60, TimeUnit.SECONDS).statusCode());
            expected.add("vts_http_requests_held_total");
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> askLater(String path) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return ask("proxied", "GET", path, "");
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    private void restart() throws Exception {
        HttpResponse<byte[]> answer =
                ask("management", "POST", "/-/restart", "", "Authorization", "Bearer " + FaultyApp.TOKEN);
        assertEquals(202, answer.statusCode());
        expected.add("vts_worker_restarts_total", "cause", "asked");
    }

    /** It is noticed within a second of requests. */
    private void maintenance() throws Exception {
        awaitReady();
        Path file = Files.createFile(directory.resolve("maintenance"));
        askUntil(503);
        Files.delete(file);
        askUntil(200);
    }

    private void askUntil(int status) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        for (int last = 0; last != status; ) {
            assertTrue(System.nanoTime() < deadline, vts.output());
            last = ask("proxied", "GET", "/", "").statusCode();
            if (last == 503) {
                expected.add("vts_http_requests_shed_total", "reason", "maintenance");
            }
        }
    }

    private void awaitReady() throws Exception {
        Scrape.await(vts.uri(), scrape -> scrape.value("vts_workers{state=\"ready\"}") == 1);
    }

    /** Sends a request and books what it must count for. */
    private HttpResponse<byte[]> ask(String kind, String method, String path, String body, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        if (headers.length > 0) {
            request.headers(headers);
        }
        request.method(
                method,
                body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        long asked = System.nanoTime();
        HttpResponse<byte[]> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        double seconds = (System.nanoTime() - asked) / 1e9;
        synchronized (expected) {
            clientSeconds.merge(kind, seconds, Double::sum);
            String status = response.statusCode() / 100 + "xx";
            String known = method.equals("PROPFIND") ? "other" : method;
            expected.add("vts_http_requests_total", "kind", kind, "method", known, "status", status);
            expected.add("vts_http_request_bytes_total", body.length(), "kind", kind);
            expected.add("vts_http_response_bytes_total", response.body().length, "kind", kind);
            expected.add("vts_http_time_to_first_byte_seconds_count", "kind", kind);
            expected.add("vts_http_request_duration_seconds_count", "kind", kind);
        }
        return response;
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(vts.uri().resolve(path)).timeout(Program.PATIENCE);
    }
}
