package dev.vtsbasic.embedded;

import dev.vtsbasic.log.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of the embedded server. Certificate and key come from PEM files, which are read again when one of them changes.
 */
final class Tls implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
    private static final long CHECK_INTERVAL_SECONDS = 10;

    /**
     * The suites without CBC, whose padding has been attacked repeatedly. The server uses the first one that the client
     * supports.
     */
    private static final String TLS_1_2_SUITES = String.join(
            ":",
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-CHACHA20-POLY1305");

    private static final String DISABLED_EXTENSIONS = "jdk.tls.server.disableExtensions";

    private final Connector connector;
    private final Path certificate;
    private final Path key;
    private final CountDownLatch closed = new CountDownLatch(1);

    private Tls(Connector connector, Path certificate, Path key) {
        this.connector = connector;
        this.certificate = certificate;
        this.key = key;
    }

    /** @throws IOException when the files cannot be used; the message names the setting, the file and the cause */
    static void configure(Connector connector, Path certificate, Path key) throws IOException {
        acceptAnyServerName();
        connector.setScheme("https");
        connector.setSecure(true);
        connector.setProperty("SSLEnabled", "true");
        connector.addSslHostConfig(host(PemPair.read(certificate, key)));
    }

    private static SSLHostConfig host(KeyStore pair) {
        SSLHostConfig host = new SSLHostConfig();
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateKeystore(pair);
        certificate.setCertificateKeystorePassword(PemPair.PASSWORD);
        certificate.setCertificateKeyPassword(PemPair.PASSWORD);
        host.addCertificate(certificate);
        host.setProtocols("TLSv1.2+TLSv1.3");
        host.setCiphers(TLS_1_2_SUITES);
        host.setHonorCipherOrder(true);
        return host;
    }

    /**
     * Java aborts a handshake whose server name (RFC 6066 §3) contains a {@code _}. The server has one certificate for
     * all names, so Java need not check them; Tomcat reads the name by itself. Java reads this property only once.
     */
    private static void acceptAnyServerName() {
        if (System.getProperty(DISABLED_EXTENSIONS) == null) {
            System.setProperty(DISABLED_EXTENSIONS, "server_name");
        }
    }

    /** Checks the files every 10 seconds until it is closed. */
    static Tls watch(Connector connector, Path certificate, Path key) {
        Tls tls = new Tls(connector, certificate, key);
        Thread thread = new Thread(tls::run, "vts-tls-files");
        thread.setDaemon(true);
        thread.start();
        return tls;
    }

    private void run() {
        String loaded = modificationTimes();
        try {
            while (!closed.await(CHECK_INTERVAL_SECONDS, TimeUnit.SECONDS)) {
                String now = modificationTimes();
                if (!now.equals(loaded) && reload()) {
                    loaded = now;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean reload() {
        try {
            // The server uses the pair that was checked, even if the files change meanwhile.
            ((AbstractHttp11Protocol<?>) connector.getProtocolHandler())
                    .addSslHostConfig(host(PemPair.read(certificate, key)), true);
            Event.CERTIFICATE_LOADED.log(LOG, "Loaded the changed certificate {certificate}", certificate);
            return true;
        } catch (IOException | RuntimeException e) {
            Event.CERTIFICATE_REFUSED.log(
                    LOG,
                    "The changed certificate {certificate} cannot be used; the old one stays: {problem}",
                    certificate,
                    e.getMessage());
            return false;
        }
    }

    private String modificationTimes() {
        return time(certificate) + " " + time(key);
    }

    private static FileTime time(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            // The file is being replaced; the next check finds the new one.
            return FileTime.fromMillis(0);
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
