package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.vtsbasic.testing.SelfSigned;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of a file that is being downloaded when the server is stopped. */
class StopIT {
    /** More than the buffers of both sides take together, and than a client of HTTP/2 lets come unread. */
    private static final byte[] LARGE = new byte[48 << 20];

    @TempDir
    private static Path directory;

    /** The ways in which a file is sent: by the kernel, and twice by a thread. */
    private enum Way {
        PLAIN(false, HttpClient.Version.HTTP_1_1),
        TLS(true, HttpClient.Version.HTTP_1_1),
        HTTP_2(true, HttpClient.Version.HTTP_2);

        private final boolean tls;
        private final HttpClient.Version version;

        Way(boolean tls, HttpClient.Version version) {
            this.tls = tls;
            this.version = version;
        }
    }

    @BeforeAll
    static void writeBuild() throws Exception {
        SmallBuild.write(directory, "export default { fetch: () => new Response('ok') }");
        new Random(1).nextBytes(LARGE);
        Files.write(directory.resolve("client/large.bin"), LARGE);
        SelfSigned.write("first", directory.resolve("cert.pem"), directory.resolve("key.pem"));
    }

    private static Vts serve(Way way, String stopTimeout) throws Exception {
        Map<String, String> settings =
                new HashMap<>(Map.of("VTS_APP_DIR", directory.toString(), "VTS_STOP_TIMEOUT", stopTimeout));
        if (way.tls) {
            settings.put("VTS_TLS_CERT", directory.resolve("cert.pem").toString());
            settings.put("VTS_TLS_KEY", directory.resolve("key.pem").toString());
        }
        return Vts.serve(settings);
    }

    /** The body of the large file, nothing of which has been read. */
    private static InputStream download(Vts vts, Way way) throws Exception {
        HttpResponse<InputStream> answer = HttpClient.newBuilder()
                .version(way.version)
                .sslContext(SelfSigned.trustingAnyone())
                .build()
                .send(
                        HttpRequest.newBuilder(vts.uri().resolve("/large.bin"))
                                .timeout(Program.PATIENCE)
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        assertEquals(way.version, answer.version());
        return answer.body();
    }

    @ParameterizedTest
    @EnumSource
    void aStopLetsADownloadFinish(Way way) throws Exception {
        try (Vts vts = serve(way, "60s");
                InputStream body = download(vts, way)) {
            ProcessHandle bun = vts.buns().get(0);
            byte[] start = body.readNBytes(1000);
            vts.terminate();
            vts.awaitLine("finishing the running requests");
            assertFalse(Program.endsWithin(bun, Duration.ofSeconds(1)), "stopped while a file was being sent");
            assertArrayEquals(Arrays.copyOf(LARGE, 1000), start);
            assertArrayEquals(Arrays.copyOfRange(LARGE, 1000, LARGE.length), body.readAllBytes());
            assertEquals(0, vts.awaitExit(), vts.output());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDownloadThatNobodyReadsIsCutAtTheEndOfTheTimeOut(Way way) throws Exception {
        try (Vts vts = serve(way, "1s");
                InputStream body = download(vts, way)) {
            assertEquals(LARGE[0], (byte) body.read());
            vts.terminate();
            vts.awaitLine("1 requests did not finish within VTS_STOP_TIMEOUT and are cut");
            assertEquals(143, vts.awaitExit(), vts.output());
        }
    }
}
