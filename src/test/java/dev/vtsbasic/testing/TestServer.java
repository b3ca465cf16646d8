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
     * What the tests make go wrong on purpose is not to fill their log. Held, since the JVM forgets the level of a logger
     * that nobody holds; Tomcat sets that of the last one itself.
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

    /** Sends {@code METHOD target} with header lines and asks for the connection to be closed. */
    public RawAnswer request(String methodAndTarget, String... headers) throws Exception {
        return send(head(methodAndTarget, headers));
    }

    /** As {@link #request}, with a body and its length. */
    public RawAnswer requestWithBody(String methodAndTarget, String body, String... headers) throws Exception {
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

    /** Sends octets as they stand. */
    public RawAnswer send(String octets) throws Exception {
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
