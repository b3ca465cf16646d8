package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.smuggling.SmugglingProbe;
import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.http.TimedResponse;
import dev.vtsbasic.testing.http.WebSocketClient;
import dev.vtsbasic.testing.matrix.ServerFeature;
import dev.vtsbasic.testing.matrix.ServerFeature.Shows;
import dev.vtsbasic.testing.matrix.ServerMatrix;
import dev.vtsbasic.testing.metrics.Scrape;
import dev.vtsbasic.testing.mix.RequestMix;
import jakarta.json.Json;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.StringReader;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/** The behavior of the WAR, which must be the same on every server. One server with two copies runs all cases. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(ServerMatrix.class)
@Tag("every-server")
abstract class ServerCases extends DeploymentCases {
    @Test
    @Shows(ServerFeature.ROOT)
    @Tag("smoke")
    void theSiteIsServedAtTheRoot() throws Exception {
        HttpResponse<String> page = get("/");
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("</html>"), page.body());
        assertEquals(200, get("/about").statusCode());
        assertEquals(404, get("/nothing-here").statusCode());
        assertEquals(200, get("/-/live").statusCode());
        assertEquals(200, get("/-/ready").statusCode());
        for (String hidden : List.of("/WEB-INF/web.xml", "/META-INF/MANIFEST.MF")) {
            assertEquals(404, get(hidden).statusCode(), hidden);
        }
    }

    @Test
    @Shows(ServerFeature.ASSETS)
    void assetsHaveCodingsConditionsAndRanges() throws Exception {
        String script = script("");
        HttpResponse<byte[]> plain = bytes(request(script));
        assertEquals(200, plain.statusCode());
        assertEquals("public, max-age=31536000, immutable", header(plain, "cache-control"));
        HttpResponse<byte[]> zipped = bytes(request(script).header("Accept-Encoding", "gzip"));
        assertEquals("gzip", header(zipped, "content-encoding"));
        try (InputStream unzipped = new GZIPInputStream(new ByteArrayInputStream(zipped.body()))) {
            assertArrayEquals(plain.body(), unzipped.readAllBytes());
        }
        HttpResponse<byte[]> best = bytes(request(script).header("Accept-Encoding", "gzip, deflate, br, zstd"));
        assertTrue(List.of("br", "zstd").contains(header(best, "content-encoding")), best.toString());
        assertTrue(best.body().length < plain.body().length / 2);
        HttpResponse<byte[]> again = bytes(request(script).header("If-None-Match", header(plain, "etag")));
        assertEquals(304, again.statusCode());
        HttpResponse<byte[]> part = bytes(request(script).header("Range", "bytes=10-19"));
        assertEquals(206, part.statusCode());
        assertEquals("bytes 10-19/" + plain.body().length, header(part, "content-range"));
        assertEquals(
                new String(plain.body(), 10, 10, StandardCharsets.UTF_8),
                new String(part.body(), StandardCharsets.UTF_8));
        HttpResponse<byte[]> head = bytes(request(script).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertEquals(Integer.toString(plain.body().length), header(head, "content-length"));
        assertEquals(404, get("/assets/gone-12345678.js").statusCode());
        // That our filters come in their order, metrics tell.
        String counted = "vts_asset_responses_total{coding=\"identity\",status=\"206\"}";
        await("206 in metrics", () -> Scrape.of(server.uri()).value(counted) > 0);
    }

    @Test
    @Shows(ServerFeature.STREAM)
    @Tag("smoke")
    void piecesArriveWhenBunSendsThem() throws Exception {
        get("/");
        TimedResponse.assertStreamed(server.uri());
    }

    @Test
    @Shows(ServerFeature.EVENTS)
    void anEventArrivesWhileTheStreamGoesOn() throws Exception {
        try (RawClient stream = ask("GET /test/events?id=1")) {
            assertTrue(stream.readUntil("data: one\n\n").contains("text/event-stream"));
            get("/test/happen?what=send+1");
            stream.readUntil("data: two\n\n");
            stream.leave();
            assertEquals("yes", get("/test/happened?what=left+1").body());
        }
    }

    @Test
    @Shows(ServerFeature.WEBSOCKET)
    @Tag("smoke")
    void webSocketMessagesAndClosesPassBothWays() throws Exception {
        WebSocketClient client = connect("first");
        client.socket.sendText("Grüße 👋", true).join();
        assertEquals("Grüße 👋", client.next());
        byte[] large = new byte[1 << 20];
        new Random(1).nextBytes(large);
        client.socket.sendBinary(ByteBuffer.wrap(large), true).join();
        assertArrayEquals(large, (byte[]) client.next());
        client.socket.sendText("bye", true).join();
        assertEquals("closed 4001 as you wish", client.next());

        client = connect("second");
        client.socket.sendClose(4002, "enough").join();
        assertEquals("4002 enough", get("/test/happened?what=closed+second").body());

        client = connect("third");
        client.socket.abort();
        assertTrue(get("/test/happened?what=closed+third").body().startsWith("1006"));

        client = connect("fourth");
        client.socket.sendText("drop", true).join();
        String end = client.next().toString();
        assertTrue(end.startsWith("closed 10") || end.contains("Exception"), end);
    }

    @Test
    @Shows(ServerFeature.PARTIAL_BODY)
    void theFirstPartOfASmallBodyReachesTheAppBeforeTheRest() throws Exception {
        try (RawClient client = new RawClient(server.uri().getPort())) {
            client.send("POST /test/parts HTTP/1.1\r\nHost: " + server.uri().getAuthority()
                    + "\r\nContent-Length: 10\r\nConnection: close\r\n\r\nhello");
            assertEquals("yes", get("/test/happened?what=part+hello").body());
            assertTrue(client.send("world").readToEnd().text().contains("parts: hello world"));
        }
    }

    @Test
    @Shows(ServerFeature.UPLOAD)
    @Tag("smoke")
    void aHundredMegabytesArriveWhole() throws Exception {
        byte[] megabyte = new byte[1 << 20];
        new Random(1).nextBytes(megabyte);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        List<byte[]> pieces = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            pieces.add(megabyte);
            digest.update(megabyte);
        }
        String expected = (100 << 20) + " " + HexFormat.of().formatHex(digest.digest());
        HttpRequest.BodyPublisher chunked = HttpRequest.BodyPublishers.ofByteArrays(pieces);
        assertEquals(expected, text(request("/test/upload").POST(chunked)).body());
        assertEquals(
                expected,
                text(request("/test/upload").POST(HttpRequest.BodyPublishers.fromPublisher(chunked, 100 << 20)))
                        .body());
    }

    @Test
    @Shows(ServerFeature.RAW_PATHS)
    void pathsAndQueriesArriveAsSent() throws Exception {
        assertArriveAsSent(
                "/test/url/a%2Fb",
                "/test/url/a%20b",
                "/test/url//b",
                "/test/url/a;b=c/d",
                "/test/url/%E4%BD%A0",
                "/test/url/a%25b",
                "/test/url/?a[]=b&c=%2F+%20");
    }

    @Test
    @Shows(ServerFeature.RAW_CHARACTERS)
    void charactersThatBrowsersDoNotEncodeArriveAsSent() throws Exception {
        assertArriveAsSent("/test/url/?a|b", "/test/url/?c=%zz", "/test/url/a%5Cb", "/test/url/a:b@c");
    }

    private void assertArriveAsSent(String... targets) throws Exception {
        for (String target : targets) {
            try (RawClient client = ask("GET " + target)) {
                RawResponse response = client.readToEnd();
                assertEquals(200, response.status(), target);
                assertEquals(target, response.body());
            }
        }
    }

    @Test
    @Shows(ServerFeature.JSP_PATHS)
    void pathsThatEndInJspReachTheApp() throws Exception {
        assertEquals("/test/url/page.jsp", get("/test/url/page.jsp").body());
        assertEquals("/test/url/page.jspx", get("/test/url/page.jspx").body());
    }

    @Test
    @Shows(ServerFeature.MALFORMED)
    void malformedRequestsNeverReachTheAppAndNoneIsAnInternalError() throws Exception {
        SmugglingProbe requests = SmugglingProbe.sentTo(server.uri().getPort());
        String seen = get("/test/malformed").body();
        List<String> failures = requests.failures(
                Json.createReader(new StringReader(seen)).readObject().keySet(), mended());
        assertEquals(List.of(), failures, () -> failures.size() + " failures");
        assertEquals(200, get("/about").statusCode());
    }

    @Test
    @Shows(ServerFeature.MIX)
    void eachRequestGetsItsOwnResponseAmongMisbehavingClients() throws Exception {
        RequestMix.assertEachGetsItsOwnResponse(server.uri().getPort());
        assertEquals(200, get("/about").statusCode());
    }

    @Test
    @Shows(ServerFeature.LEAVING)
    void theAppLearnsThatTheClientHasDisconnected() throws Exception {
        try (RawClient reader = ask("GET /test/endless?id=2")) {
            reader.readUntil("more ");
        }
        assertEquals("yes", get("/test/happened?what=left+2").body());
        RawClient client = ask("GET /test/silent?id=3");
        assertEquals("yes", get("/test/happened?what=came+3").body());
        client.close();
        assertEquals("yes", get("/test/happened?what=left+3").body());
    }

    @Test
    @Shows(ServerFeature.BUN_KILLED)
    void noRequestIsLostWhenBunIsKilled() throws Exception {
        long bun = bunOf("");
        ProcessHandle.of(bun).orElseThrow().destroyForcibly();
        assertEquals(200, get("/about").statusCode());
        assertNotEquals(bun, bunOf(""));
    }

    @Test
    @Shows(ServerFeature.BUN_HUNG)
    void aBunThatHangsIsReplaced() throws Exception {
        long bun = bunOf("");
        try (RawClient hanging = ask("POST /test/hang")) {
            assertEquals(200, get("/about").statusCode());
            assertEquals(502, hanging.readToEnd().status());
        }
        assertNotEquals(bun, bunOf(""));
    }

    @Test
    @Shows(ServerFeature.JSON)
    void managementJsonDoesNotClashWithTheServersProvider() throws Exception {
        for (String context : List.of("", OTHER)) {
            String body = get(context + "/-/ready").body();
            assertEquals(
                    "UP", Json.createReader(new StringReader(body)).readObject().getString("status"), body);
        }
        String log = server.log();
        assertFalse(
                Pattern.compile("LinkageError|ServiceConfigurationError|NoSuchMethodError|ClassCastException")
                        .matcher(log)
                        .find(),
                log);
    }

    @Test
    @Shows(ServerFeature.LOG)
    void logLinesOfAppAndWorkersReachTheServersLog() throws Exception {
        get("/test/log?word=" + bunOf(""));
        await("said " + bunOf(""), () -> server.log().contains("said " + bunOf("")));
        assertTrue(server.log().contains("worker-1-1 is ready"), server.log());
    }

    @Test
    @Shows(ServerFeature.STATUS)
    void metricsAndALiveStatusAreServed() throws Exception {
        for (String context : List.of("", OTHER)) {
            String metrics = get(context + "/-/metrics").body();
            assertTrue(metrics.contains("\nvts_workers{state=\"ready\"} 1.0\n"), metrics);
            HttpRequest.Builder asked = request(context + "/-/status").header("Accept", "text/html");
            String page = text(asked).body();
            assertTrue(page.contains("<h1>Ready</h1>"), page);
        }
        try (RawClient live = ask("GET /-/status/events")) {
            assertTrue(live.readUntil("id=\"updated\"").contains("text/event-stream"));
        }
    }
}
