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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a file that is being downloaded when the server is stopped: sent by the kernel, or, by TLS, by a thread. */
@Tag("java")
class StopIT {
    /** More than the buffers of both sides take together. */
    private static final byte[] LARGE = new byte[48 << 20];

    @TempDir
    private static Path directory;

    @BeforeAll
    static void writeBuild() throws Exception {
        SmallBuild.write(directory, "export default { fetch: () => new Response('ok') }");
        new Random(1).nextBytes(LARGE);
        Files.write(directory.resolve("client/large.bin"), LARGE);
        SelfSigned.write("first", directory.resolve("cert.pem"), directory.resolve("key.pem"));
    }

    private static Vts serve(boolean tls, String stopTimeout) throws Exception {
        Map<String, String> settings =
                new HashMap<>(Map.of("VTS_APP_DIR", directory.toString(), "VTS_STOP_TIMEOUT", stopTimeout));
        if (tls) {
            settings.put("VTS_TLS_CERT", directory.resolve("cert.pem").toString());
            settings.put("VTS_TLS_KEY", directory.resolve("key.pem").toString());
        }
        return Vts.serve(settings);
    }

    /** The body of the large file, nothing of which has been read. */
    private static InputStream download(Vts vts) throws Exception {
        HttpResponse<InputStream> answer = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(SelfSigned.trustingAnyone())
                .build()
                .send(
                        HttpRequest.newBuilder(vts.uri().resolve("/large.bin"))
                                .timeout(Program.PATIENCE)
                                .build(),
                        HttpResponse.BodyHandlers.ofInputStream());
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStopLetsADownloadFinish(boolean tls) throws Exception {
        try (Vts vts = serve(tls, "60s");
                InputStream body = download(vts)) {
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
    @ValueSource(booleans = {false, true})
    void aDownloadThatNobodyReadsIsCutAtTheEndOfTheTimeOut(boolean tls) throws Exception {
        try (Vts vts = serve(tls, "1s");
                InputStream body = download(vts)) {
            assertEquals(LARGE[0], (byte) body.read());
            vts.terminate();
            vts.awaitLine("1 requests did not finish within VTS_STOP_TIMEOUT and are cut");
            assertEquals(143, vts.awaitExit(), vts.output());
        }
    }
}
