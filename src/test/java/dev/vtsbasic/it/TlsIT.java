package dev.vtsbasic.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.SelfSigned;
import dev.vtsbasic.testing.server.Vts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and HTTP/2 of the embedded server. */
@Tag("java")
@Order(1)
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

            TimedHead stream = new TimedHead();
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

    @Test
    void aKeyThatDoesNotFitIsNotLoadedAndTheOldPairStays() throws Exception {
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        SelfSigned.write("first", certificate, key);
        SelfSigned.write("other", directory.resolve("other-cert.pem"), directory.resolve("other-key.pem"));
        Map<String, String> settings = Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString());
        try (Vts vts = Vts.serve(settings)) {
            Certificate before =
                    get(vts.uri().resolve("/about")).sslSession().orElseThrow().getPeerCertificates()[0];
            Files.copy(directory.resolve("other-cert.pem"), certificate, StandardCopyOption.REPLACE_EXISTING);
            vts.awaitLine("the old one stays: VTS_TLS_KEY names " + key + ", which is not the key");
            HttpResponse<String> page = get(vts.uri().resolve("/about"));
            assertEquals(200, page.statusCode());
            assertEquals(before, page.sslSession().orElseThrow().getPeerCertificates()[0]);
        }
    }

    @Test
    void filesThatAreNoPairEndTheStartWithTheSettingTheFileAndTheCause() throws Exception {
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        Path otherKey = directory.resolve("other-key.pem");
        SelfSigned.write("own", certificate, key);
        SelfSigned.write("other", directory.resolve("other-cert.pem"), otherKey);
        Map<String, String> settings =
                Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", otherKey.toString());
        try (Vts vts = Vts.launch(settings)) {
            assertEquals(2, vts.awaitExit(), vts.output());
            String said = "VTS_TLS_KEY names " + otherKey + ", which is not the key of the first certificate in "
                    + certificate;
            assertTrue(vts.output().contains(said), vts.output());
            assertFalse(vts.output().contains("Ready on"), vts.output());
            assertFalse(vts.output().contains("\tat "), vts.output());
        }
    }

    /** RFC 7301 §3.2: a server refuses a client with which it shares no application protocol. */
    @Test
    void tlsHasNoSuitesOfCbcAndRefusesUnknownApplicationProtocols() throws Exception {
        Path certificate = directory.resolve("cert.pem");
        Path key = directory.resolve("key.pem");
        SelfSigned.write("suites", certificate, key);
        Map<String, String> settings = Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString());
        try (Vts vts = Vts.serve(settings)) {
            int port = vts.uri().getPort();
            // The client prefers another suite than the server.
            String[] modern = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"};
            assertEquals(modern[1], suite(port, modern));
            assertThrows(SSLException.class, () -> suite(port, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"));
            assertThrows(SSLException.class, () -> suite(port, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"));
            assertEquals("http/1.1", applicationProtocol(port, "unknown", "http/1.1"));
            assertEquals("h2", applicationProtocol(port, "http/1.1", "h2"));
            assertEquals("", applicationProtocol(port));
            SSLException refusal =
                    assertThrows(SSLException.class, () -> applicationProtocol(port, "unknown", "acme-tls/1"));
            assertTrue(refusal.getMessage().contains("no_application_protocol"), refusal.getMessage());
        }
    }

    private static String suite(int port, String... suites) throws Exception {
        try (SSLSocket socket = socket(port)) {
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(suites);
            socket.startHandshake();
            return socket.getSession().getCipherSuite();
        }
    }

    private static String applicationProtocol(int port, String... protocols) throws Exception {
        try (SSLSocket socket = socket(port)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(protocols);
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getApplicationProtocol();
        }
    }

    private static SSLSocket socket(int port) throws Exception {
        return (SSLSocket) SelfSigned.trustingAnyone().getSocketFactory().createSocket("127.0.0.1", port);
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
            // SNIHostName itself rejects such a name.
            parameters.setServerNames(
                    List.of(new SNIServerName(StandardConstants.SNI_HOST_NAME, "my_app".getBytes(US_ASCII)) {}));
            socket.setSSLParameters(parameters);
            socket.getOutputStream()
                    .write("GET /-/live HTTP/1.1\r\nHost: my_app\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
            String response = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            assertTrue(response.startsWith("HTTP/1.1 200 "), response);
        }
    }

    private static HttpResponse<String> get(URI uri) throws Exception {
        return client().send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    /** Returns a new client each time, so that no connection is reused. */
    private static HttpClient client() throws Exception {
        return HttpClient.newBuilder().sslContext(SelfSigned.trustingAnyone()).build();
    }

    /** The times at which the parts of a response arrived. */
    private static final class TimedHead {
        private long firstMillis;
        private long lastMillis;

        void came(byte[] part) {
            lastMillis = System.nanoTime() / 1_000_000;
            firstMillis = firstMillis == 0 ? lastMillis : firstMillis;
        }
    }
}
