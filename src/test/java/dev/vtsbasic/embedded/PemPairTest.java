package dev.vtsbasic.embedded;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.testing.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("java")
class PemPairTest {
    @TempDir
    private Path directory;

    private Path certificate;
    private Path key;

    @BeforeEach
    void name() {
        certificate = directory.resolve("cert.pem");
        key = directory.resolve("key.pem");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void aPairIsRead(String algorithm) throws Exception {
        SelfSigned.write("pair", algorithm, certificate, key);
        KeyStore pair = PemPair.read(certificate, key);
        assertTrue(pair.isKeyEntry("server"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void theKeyOfAnotherCertificateIsRefused(String algorithm) throws Exception {
        SelfSigned.write("pair", algorithm, certificate, directory.resolve("unused"));
        SelfSigned.write("other", algorithm, directory.resolve("unused"), key);
        assertEquals(
                "VTS_TLS_KEY names " + key + ", which is not the key of the first certificate in " + certificate
                        + " (VTS_TLS_CERT); set both to files of one pair",
                refusal());
    }

    @Test
    void aKeyOfAnotherKindIsRefused() throws Exception {
        SelfSigned.write("pair", "RSA", certificate, directory.resolve("unused"));
        SelfSigned.write("other", "Ed25519", directory.resolve("unused"), key);
        assertTrue(refusal().startsWith("VTS_TLS_KEY names " + key + ", "), refusal());
    }

    @Test
    void anEncryptedKeyIsRefusedWithTheRemedy() throws Exception {
        SelfSigned.write("pair", certificate, key);
        for (String encrypted : new String[] {
            Files.readString(key).replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n"
                    + "-----END RSA PRIVATE KEY-----\n"
        }) {
            Files.writeString(key, encrypted);
            String refusal = refusal();
            assertTrue(refusal.startsWith("VTS_TLS_KEY names " + key + ", whose key is encrypted"), refusal);
            assertTrue(refusal.contains("openssl pkey"), refusal);
        }
    }

    @Test
    void aWrongFileIsRefusedWithItsNameAndWhatItHolds() throws Exception {
        SelfSigned.write("pair", certificate, key);
        assertEquals(
                "VTS_TLS_CERT names " + key + ", which holds a private key and no certificate in PEM"
                        + " (BEGIN CERTIFICATE)",
                assertThrows(IOException.class, () -> PemPair.read(key, certificate))
                        .getMessage());
        assertEquals(
                "VTS_TLS_KEY names " + certificate + ", which holds a certificate and no private key in PEM"
                        + " (BEGIN PRIVATE KEY)",
                assertThrows(IOException.class, () -> PemPair.read(certificate, certificate))
                        .getMessage());
        Files.write(key, new byte[] {0x30, (byte) 0x82, 0, 1});
        assertEquals("VTS_TLS_KEY names " + key + ", which holds no private key in PEM (BEGIN PRIVATE KEY)", refusal());
        Files.delete(key);
        assertEquals("VTS_TLS_KEY names " + key + ", which does not exist", refusal());
        Files.writeString(certificate, "-----BEGIN CERTIFICATE-----\nrubbish\n-----END CERTIFICATE-----\n");
        assertTrue(refusal().startsWith("VTS_TLS_CERT names " + certificate + ", whose certificate"), refusal());
    }

    private String refusal() {
        return assertThrows(IOException.class, () -> PemPair.read(certificate, key))
                .getMessage();
    }
}
