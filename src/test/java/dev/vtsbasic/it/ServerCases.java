package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.conformance.smuggling.SmugglingProbe;
import dev.vtsbasic.it.ServerFeature.Shows;
import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.Ports;
import dev.vtsbasic.testing.RawAnswer;
import dev.vtsbasic.testing.RawClient;
import jakarta.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the WAR does, to be found the same on every server. One server runs for all of it, with two copies. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(ServerMatrix.class)
@Tag("every-server")
abstract class ServerCases {
    private static final String OTHER = "/other";
    private static final int REDEPLOYMENTS = LongSet.count(3, 5);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private StockServer server;
    private int asked;

    /**
     * Starts a server with the WAR at the root.
     *
     * @param directory an empty one, for what the server needs
     * @param environment the settings
     */
    abstract StockServer start(Path directory, Map<String, String> environment) throws Exception;

    /** Features that the server's own code prevents, each with the reason. */
    Map<ServerFeature, String> limits() {
        return Map.of();
    }

    /** Features that need a setting of the server's, each with that. */
    Map<ServerFeature, String> settings() {
        return Map.of();
    }

    /**
     * Malformed requests that the server's own parser mends, or answers with an error of its own, so that no servlet sees
     * what is wrong with them.
     */
    Set<String> mended() {
        return Set.of();
    }

    /** Null when it did not start. */
    final StockServer server() {
        return server;
    }

    final String warDigest() throws IOException {
        return digest(Files.readAllBytes(Vts.WAR));
    }

    @BeforeAll
    final void startServer(@TempDir Path directory) throws Exception {
        Path endpoints =
                Path.of(ServerCases.class.getResource("endpoints.js").toURI()).toAbsolutePath();
        Path work = Files.createDirectory(directory.resolve("work"));
        server = start(
                Files.createDirectory(directory.resolve("server")),
                Map.of(
                        "BUN_OPTIONS",
                        "--preload " + endpoints,
                        "VTS_WORKER_ENV",
                        "BUN_OPTIONS",
                        "VTS_HANG_TIMEOUT",
                        "5s",
                        "VTS_WORK_DIR",
                        work.toString(),
                        "JAVA_TOOL_OPTIONS",
                        "-Djava.rmi.server.hostname=127.0.0.1"));
        server.assertPrivate();
        await(server.title(), () -> get("/-/ready").statusCode() == 200);
        server.deploy(OTHER);
        awaitDeployed(OTHER);
    }

    @AfterAll
    final void stopServer() throws IOException {
        if (server != null) {
            Path log = ServerTable.RESULTS.resolve(server.title().replace(' ', '-') + ".log");
            Files.createDirectories(log.getParent());
            Files.writeString(log, server.output());
            server.close();
        }
    }

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
    @Shows(ServerFeature.CONTEXT)
    void theSiteIsServedAtAContextPath() throws Exception {
        HttpResponse<String> page = get(OTHER + "/");
        assertEquals(200, page.statusCode());
        assertTrue(page.body().contains("</html>"), page.body());
        assertEquals(200, get(script(OTHER)).statusCode());
        assertEquals(200, get(OTHER + "/about").statusCode());
        assertEquals(404, get(OTHER + "/nothing-here").statusCode());
        assertEquals("/test/url/x?y=%20", get(OTHER + "/test/url/x?y=%20").body());
    }

