package dev.vtsbasic;

import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import picocli.CommandLine.Command;

/** {@code healthcheck}: 0 when the instance that runs with the same settings is ready, else 1. */
@Command(
        name = "healthcheck",
        description = "Asks the running instance whether it is ready.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:ready", "1:not ready, or not running"})
final class HealthcheckCommand implements Callable<Integer> {
    private static final int TIMEOUT_MILLIS = 5000;

    @Override
    public Integer call() throws IOException {
        try {
            Settings settings = Settings.read(List.of(SettingSource.systemProperties(), SettingSource.environment()));
            String host = settings.address().equals("0.0.0.0") ? "127.0.0.1" : settings.address();
            String scheme = settings.tlsCert().isPresent() ? "https" : "http";
            URI ready =
                    URI.create(scheme + "://" + host + ":" + settings.port() + settings.managementPath() + "/ready");
            HttpURLConnection connection = (HttpURLConnection) ready.toURL().openConnection();
            if (connection instanceof HttpsURLConnection tls) {
                trustOnly(settings.tlsCert().orElseThrow(), tls);
            }
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            int status = connection.getResponseCode();
            System.out.println(ready + " answered " + status);
            return status == 200 ? 0 : 1;
        } catch (IOException | GeneralSecurityException e) {
            System.err.println("not ready: " + e.getMessage());
            return 1;
        } catch (BadSettingException e) {
            System.err.println(e.getMessage());
            return 1;
        }
    }

    /** The server we ask has this very certificate, whatever its name and whoever signed it. */
    private static void trustOnly(Path certificate, HttpsURLConnection connection)
            throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream file = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "server", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        connection.setSSLSocketFactory(context.getSocketFactory());
        connection.setHostnameVerifier((host, session) -> true);
    }
}
