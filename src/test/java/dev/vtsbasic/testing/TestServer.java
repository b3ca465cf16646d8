package dev.vtsbasic.testing;

import dev.vtsbasic.embedded.EmbeddedServer;
import jakarta.servlet.ServletContext;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The product's own Tomcat on a free port. */
public final class TestServer implements AutoCloseable {
    /** Held, since the JVM forgets the level of a logger that nobody holds. */
    private static final Logger TOMCAT_LOG = Logger.getLogger("org.apache");

    private final EmbeddedServer server;

    private TestServer(EmbeddedServer server) {
        this.server = server;
    }

    public static TestServer start(Consumer<ServletContext> register) throws Exception {
        // A servlet that throws is how the product cuts a connection; the traces would fill the log of the tests.
        TOMCAT_LOG.setLevel(Level.OFF);
        return new TestServer(EmbeddedServer.start(TestSettings.of(), register));
    }

    /** Sends {@code METHOD target} with header lines and asks for the connection to be closed. */
    public RawAnswer request(String methodAndTarget, String... headers) throws Exception {
        StringBuilder head = new StringBuilder(methodAndTarget + " HTTP/1.1\r\nHost: example.org\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return send(head + "Connection: close\r\n\r\n");
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