    @Test
    @Shows(ServerFeature.TWO_COPIES)
    void twoCopiesHaveABunEach() throws Exception {
        assertNotEquals(bunOf(""), bunOf(OTHER));
        awaitTwoBuns();
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
    void messagesAndClosingsPassBothWays() throws Exception {
        WebSocketCases.Client client = connect("first");
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
    void whatHasComeOfASmallBodyArrivesBeforeTheRest() throws Exception {
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
    void whatBrowsersDoNotEncodeArrivesAsSent() throws Exception {
        assertArriveAsSent("/test/url/?a|b", "/test/url/?c=%zz", "/test/url/a%5Cb", "/test/url/a:b@c");
    }

    private void assertArriveAsSent(String... targets) throws Exception {
        for (String target : targets) {
            try (RawClient client = ask("GET " + target)) {
                RawAnswer answer = client.readToEnd();
                assertEquals(200, answer.status(), target);
                assertEquals(target, answer.body());
            }
        }
    }

    @Test
    @Shows(ServerFeature.JSP_PATHS)
    void pathsThatEndInJspAreTheAppsToo() throws Exception {
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
    void eachRequestGetsItsOwnAnswerWhateverOtherClientsDo() throws Exception {
        RequestMix.assertEachGetsItsOwnAnswer(server.uri().getPort());
        assertEquals(200, get("/about").statusCode());
    }

    @Test
    @Shows(ServerFeature.LEAVING)
    void aClientThatLeftIsNoticed() throws Exception {
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
    void jsonIsSpokenWhateverProviderThereIs() throws Exception {
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
    void whatIsLoggedReachesTheServersLog() throws Exception {
        get("/test/log?word=" + bunOf(""));
        await("said " + bunOf(""), () -> server.log().contains("said " + bunOf("")));
        assertTrue(server.log().contains("worker-1-1 is ready"), server.log());
    }

    @Test
    @Shows(ServerFeature.STATUS)
    void metricsAreThereAndTheStatusStaysLive() throws Exception {
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

    @Test
    @Shows(ServerFeature.JMX)
    void eachCopyIsSeenAndRestartedByJmx() throws Exception {
        int port = Ports.free();
        jcmd(
                "ManagementAgent.start",
                "jmxremote.host=127.0.0.1",
                "jmxremote.port=" + port,
                "jmxremote.rmi.port=" + port,
                "jmxremote.authenticate=false",
                "jmxremote.ssl=false");
        JMXServiceURL address = new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi");
        try (JMXConnector connector = JMXConnectorFactory.connect(address)) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            for (String context : List.of("/", OTHER)) {
                ObjectName name = beans.queryNames(
                                new ObjectName("dev.vtsbasic:type=Host,context=" + ObjectName.quote(context) + ",*"),
                                null)
                        .iterator()
                        .next();
                assertEquals(true, beans.getAttribute(name, "Ready"));
                CompositeData[] workers = (CompositeData[]) beans.getAttribute(name, "Workers");
                assertEquals(1, workers.length);
                long before = bunOf(context.equals("/") ? "" : context);
                assertEquals("READY", workers[0].get("state"));
                assertEquals(before, workers[0].get("pid"));
                beans.invoke(name, "drain", null, null);
                assertEquals("DRAINING", beans.getAttribute(name, "Phase"));
                assertEquals(
                        503,
                        get((context.equals("/") ? "" : context) + "/-/ready").statusCode());
                assertEquals(false, beans.getAttribute(name, "Ready"));
                assertEquals(true, beans.invoke(name, "resume", null, null));
                assertEquals(true, beans.getAttribute(name, "Ready"));
                assertEquals(true, beans.invoke(name, "restart", null, null));
                await("another Bun", () -> bunOf(context.equals("/") ? "" : context) != before);
            }
        } finally {
            jcmd("ManagementAgent.stop");
        }
    }

    /** One of the last, since it ends what the others use. */
    @Test
    @Order(Integer.MAX_VALUE - 2)
    @Shows(ServerFeature.REDEPLOY)
    @Tag("smoke")
    void deployingAgainLeavesNothingBehind() throws Exception {
        awaitTwoBuns();
        long threads = threads();
        for (int i = 1; i <= REDEPLOYMENTS; i++) {
            long before = bunOf(OTHER);
            server.undeploy(OTHER);
            await("the end of Bun", () -> ProcessHandle.of(before).isEmpty());
            await("the end of the application", () -> bunOf(OTHER) == bunOf(""));
            server.deploy(OTHER);
            awaitDeployed(OTHER);
        }
        assertEquals(200, get("/about").statusCode());
        awaitTwoBuns();
        await("the threads of two copies, " + threads, () -> threads() <= threads);
    }

    @Test
    @Order(Integer.MAX_VALUE - 1)
    @Shows(ServerFeature.CLASS_LOADERS)
    void deployingAgainLeavesNoClassLoaderBehind() throws Exception {
        // Those in use, and two that threads of the server once worked for; a leak would keep all five.
        await("the class loaders of two copies", () -> {
            useAllThreads();
            return classLoaders() <= 4;
        });
    }

    @Test
    @Order(Integer.MAX_VALUE)
    @Shows(ServerFeature.STOP)
    @Tag("smoke")
    void aStopLeavesNoProcess() throws Exception {
        awaitTwoBuns();
        List<ProcessHandle> buns = server.buns();
        server.terminate();
        server.awaitExit();
        for (ProcessHandle bun : buns) {
            assertTrue(Program.endsSoon(bun), "Bun is still running");
        }
    }

    /** At another address each time: Open Liberty remembers which copy it asked for one, even when there is a better one. */
    private long bunOf(String context) throws Exception {
        HttpResponse<String> answer = get(context + "/test/pid/" + asked++);
        return answer.statusCode() == 200 ? Long.parseLong(answer.body()) : 0;
    }

    /** The path of a script that the home page names. */
    private String script(String context) throws Exception {
        Matcher script = Pattern.compile("\"(" + context + "/assets/[^\"]+\\.js)\"")
                .matcher(get(context + "/").body());
        assertTrue(script.find());
        return script.group(1);
    }

    /** Waits until an address leads to a copy of its own. */
    private void awaitDeployed(String context) throws Exception {
        await(context + " on " + server.title(), () -> bunOf(context) != bunOf(""));
    }

    /** One that compresses a copy's assets ends by itself. */
    private void awaitTwoBuns() throws Exception {
        await("two Buns", () -> server.buns().size() == 2);
    }

    private void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (!condition.call()) {
            assertTrue(
                    System.nanoTime() < deadline,
                    () -> "waited in vain for " + what + "; the server printed:\n" + server.output());
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Those of the application, but for those of the exchanges, which come and go. */
    private long threads() throws Exception {
        return Pattern.compile("\"vts-(watchdog|worker|codings|stop)")
                .matcher(jcmd("Thread.print"))
                .results()
                .count();
    }

    /** On some servers each thread keeps hold of its last request until the next. */
    private void useAllThreads() {
        List<CompletableFuture<HttpResponse<Void>>> answers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            answers.add(CLIENT.sendAsync(request("/about").build(), HttpResponse.BodyHandlers.discarding()));
        }
        answers.forEach(CompletableFuture::join);
    }

    private long classLoaders() throws Exception {
        jcmd("GC.run");
        return jcmd("VM.classloaders", "show-classes=true", "verbose=false")
                .lines()
                .filter(line -> line.endsWith(" dev.vtsbasic.ApplicationListener"))
                .count();
    }

    private String jcmd(String... command) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/jcmd",
                Long.toString(server.jvm().pid())));
        line.addAll(List.of(command));
        Process jcmd = new ProcessBuilder(line).redirectErrorStream(true).start();
        String output = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, jcmd.waitFor(), output);
        return output;
    }

    private WebSocketCases.Client connect(String id) throws Exception {
        WebSocketCases.Client client = new WebSocketCases.Client();
        URI address = URI.create(server.uri().toString().replace("http", "ws") + "/test/socket?id=" + id);
        client.socket = CLIENT.newWebSocketBuilder().buildAsync(address, client).get(30, TimeUnit.SECONDS);
        return client;
    }

    private RawClient ask(String methodAndTarget) throws IOException {
        String length = methodAndTarget.startsWith("POST") ? "Content-Length: 0\r\n" : "";
        return new RawClient(server.uri().getPort())
                .send(methodAndTarget + " HTTP/1.1\r\nHost: " + server.uri().getAuthority() + "\r\n" + length
                        + "Connection: close\r\n\r\n");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.uri() + path)).timeout(Program.PATIENCE);
    }

    private HttpResponse<String> get(String path) throws Exception {
        return text(request(path));
    }

    private static HttpResponse<String> text(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<byte[]> bytes(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private static String header(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse("");
    }

    private static String digest(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
