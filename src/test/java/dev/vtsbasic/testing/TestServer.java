package dev.vtsbasic.testing;

import dev.vtsbasic.embedded.EmbeddedServer;
import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** The product's own Tomcat on a free port. */
public final class TestServer implements AutoCloseable {
    /**
     * Loggers to turn off, so that deliberate failures do not fill the tests' log. The list holds them, because the JVM
     * drops the level of a logger without a strong reference. Tomcat sets the level of the last one itself at its
     * start.
     */
    private static final List<Logger> QUIET = Stream.of(
                    "dev.vtsbasic", "org.apache", "org.apache.catalina.core.ContainerBase.[Tomcat].[localhost].[/]")
            .map(Logger::getLogger)
            .toList();

    private final EmbeddedServer server;

    private TestServer(EmbeddedServer server) {
        this.server = server;
    }

    public static TestServer start(Consumer<ServletContext> register) throws Exception {
        QUIET.forEach(logger -> logger.setLevel(Level.OFF));
        EmbeddedServer server = EmbeddedServer.start(TestSettings.of(), register, () -> {});
        QUIET.forEach(logger -> logger.setLevel(Level.OFF));
        return new TestServer(server);
    }

    /** Sends {@code METHOD target} with these header lines and {@code Connection: close}. */
    public RawResponse request(String methodAndTarget, String... headers) throws Exception {
        return send(head(methodAndTarget, headers));
    }

    /** Like {@link #request}, with a body and its Content-Length. */
    public RawResponse requestWithBody(String methodAndTarget, String body, String... headers) throws Exception {
        String head = head(methodAndTarget, headers);
        return send(head.replaceFirst("\r\n\r\n$", "\r\nContent-Length: " + body.length() + "\r\n\r\n") + body);
    }

    private static String head(String methodAndTarget, String... headers) {
        StringBuilder head = new StringBuilder(methodAndTarget + " HTTP/1.1\r\nHost: example.org\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head + "Connection: close\r\n\r\n";
    }

    /** Sends bytes unchanged and returns the response. */
    public RawResponse send(String octets) throws Exception {
        try (RawClient client = new RawClient(server.port())) {
            return client.send(octets).readToEnd();
        }
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        server.close();
    }
}
