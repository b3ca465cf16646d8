package dev.vtsbasic.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
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
        writePem("first", certificate, key);
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
            writePem("second", certificate, key);
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
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAnyone()}, null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private void writePem(String name, Path certificate, Path key) throws Exception {
        Path store = directory.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/keytool",
                        "-genkeypair",
                        "-alias",
                        name,
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=ip:127.0.0.1,dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        "secret",
                        "-keystore",
                        store.toString()))
                .inheritIO()
                .start();
        assertEquals(0, keytool.waitFor());
        KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
        Key privateKey = keys.getKey(name, "secret".toCharArray());
        Files.writeString(key, pem("PRIVATE KEY", privateKey.getEncoded()));
        Files.writeString(
                certificate, pem("CERTIFICATE", keys.getCertificate(name).getEncoded()));
    }

    private static String pem(String type, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
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

    private static final class TrustAnyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, javax.net.ssl.SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
