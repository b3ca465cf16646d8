package dev.vtsbasic.embedded;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.apache.tomcat.util.net.jsse.PEMFile;

/** Reads a certificate with its chain and the private key, and checks that the key belongs to the certificate. */
final class PemPair {
    /** The password of a key store that never leaves memory. */
    static final String PASSWORD = "memory";

    private static final String ALIAS = "server";
    private static final String CERTIFICATE = "VTS_TLS_CERT";
    private static final String KEY = "VTS_TLS_KEY";
    private static final byte[] SIGNED = {1, 2, 3};

    private PemPair() {}

    /**
     * Reads both files and checks that the key belongs to the first certificate.
     *
     * @return a key store in memory, with {@link #PASSWORD}
     * @throws IOException when the files cannot be used; the message names the setting, the file and the cause
     */
    static KeyStore read(Path certificate, Path key) throws IOException {
        List<X509Certificate> chain = certificates(certificate);
        if (chain.isEmpty()) {
            throw unusable(CERTIFICATE, certificate, "which holds no whole certificate");
        }
        PublicKey publicKey = chain.get(0).getPublicKey();
        PrivateKey privateKey = privateKey(key, publicKey.getAlgorithm(), certificate);
        if (!fits(privateKey, publicKey, key)) {
            throw unusable(
                    KEY,
                    key,
                    "which is not the key of the first certificate in " + certificate + " (" + CERTIFICATE
                            + "); set both to files of one pair");
        }
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry(ALIAS, privateKey, PASSWORD.toCharArray(), chain.toArray(new X509Certificate[0]));
            return store;
        } catch (GeneralSecurityException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        String text = text(CERTIFICATE, file);
        if (!text.contains("CERTIFICATE-----")) {
            String instead = text.contains("PRIVATE KEY-----") ? "a private key and " : "";
            throw unusable(CERTIFICATE, file, "which holds " + instead + "no certificate in PEM (BEGIN CERTIFICATE)");
        }
        try {
            return new PEMFile(file.toString()).getCertificates();
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            // PEMFile fails at an unusable private key in the same file, which does not matter here.
            return certificatesAlone(file, text);
        }
    }

    private static List<X509Certificate> certificatesAlone(Path file, String text) throws IOException {
        try {
            String alone = text.substring(text.indexOf("-----BEGIN CERTIFICATE"));
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(alone.getBytes(StandardCharsets.ISO_8859_1)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException | RuntimeException e) {
            throw unusable(CERTIFICATE, file, "whose certificate cannot be read: " + e.getMessage());
        }
    }

    private static PrivateKey privateKey(Path file, String algorithm, Path certificate) throws IOException {
        String text = text(KEY, file);
        if (!text.contains("PRIVATE KEY-----")) {
            String instead = text.contains("CERTIFICATE-----") ? "a certificate and " : "";
            throw unusable(KEY, file, "which holds " + instead + "no private key in PEM (BEGIN PRIVATE KEY)");
        }
        if (text.contains("ENCRYPTED")) {
            throw unusable(
                    KEY,
                    file,
                    "whose key is encrypted, and the server cannot ask for the password; write it without one, as with"
                            + " `openssl pkey -in " + file + "`, to a file that only this server may read");
        }
        PrivateKey key;
        try {
            key = new PEMFile(file.toString(), null, null).getPrivateKey();
        } catch (IOException | GeneralSecurityException | RuntimeException first) {
            try {
                // Tomcat does not try all kinds of keys by itself, for example not Ed25519.
                key = new PEMFile(file.toString(), null, algorithm).getPrivateKey();
            } catch (IOException | GeneralSecurityException | RuntimeException e) {
                throw unusable(
                        KEY,
                        file,
                        "whose key cannot be read as one of " + algorithm + ", as " + certificate + " needs");
            }
        }
        if (key == null) {
            throw unusable(KEY, file, "which holds no private key that can be read");
        }
        return key;
    }

    private static boolean fits(PrivateKey privateKey, PublicKey publicKey, Path file) throws IOException {
        String algorithm = switch (privateKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA", "Ed25519", "Ed448" -> "EdDSA";
            default ->
                throw unusable(
                        KEY,
                        file,
                        "whose key is one of " + privateKey.getAlgorithm() + "; browsers take RSA, EC and Ed25519");
        };
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(privateKey);
            signature.update(SIGNED);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(SIGNED);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // The key is of another kind than the certificate.
            return false;
        }
    }

    private static String text(String setting, Path file) throws IOException {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw unusable(setting, file, "which does not exist");
        } catch (IOException e) {
            throw unusable(setting, file, "which cannot be read (" + e.getMessage() + ")");
        }
    }

    private static IOException unusable(String setting, Path file, String cause) {
        return new IOException(setting + " names " + file + ", " + cause);
    }
}
