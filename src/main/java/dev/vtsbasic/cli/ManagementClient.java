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

/** Sends requests to the management endpoints of the instance on this machine that has the settings of this process. */
final class ManagementClient {
    private static final int TIMEOUT_MILLIS = 5000;

    private final Settings settings;

    private ManagementClient(Settings settings) {
        this.settings = settings;
    }

    /** @param port the port on the command line; null if the command line names none */
    static ManagementClient find(String port) throws BadSettingException, IOException {
        return new ManagementClient(Settings.read(List.of(
                SettingSource.commandLine(port == null ? Map.of() : Map.of("vts.port", port)),
                SettingSource.systemProperties(),
                SettingSource.environment(),
                SettingSource.properties(WarFiles.in(WarFiles.home()).open("/WEB-INF/vts.properties")))));
    }

    /** The URI of an endpoint, with the loopback address in place of an unspecified one such as {@code 0.0.0.0}. */
    static URI uri(Settings settings, String method, String endpoint) {
        // The public port serves live and ready even if management has a port of its own.
        boolean onManagementPort =
                method.equals("POST") && settings.management().port().isPresent();
        int port = onManagementPort
                ? settings.management().port().get()
                : settings.server().port();
        String scheme = settings.server().scheme();
        String address = onManagementPort
                ? settings.management().address()
                : settings.server().address();
        String loopback = address.contains(":") ? "::1" : "127.0.0.1";
        String host = IpNetwork.isUnspecified(address) ? loopback : address;
        String inUri = host.contains(":") ? "[" + host + "]" : host;
        return URI.create(scheme + "://" + inUri + ":" + port
                + settings.server().contextPath() + settings.management().path() + endpoint);
    }

    /**
     * Sends a request to a management endpoint, and prints the status.
     *
     * @return the status
     * @throws IOException when the instance cannot be reached
     */
    int send(String method, String endpoint) throws IOException {
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

    /** Trusts only the instance's own certificate, with any name and any issuer. */
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
