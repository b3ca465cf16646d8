package dev.vtsbasic.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
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
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and HTTP/2 of the embedded server. */
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
                            HttpRequest.newBuilder(vts.uri().resolve("/api/stream?chunks=3&interval=300"))
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

    @Test
    void aHostNameWithAnUnderscoreIsServed() throws Exception {
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        SelfSigned.write("any", certificate, key);
        try (Vts vts = Vts.serve(Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString()));
                SSLSocket socket = (SSLSocket) SelfSigned.trustingAnyone()
                        .getSocketFactory()
                        .createSocket("127.0.0.1", vts.uri().getPort())) {
            SSLParameters parameters = socket.getSSLParameters();
            // SNIHostName itself takes no such name.
            parameters.setServerNames(
                    List.of(new SNIServerName(StandardConstants.SNI_HOST_NAME, "my_app".getBytes(US_ASCII)) {}));
            socket.setSSLParameters(parameters);
            socket.getOutputStream()
                    .write("GET /-/live HTTP/1.1\r\nHost: my_app\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
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
