package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JSON log of {@code java -jar}, which programs read. */
class LogsIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    private static final String APP = """
            console.log("plain \\u001b[31mred\\u001b[0m");
            console.error("oops");
            console.log(JSON.stringify({ level: 50, time: 1, pid: "x", msg: "slow \\"query\\"", deep: { a: [1.50] } }));
            console.log('{"a":1}{"b":2}');
            console.log('{"unfinished":"}');
            export default {
              async fetch(request) {
                const { pathname } = new URL(request.url);
                if (pathname === "/die") {
                  console.log("last\\nwords");
                  await Bun.sleep(100);
                  process.exit(9);
                }
                return new Response("page");
              },
            };
            """;

    @Test
    void eachLogLineIsAJsonObjectWithItsEvent(@TempDir Path directory) throws Exception {
        SmallBuild.write(directory, APP);
        Map<String, String> environment =
                Map.of("VTS_APP_DIR", directory.toString(), "VTS_LOG_FORMAT", "json", "VTS_ACCESS_LOG", "json");
        String output;
        String requestId;
        try (Vts vts = Vts.serve(environment)) {
            for (int i = 0; i < 50; i++) {
                assertEquals(200, get(vts, "/page?secret=" + i).statusCode());
            }
            get(vts, "/-/live");
            HttpRequest order = HttpRequest.newBuilder(vts.uri().resolve("/die"))
                    .header("traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01")
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            HttpResponse<String> broken = CLIENT.send(order, HttpResponse.BodyHandlers.ofString());
            assertEquals(502, broken.statusCode());
            requestId = broken.headers().firstValue("X-Request-Id").orElseThrow();
            vts.awaitLine("\"worker\":\"worker-1-2\".*is ready|worker-1-2 is ready");
            vts.terminate();
            assertEquals(0, vts.awaitExit(), vts.output());
            output = vts.output();
        }
        List<JsonObject> lines = output.lines().map(LogsIT::parse).toList();
        lines.forEach(line -> assertTrue(line.getString("time").matches("20.*Z"), line.toString()));

        JsonObject ready = one(lines, "worker-ready", "worker", "worker-1-1");
        assertEquals("info", ready.getString("level"));
        assertTrue(ready.getInt("pid") > 0 && ready.getInt("duration_ms") > 0, ready.toString());
        JsonObject ended = one(lines, "worker-ended", "worker", "worker-1-1");
        assertEquals("crashed", ended.getString("cause"));
        assertTrue(ended.getString("message").contains("exit code 9"), ended.toString());
        assertTrue(ended.getString("message").contains("\n  words"), ended.toString());
        JsonObject failed = one(lines, "upstream-failed", "request_id", requestId);
        assertEquals("warn", failed.getString("level"));
        assertEquals(TRACE, failed.getString("trace_id"));
        assertEquals("/die", failed.getString("path"));

        JsonObject plain = one(lines, "worker-output", "message", "plain red");
        assertEquals("stdout", plain.getString("stream"));
        assertEquals("worker-1-1", plain.getString("worker"));
        JsonObject oops = one(lines, "worker-output", "message", "oops");
        assertEquals("stderr", oops.getString("stream"));
        assertEquals("warn", oops.getString("level"));
        JsonObject query = one(lines, "worker-output", "message", "slow \"query\"");
        assertEquals("error", query.getString("level"));
        assertEquals(
                parse("{\"level\":50,\"time\":1,\"pid\":\"x\",\"msg\":\"slow \\\"query\\\"\",\"deep\":{\"a\":[1.5]}}"),
                query.getJsonObject("app"));
        one(lines, "worker-output", "message", "{\"a\":1}{\"b\":2}");
        one(lines, "worker-output", "message", "{\"unfinished\":\"}");

        List<JsonObject> requests = events(lines, "request");
        assertEquals(51, requests.size());
        assertEquals(
                50,
                requests.stream()
                        .filter(line -> line.getString("path").equals("/page") && line.getInt("status") == 200)
                        .count());
        JsonObject order = one(requests, "request", "request_id", requestId);
        assertEquals(502, order.getInt("status"));
        assertEquals("broke_off", order.getString("cause"));
        assertEquals("worker-1-1", order.getString("worker"));
        assertEquals(TRACE, order.getString("trace_id"));
        assertTrue(!output.contains("secret"), "a query is in the log");
    }

    private static HttpResponse<String> get(Vts vts, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(vts.uri().resolve(path))
                .timeout(Program.PATIENCE)
                .build();
        return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static List<JsonObject> events(List<JsonObject> lines, String event) {
        return lines.stream()
                .filter(line -> line.getString("event", "").equals(event))
                .toList();
    }

    /** The first matching event; when each worker logs one, the first worker's. */
    private static JsonObject one(List<JsonObject> lines, String event, String field, String value) {
        return events(lines, event).stream()
                .filter(line -> line.getString(field, "").equals(value))
                .findFirst()
                .orElseThrow(
                        () -> new AssertionError("no " + event + " with " + field + " " + value + " in\n" + lines));
    }

    private static JsonObject parse(String line) {
        try (var reader = Json.createReader(new StringReader(line))) {
            return reader.readObject();
        } catch (RuntimeException e) {
            throw new AssertionError("no JSON: " + line, e);
        }
    }
}
