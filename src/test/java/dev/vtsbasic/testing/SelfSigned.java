package dev.vtsbasic.testing;

import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A self-signed certificate, and a client that accepts it. */
public final class SelfSigned {
    private SelfSigned() {}

    private static final Map<String, Pair> PAIRS = new ConcurrentHashMap<>();

    private record Pair(String certificate, String key) {}

    /** Writes a certificate with the subject {@code name} for 127.0.0.1 and localhost, and its key, as PEM files. */
    public static void write(String name, Path certificate, Path key) throws Exception {
        write(name, "EC", certificate, key);
    }

    /** Like {@link #write(String, Path, Path)}, with a key of this algorithm. */
    public static void write(String name, String algorithm, Path certificate, Path key) throws Exception {
        Pair pair = PAIRS.get(name + " " + algorithm);
        if (pair == null) {
            // Keep the pair, because making one starts a JVM.
            pair = make(name, algorithm);
            PAIRS.put(name + " " + algorithm, pair);
        }
        Files.writeString(key, pair.key());
        Files.writeString(certificate, pair.certificate());
    }

    private static Pair make(String name, String algorithm) throws Exception {
        Path directory = Files.createTempDirectory("vts-pair");
        Path store = directory.resolve("pair.p12");
        try {
            Process keytool = new ProcessBuilder(
                            System.getProperty("java.home") + "/bin/keytool",
                            "-J-XX:TieredStopAtLevel=1",
                            "-J-XX:+UseSerialGC",
                            "-genkeypair",
                            "-alias",
                            name,
                            "-keyalg",
                            algorithm,
                            "-dname",
                            "CN=" + name,
                            "-ext",
                            "san=ip:127.0.0.1,dns:localhost",
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            "secret",
                            "-keystore",
                            store.toString())
                    .inheritIO()
                    .start();
            if (keytool.waitFor() != 0) {
                throw new AssertionError("keytool failed");
            }
            KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
            return new Pair(
                    pem("CERTIFICATE", keys.getCertificate(name).getEncoded()),
                    pem("PRIVATE KEY", keys.getKey(name, "secret".toCharArray()).getEncoded()));
        } finally {
            Files.deleteIfExists(store);
            Files.delete(directory);
        }
    }

    private static String pem(String type, byte[] content) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + type + "-----\n" + lines + "\n-----END " + type + "-----\n";
    }

    public static SSLContext trustingAnyone() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new TrustAnyone()}, null);
        return context;
    }

    private static final class TrustAnyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

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
