package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.RawClient;
import dev.vtsbasic.testing.http.WebSocketClient;
import dev.vtsbasic.testing.matrix.ServerColumn;
import dev.vtsbasic.testing.matrix.ServerTable;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.StockServer;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A server with two copies of the WAR for {@link ServerCases}, and methods that send requests to it. */
abstract class ServerScene implements ServerColumn {
    static final String OTHER = "/other";
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    StockServer server;
    private int asked;

    /**
     * Starts a server with the WAR at the root.
     *
     * @param directory an empty directory for the server's files
     * @param environment the settings
     */
    abstract StockServer start(Path directory, Map<String, String> environment) throws Exception;

    @Override
    public final StockServer server() {
        return server;
    }

    @Override
    public final String warDigest() throws IOException {
        return digest(Files.readAllBytes(Vts.WAR));
    }

    @BeforeAll
    final void startServer(@TempDir Path directory) throws Exception {
        Path endpoints =
                Path.of(ServerScene.class.getResource("endpoints.js").toURI()).toAbsolutePath();
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

    /**
     * Uses a new URL for each request, because Open Liberty remembers which copy got one, even after a better match is
     * deployed.
     */
    long bunOf(String context) throws Exception {
        HttpResponse<String> response = get(context + "/test/pid/" + asked++);
        return response.statusCode() == 200 ? Long.parseLong(response.body()) : 0;
    }

    /** The path of a script that the home page refers to. */
    String script(String context) throws Exception {
        Matcher script = Pattern.compile("\"(" + context + "/assets/[^\"]+\\.js)\"")
                .matcher(get(context + "/").body());
        assertTrue(script.find());
        return script.group(1);
    }

    /** Waits until requests at this context path reach a copy of its own. */
    void awaitDeployed(String context) throws Exception {
        await(context + " on " + server.title(), () -> bunOf(context) != bunOf(""));
    }

    /** Polls, because a third Bun, which compresses a copy's assets, ends by itself. */
    void awaitTwoBuns() throws Exception {
        await("two Buns", () -> server.buns().size() == 2);
    }

    void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        while (!condition.call()) {
            assertTrue(
                    System.nanoTime() < deadline,
                    () -> "waited in vain for " + what + "; the server printed:\n" + server.output());
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Counts the application's threads, except those of the exchanges, which come and go. */
    long threads() throws Exception {
        return Pattern.compile("\"vts-(watchdog|worker|codings|stop)")
                .matcher(server.jcmd("Thread.print"))
                .results()
                .count();
    }

    /**
     * Sends a request to every thread, because on some servers a thread refers to its last request until its next one.
     */
    void useAllThreads() {
        List<CompletableFuture<HttpResponse<Void>>> responses = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            responses.add(CLIENT.sendAsync(request("/about").build(), HttpResponse.BodyHandlers.discarding()));
        }
        responses.forEach(CompletableFuture::join);
    }

    long classLoaders() throws Exception {
        server.jcmd("GC.run");
        return server.jcmd("VM.classloaders", "show-classes=true", "verbose=false")
                .lines()
                .filter(line -> line.endsWith(" dev.vtsbasic.ApplicationListener"))
                .count();
    }

    WebSocketClient connect(String id) throws Exception {
        WebSocketClient client = new WebSocketClient();
        URI address = URI.create(server.uri().toString().replace("http", "ws") + "/test/socket?id=" + id);
        client.socket = CLIENT.newWebSocketBuilder().buildAsync(address, client).get(30, TimeUnit.SECONDS);
        return client;
    }

    RawClient ask(String methodAndTarget) throws IOException {
        String length = methodAndTarget.startsWith("POST") ? "Content-Length: 0\r\n" : "";
        return new RawClient(server.uri().getPort())
                .send(methodAndTarget + " HTTP/1.1\r\nHost: " + server.uri().getAuthority() + "\r\n" + length
                        + "Connection: close\r\n\r\n");
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.uri() + path)).timeout(Program.PATIENCE);
    }

    HttpResponse<String> get(String path) throws Exception {
        return text(request(path));
    }

    static HttpResponse<String> text(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    static HttpResponse<byte[]> bytes(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private static String digest(byte[] octets) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
