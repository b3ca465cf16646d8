package dev.vtsbasic.conformance.http2;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.vtsbasic.conformance.harness.Proxy;
import dev.vtsbasic.conformance.harness.Upstream;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.testing.SelfSigned;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The proxy and the server that all HTTP/2 cases share.
 *
 * @param settings the proxy's settings, for cases that start a proxy of their own
 */
record Http2Scene(boolean tls, Path directory, Upstream upstream, Map<String, String> settings, Proxy proxy)
        implements AutoCloseable {
    static Http2Scene start(boolean tls, Path directory) throws Exception {
        Upstream upstream = new Upstream();
        // A fraction of the bytes that the servers send to clients that do not read.
        Map<String, String> settings = new HashMap<>(Map.of("JAVA_TOOL_OPTIONS", "-Xmx64m"));
        if (tls) {
            Path certificate = directory.resolve("cert.pem");
            Path key = directory.resolve("key.pem");
            SelfSigned.write("http2", certificate, key);
            settings.putAll(Map.of("VTS_TLS_CERT", certificate.toString(), "VTS_TLS_KEY", key.toString()));
        }
        return new Http2Scene(tls, directory, upstream, settings, Proxy.vts(upstream.port(), settings));
    }

    Http2Client connect() throws Exception {
        return connect(proxy);
    }

    Http2Client connect(Proxy to) throws Exception {
        return tls ? Http2Client.tls(to.port()) : Http2Client.plain(to.port());
    }

    /** Returns the next connection that a proxy opens to the server. */
    Wire server() throws InterruptedException {
        Wire server = upstream.next(Wire.PATIENCE);
        assertNotNull(server, "the server was not asked");
        return server;
    }

    @Override
    public void close() throws IOException {
        proxy.close();
        upstream.close();
    }
}
