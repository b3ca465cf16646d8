package dev.vtsbasic.cli;

import dev.vtsbasic.launch.WorkDirectory;
import dev.vtsbasic.manage.OperatorTokenFile;
import dev.vtsbasic.settings.BadSettingException;
import dev.vtsbasic.settings.IpNetwork;
import dev.vtsbasic.settings.SettingSource;
import dev.vtsbasic.settings.Settings;
import dev.vtsbasic.war.WarFiles;
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
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The instance on this machine that runs with the settings of this process, as its management endpoints see it. */
final class ManagementClient {
    private static final int TIMEOUT_MILLIS = 5000;

    private final Settings settings;

    private ManagementClient(Settings settings) {
        this.settings = settings;
    }

    /** @param port as the command line has it; null when it has none */
    static ManagementClient find(String port) throws BadSettingException, IOException {
        return new ManagementClient(Settings.read(List.of(
                SettingSource.commandLine(port == null ? Map.of() : Map.of("vts.port", port)),
                SettingSource.systemProperties(),
                SettingSource.environment(),
                SettingSource.properties(WarFiles.in(WarFiles.home()).open("/WEB-INF/vts.properties")))));
    }

    /** Where to ask: an address that stands for all of this machine is asked at its loopback address. */
    static URI uri(Settings settings, String method, String endpoint) {
        // Whether it is ready is asked where everybody asks.
        boolean apart = method.equals("POST") && settings.management().port().isPresent();
        int port =
                apart ? settings.management().port().get() : settings.server().port();
        String scheme = settings.server().scheme();
        String address =
                apart ? settings.management().address() : settings.server().address();
        String loopback = address.contains(":") ? "::1" : "127.0.0.1";
        String host = IpNetwork.isUnspecified(address) ? loopback : address;
        String inUri = host.contains(":") ? "[" + host + "]" : host;
        return URI.create(scheme + "://" + inUri + ":" + port
                + settings.server().contextPath() + settings.management().path() + endpoint);
    }

    /**
     * Asks a management endpoint, and prints what it answered.
     *
     * @return the status
     * @throws IOException when nothing answers
     */
    int ask(String method, String endpoint) throws IOException {
        URI uri = uri(settings, method, endpoint);
        HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
        if (connection instanceof HttpsURLConnection tls) {
            trustOnly(settings.server().tls().orElseThrow().certificate(), tls);
        }
        connection.setRequestMethod(method);
        if (method.equals("POST")) {
            settings.management()
                    .token()
                    .or(() -> OperatorTokenFile.find(
                            WorkDirectory.candidates(settings.workDir().orElse(null)),
                            settings.server().port()))
                    .ifPresent(token -> connection.setRequestProperty("Authorization", "Bearer " + token));
        }
        connection.setConnectTimeout(TIMEOUT_MILLIS);
        connection.setReadTimeout(TIMEOUT_MILLIS);
        int status = connection.getResponseCode();
        System.out.println(uri + " answered " + status);
        return status;
    }

    /** The server we ask has this very certificate, whatever its name and whoever signed it. */
    private static void trustOnly(Path certificate, HttpsURLConnection connection) throws IOException {
        try {
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
        } catch (GeneralSecurityException e) {
            throw new IOException(certificate + " cannot be used: " + e.getMessage(), e);
        }
    }
}
