package dev.vtsbasic.conformance.http2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Upstream;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.testing.SelfSigned;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The WAR behind an HAProxy that speaks HTTP/2 to it and opens its receive windows in small steps. */
@Timeout(300)
class HaProxyHttp2IT {
    private static final int DOWNLOADS = 100;
    private static final int AT_ONCE = 10;
    private static final int LENGTH = 1 << 20;

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "TLS: {0}")
    @ValueSource(booleans = {false, true})
    void downloadsThroughHaProxyOverHttp2AreWhole(boolean tls) throws Exception {
        requireHaProxy();
        Path dist = directory.resolve("dist");
        Files.createDirectories(dist.resolve("client"));
        Files.createDirectories(dist.resolve("server"));
        Files.writeString(dist.resolve("server/server.js"), "export default { fetch() {} };");
        byte[] content = Wire.filled(LENGTH);
        Files.write(dist.resolve("client/large.bin"), content);
        Map<String, String> settings = new HashMap<>(Map.of("VTS_APP_DIR", dist.toString()));
        if (tls) {
            Path certificate = directory.resolve("cert.pem");
            Path key = directory.resolve("key.pem");
            SelfSigned.write("haproxy", certificate, key);
            settings.putAll(Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString()));
        }
        try (Upstream upstream = new Upstream();
                Proxy vts = Proxy.vts(upstream.port(), settings);
                Proxy haproxy = Proxy.haproxyOverHttp2(vts.port(), tls)) {
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + haproxy.port() + "/large.bin"))
                    .build();
            Semaphore running = new Semaphore(AT_ONCE);
            List<CompletableFuture<HttpResponse<byte[]>>> downloads = new ArrayList<>();
            for (int i = 0; i < DOWNLOADS; i++) {
                running.acquire();
                downloads.add(client.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                        .whenComplete((response, failure) -> running.release()));
            }
            int whole = 0;
            for (CompletableFuture<HttpResponse<byte[]>> download : downloads) {
                try {
                    HttpResponse<byte[]> response = download.get(60, TimeUnit.SECONDS);
                    whole += response.statusCode() == 200 && Arrays.equals(content, response.body()) ? 1 : 0;
                } catch (ExecutionException e) {
                    // The download was cut.
                }
            }
            assertEquals(DOWNLOADS, whole, "whole downloads");
        }
    }

    private static void requireHaProxy() {
        if (!Files.isExecutable(Path.of("/usr/sbin/haproxy"))) {
            String reason = "HAProxy is not installed; install the package haproxy";
            if ("true".equals(System.getenv("CI"))) {
                fail(reason);
            }
            Assumptions.abort(reason);
        }
    }
}
