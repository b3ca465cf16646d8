package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.KeptConnection;
import dev.vtsbasic.testing.LongSet;
import dev.vtsbasic.testing.RawResponse;
import dev.vtsbasic.testing.Tree;
import dev.vtsbasic.testing.build.SmallBuild;
import dev.vtsbasic.testing.server.StockTomcat;
import dev.vtsbasic.testing.server.Vts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A stock Tomcat that compresses responses, in front of assets that are compressed already or must stay uncompressed.
 */
class CompressingTomcatIT {
    private static final String SCRIPT = "assets/app-1a2b3c4d.js";
    private static final String LARGE = "assets/large-1a2b3c4d.js";
    private static final String SHORT = "short.js";
    private static final String PAGE = "<!doctype html>" + "<p>from the app</p>".repeat(300);

    @TempDir
    private static Path directory;

    @BeforeAll
    static void writeBuild() throws Exception {
        SmallBuild.write(
                directory,
                "export default { fetch: () => new Response(\"" + PAGE
                        + "\", { headers: { \"Content-Type\": \"text/html\" } }) };");
        Tree.write(directory.resolve("client"), SCRIPT, "script();\n".repeat(2000), SHORT, "s();".repeat(30));
        StringBuilder large = new StringBuilder();
        for (int i = 0; i < 60_000; i++) {
            large.append("call(").append(Integer.toString(i * 48271, 36)).append(");\n");
        }
        Tree.write(directory.resolve("client"), LARGE, large.toString());
        try (Vts program = Vts.launch(Map.of(), "precompress", directory.toString())) {
            assertEquals(0, program.awaitExit(), program.output());
        }
    }

    static Stream<Arguments> cases() {
        return StockTomcat.versions()
                .flatMap(version -> Stream.of("on", "force")
                        .filter(compression -> LongSet.RUNS || compression.equals("on"))
                        .map(compression -> Arguments.of(version, compression)));
    }

    @ParameterizedTest
    @Tag("long")
    @MethodSource("cases")
    void compressionByTomcatLeavesAssetsAndTheirEntityTagsUnchanged(
            String version, String compression, @TempDir Path base) throws Exception {
        String connector = "compression=\"" + compression + "\" compressionMinSize=\"1\""
                + " compressibleMimeType=\"text/html,text/javascript,text/plain\"";
        try (StockTomcat tomcat =
                        StockTomcat.runWith(connector, version, base, Map.of("VTS_APP_DIR", directory.toString()));
                KeptConnection connection = new KeptConnection(tomcat.uri().getPort())) {
            RawResponse page = ask(connection, "/", "gzip");
            assertEquals("gzip", page.header("Content-Encoding"), "Tomcat does not compress at all");

            for (String path : List.of(SCRIPT, LARGE)) {
                assertSent(ask(connection, "/" + path, "br, gzip"), "br", coded(path, ".br"));
                assertSent(ask(connection, "/" + path, "gzip"), "gzip", coded(path, ".gz"));
                assertSent(ask(connection, "/" + path, "zstd"), "zstd", coded(path, ".zst"));
                assertSent(ask(connection, "/" + path, "zstd, gzip;q=0.5"), "zstd", coded(path, ".zst"));
                assertSent(ask(connection, "/" + path, "identity, gzip;q=0.5"), null, file(path));
                assertSent(ask(connection, "/" + path, "gzip;q=0"), null, file(path));
            }
            assertSent(ask(connection, "/" + SHORT, "gzip"), null, file(SHORT));

            String tag = ask(connection, "/" + SCRIPT, "gzip").header("ETag");
            RawResponse held = ask(connection, "/" + SCRIPT, "gzip", "If-None-Match: " + tag);
            assertEquals(304, held.status());
            assertEquals(tag, held.header("ETag"));

            RawResponse part = ask(connection, "/" + LARGE, "gzip", "Range: bytes=5-99999");
            assertEquals(206, part.status());
            assertEquals(List.of("gzip"), part.headers("Content-Encoding"));
            assertEquals(coded(LARGE, ".gz").substring(5, 100_000), part.body());
            RawResponse plainPart = ask(connection, "/" + LARGE, "identity, gzip;q=0.5", "Range: bytes=5-99");
            assertNull(plainPart.header("Content-Encoding"));
            assertEquals(file(LARGE).substring(5, 100), plainPart.body());

            // The body of a 416 is not the asset, so the response has none of the asset's header fields.
            RawResponse none = ask(connection, "/" + SCRIPT, "br", "Range: bytes=99999-");
            assertEquals(416, none.status());
            assertNull(none.header("Content-Encoding"));
            assertNull(none.header("ETag"));
        }
    }

    private static void assertSent(RawResponse response, String coding, String body) throws Exception {
        assertEquals(200, response.status());
        assertEquals(coding == null ? List.of() : List.of(coding), response.headers("Content-Encoding"));
        assertTrue(
                response.body().equals(body),
                "another body for " + coding + ": " + response.body().length() + " bytes");
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.ISO_8859_1));
        assertEquals('"' + HexFormat.of().formatHex(digest, 0, 8) + '"', response.header("ETag"));
        assertEquals(Integer.toString(body.length()), response.header("Content-Length"));
    }

    private static RawResponse ask(KeptConnection connection, String path, String accepted, String... fields)
            throws IOException {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: site.example\r\n");
        request.append("Accept-Encoding: ").append(accepted).append("\r\n");
        for (String field : fields) {
            request.append(field).append("\r\n");
        }
        return connection.ask(request.append("\r\n").toString());
    }

    private static String coded(String path, String suffix) throws IOException {
        return file(".vts/codings/" + path + suffix);
    }

    private static String file(String path) throws IOException {
        return Files.readString(directory.resolve("client").resolve(path), StandardCharsets.ISO_8859_1);
    }
}
