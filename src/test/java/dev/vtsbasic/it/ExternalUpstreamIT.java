package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.ScriptedUpstream;
import dev.vtsbasic.testing.server.Program;
import dev.vtsbasic.testing.server.Vts;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An upstream that VTS Basic does not start, and whose name resolves to the addresses in a file. */
@Tag("java")
class ExternalUpstreamIT {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    private Path directory;

    private Path hosts;

    @BeforeEach
    void noHosts() throws Exception {
        hosts = Files.writeString(directory.resolve("hosts"), "");
    }

    private Vts serve(ScriptedUpstream app) throws Exception {
        int port = ((InetSocketAddress) app.address()).getPort();
        return Vts.serve(Map.of(
                "VTS_UPSTREAM",
                "http://app.test:" + port,
                "JAVA_TOOL_OPTIONS",
                "-Djdk.net.hosts.file=" + hosts + " -Dsun.net.inetaddr.ttl=0 -Dsun.net.inetaddr.negative.ttl=0"));
    }

    @Test
    @Tag("long")
    void aNameThatIsNotKnownAtTheStartIsFoundLater() throws Exception {
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.closing(ScriptedUpstream.ok("hello")));
                Vts vts = serve(app)) {
            HttpResponse<String> ready = get(vts, "/-/ready");
            assertEquals(503, ready.statusCode());
            assertTrue(ready.body().contains("No worker responds"), ready.body());
            assertEquals(200, get(vts, "/-/status").statusCode());
            assertTrue(get(vts, "/").statusCode() > 500);

            Files.writeString(hosts, "127.0.0.1 app.test\n");
            assertEquals(200, getUntil(vts, "/-/ready", 200).statusCode());
            assertEquals("hello", get(vts, "/").body());

            Files.writeString(hosts, "127.0.0.9 app.test\n");
            assertEquals(503, getUntil(vts, "/-/ready", 503).statusCode(), "nothing listens at the address");
        }
    }

    @Test
    void eachAddressOfANameIsTried() throws Exception {
        Files.writeString(hosts, "127.0.0.9 app.test\n127.0.0.1 app.test\n");
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(ScriptedUpstream.closing(ScriptedUpstream.ok("hello")));
                Vts vts = serve(app)) {
            assertEquals(200, get(vts, "/-/ready").statusCode());
            assertEquals("hello", get(vts, "/").body());
        }
    }

    @Test
    void aServerWithoutAPageAtTheReadyPathIsReadyWithAWarning() throws Exception {
        Files.writeString(hosts, "127.0.0.1 app.test\n");
        try (ScriptedUpstream app = ScriptedUpstream.onTcp(
                        ScriptedUpstream.closing("HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n"));
                Vts vts = serve(app)) {
            assertEquals(200, get(vts, "/-/ready").statusCode());
            assertEquals(200, get(vts, "/-/ready").statusCode());
            vts.awaitLine("http://app.test:\\d+ responds to / with status 404");
            assertEquals(1, vts.output().split("with status 404", -1).length - 1, vts.output());
        }
    }

    private static HttpResponse<String> getUntil(Vts vts, String path, int status) throws Exception {
        long deadline = System.nanoTime() + Program.PATIENCE.toNanos();
        HttpResponse<String> response = get(vts, path);
        while (response.statusCode() != status && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(50);
            response = get(vts, path);
        }
        return response;
    }

    private static HttpResponse<String> get(Vts vts, String path) throws Exception {
        URI uri = vts.uri().resolve(path);
        return CLIENT.send(
                HttpRequest.newBuilder(uri).timeout(Program.PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }
}
