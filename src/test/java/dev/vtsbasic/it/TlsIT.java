package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.SelfSigned;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and HTTP/2 of the embedded server. */
@Tag("java")
class TlsIT {
    @TempDir
    private Path directory;

    @Test
    void http2OverTlsTellsTheAppTheSchemeAndTheCertificateCanBeRenewed() throws Exception {
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        SelfSigned.write("first", certificate, key);
        Map<String, String> settings = Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString());
        try (Vts vts = Vts.serve(settings)) {
            HttpResponse<String> page = get(vts.uri().resolve("/about"));
            assertEquals(HttpClient.Version.HTTP_2, page.version());
            assertEquals(200, page.statusCode());
            assertTrue(page.body().contains(vts.uri().toString()), "the app was told another address");

            TimedAnswer stream = new TimedAnswer();
            client().send(
                            HttpRequest.newBuilder(vts.uri().resolve("/api/stream?chunks=5&interval=500"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(stream::came)));
            assertTrue(stream.lastMillis - stream.firstMillis > 300, "the stream was held back");

            Map<String, String> sameSettings = new java.util.HashMap<>(settings);
            sameSettings.put("VTS_PORT", Integer.toString(vts.uri().getPort()));
            try (Vts healthcheck = Vts.launch(sameSettings, "healthcheck")) {
                assertEquals(0, healthcheck.awaitExit(), healthcheck.output());
            }

            Certificate before = page.sslSession().orElseThrow().getPeerCertificates()[0];
            SelfSigned.write("second", certificate, key);
            vts.awaitLine("Loaded the changed certificate");
            Certificate after =
                    get(vts.uri().resolve("/about")).sslSession().orElseThrow().getPeerCertificates()[0];
            assertNotEquals(before, after);
        }
    }

    private static HttpResponse<String> get(URI uri) throws Exception {
        return client().send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A new one each time, so that no connection is kept. */
    private static HttpClient client() throws Exception {
        return HttpClient.newBuilder().sslContext(SelfSigned.trustingAnyone()).build();
    }

    /** When the parts of an answer came. */
    private static final class TimedAnswer {
        private long firstMillis;
        private long lastMillis;

        void came(byte[] part) {
            lastMillis = System.nanoTime() / 1_000_000;
            firstMillis = firstMillis == 0 ? lastMillis : firstMillis;
        }
    }
}
