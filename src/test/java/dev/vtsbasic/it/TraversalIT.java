package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.KeptConnection;
import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.Tree;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.http.TraversalPayloads;
import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A build full of traps: no request may get a byte from outside the asset index. */
class TraversalIT {
    private static final String SECRET = "SECRET";
    private static final String APP = "the app's answer";
    private static final String SCRIPT = "export const app = \"ASSET\";\n".repeat(60);

    /** In bytes. Tomcat's own error page contains a stack trace. */
    private static final int MAX_REFUSAL_LENGTH = 10_000;

    /** All assets that the server may send, by path. */
    private static final Map<String, String> INDEX = Map.of(
            "/assets/app-1a2b3c4d.js",
            SCRIPT,
            "/robots.txt",
            "ASSET robots",
            "/inner.txt",
            "ASSET robots",
            "/.well-known/security.txt",
            "ASSET security");

    @TempDir
    private static Path directory;

    private static Path dist;

    @BeforeAll
    static void writeBuild() throws Exception {
        dist = directory.resolve("dist");
        Path client = dist.resolve("client");
        SmallBuild.write(dist, "/* SECRET */ export default { fetch: () => new Response(\"" + APP + "\") };");
        for (String path : INDEX.keySet()) {
            if (!path.equals("/inner.txt")) {
                Tree.write(dist, "client" + path, INDEX.get(path));
            }
        }
        for (String trap : TraversalPayloads.FILES) {
            Tree.write(client, trap, SECRET + " of " + trap);
        }
        Tree.write(directory, "outside/secret.txt", SECRET, "outside/sub/secret.js", SECRET);
        link("link.txt", directory.resolve("outside/secret.txt"));
        link("assets/link-1a2b3c4d.js", directory.resolve("outside/sub/secret.js"));
        link("assets/up.js", Path.of("../../server/server.js"));
        link("assets/chain.js", Path.of("link-1a2b3c4d.js"));
        link("linked", directory.resolve("outside"));
        link("assets/linked", directory.resolve("outside/sub"));
        link("assets/etc", Path.of("/etc"));
        link("loop", Path.of("."));
        link("passwd.txt", Path.of("/etc/passwd"));
        link("hidden.txt", Path.of(".env"));
        link("gone.txt", Path.of("no-such-file"));
        link("inner.txt", Path.of("robots.txt"));
        try (Vts program = Vts.launch(Map.of(), "precompress", dist.toString())) {
            assertEquals(0, program.awaitExit(), program.output());
        }
        assertTrue(Files.exists(client.resolve(".vts/codings/assets/app-1a2b3c4d.js.gz")));
    }

    private static void link(String name, Path target) throws IOException {
        Files.createSymbolicLink(dist.resolve("client").resolve(name), target);
    }

    @Test
    void thereAreEnoughPayloadsAndNoneTwice() {
        List<String> payloads = TraversalPayloads.all();
        assertEquals(payloads.size(), payloads.stream().distinct().count());
        assertTrue(payloads.size() >= 2000, "only " + payloads.size());
        System.out.println(payloads.size() + " payloads");
    }

    @Test
    void javaJarServesNoFileFromOutsideTheBuild() throws Exception {
        try (Vts vts = Vts.serve(settings())) {
            playAll(vts.uri().getPort());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1", "11.0"})
    @Tag("long")
    void tomcatServesNoFileFromOutsideTheBuild(String version, @TempDir Path base) throws Exception {
        try (StockTomcat tomcat = StockTomcat.run(version, base, "ROOT.war", settings())) {
            playAll(tomcat.uri().getPort());
        }
    }

    private static Map<String, String> settings() {
        return Map.of("VTS_APP_DIR", dist.toString());
    }

    private static void playAll(int port) throws IOException {
        long start = System.nanoTime();
        List<String> wrong = new ArrayList<>();
        int unanswered = 0;
        try (KeptConnection connection = new KeptConnection(port)) {
            for (Map.Entry<String, String> asset : INDEX.entrySet()) {
                RawResponse response = connection.ask(TraversalPayloads.get(asset.getKey()));
                assertEquals(asset.getValue(), response.body(), asset.getKey());
            }
            List<String> payloads = TraversalPayloads.all();
            for (int i = 0; i < payloads.size(); i += LongSet.count(7, 1)) {
                String payload = payloads.get(i);
                RawResponse response = connection.ask(payload);
                unanswered += response == null ? 1 : 0;
                String complaint = response == null ? "" : complaint(payload, response);
                if (!complaint.isEmpty()) {
                    wrong.add(complaint + ": " + payload);
                }
            }
        }
        assertTrue(wrong.isEmpty(), () -> wrong.size() + ", such as " + wrong.subList(0, Math.min(20, wrong.size())));
        System.out.println(
                TraversalPayloads.all().size() + " payloads in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }

    /** Returns the fault of a response; empty when there is none. */
    private static String complaint(String payload, RawResponse response) {
        String text = response.text();
        if (text.contains(SECRET) || text.contains("root:") || text.contains("sha256") || text.contains("PK\3\4")) {
            return "a secret";
        }
        String body = response.body();
        if (response.status() == 200 || response.status() == 206) {
            return body.equals(APP)
                            || body.equals(INDEX.get(TraversalPayloads.equivalent(TraversalPayloads.path(payload))))
                    ? ""
                    : "200 with another body";
        }
        if (body.contains("ASSET") || response.header("ETag") != null || response.header("Content-Encoding") != null) {
            return "a refusal with an asset";
        }
        return response.status() >= 400 && body.length() < MAX_REFUSAL_LENGTH
                ? ""
                : "no refusal but " + response.status() + " with " + body.length() + " bytes";
    }

    @Test
    void aForgedIndexServesNoFileFromOutsideTheBuild(@TempDir Path other) throws Exception {
        SmallBuild.write(other, "export default { fetch: () => new Response(\"" + APP + "\") };");
        Tree.write(other, "client/robots.txt", "ASSET robots", "server/secret.txt", SECRET);
        Tree.write(other, "client/.vts/assets.json", """
                {"version":1,"assets":[{"path":"../server/secret.txt","size":6,"sha256":"%s","type":"text/plain",\
                "compressible":false,"codings":{}}]}""".formatted("0".repeat(64)));
        try (Vts vts = Vts.serve(Map.of("VTS_APP_DIR", other.toString()));
                KeptConnection connection = new KeptConnection(vts.uri().getPort())) {
            for (String path : List.of("/../server/secret.txt", "/%2E%2E/server/secret.txt", "/server/secret.txt")) {
                RawResponse response = connection.ask(TraversalPayloads.get(path));
                assertFalse(response.text().contains(SECRET), response.text());
            }
            assertEquals(
                    "ASSET robots",
                    connection.ask(TraversalPayloads.get("/robots.txt")).body());
        }
    }
}
