package dev.vtsbasic.embedded;

import dev.vtsbasic.embedded.EmbeddedServer.CannotListenException;
import dev.vtsbasic.embedded.connector.HeaderTimeoutProtocol;
import dev.vtsbasic.embedded.connector.OffHeapEndpoint;
import dev.vtsbasic.embedded.connector.VerbatimConnector;
import dev.vtsbasic.embedded.http2.LimitedHttp2Protocol;
import dev.vtsbasic.limit.HeapBudget;
import dev.vtsbasic.settings.Settings;
import java.io.IOException;
import org.apache.catalina.connector.Connector;

/** Makes Tomcat's connectors, one for each port, from the settings. */
final class ConnectorFactory {
    /** Slightly more than the 16 KiB or so that Bun accepts, so that Bun rejects a head that is too long. */
    private static final int MAX_REQUEST_HEAD_BYTES = 20 * 1024;

    /** The size of the buffer for each direction of each connection. It is Tomcat's default. */
    private static final int SOCKET_BUFFER_BYTES = 8 * 1024;

    /** For HTTP/1.1 connections. It is Tomcat's default. */
    static final int MAX_REQUESTS_PER_CONNECTION = 100;

    /** Browsers send these characters unencoded in paths and queries, and the app must get them unchanged. */
    private static final String RELAXED_CHARACTERS = "[]|{}^`\"<>";

    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private final Settings settings;
    private final Runnable refused;

    /** @param refused called for each request that is refused because the heap has no room for it */
    ConnectorFactory(Settings settings, Runnable refused) {
        this.settings = settings;
        this.refused = refused;
    }

    /**
     * @param budget the heap that the port's connections and requests may use together
     * @throws CannotListenException when the TLS files cannot be used
     */
    Connector create(HeapBudget budget, String address, int port) throws CannotListenException {
        OffHeapEndpoint endpoint = new OffHeapEndpoint(budget, settings.proxy().holdTimeout(), refused);
        HeaderTimeoutProtocol protocol =
                new HeaderTimeoutProtocol(endpoint, settings.server().headerTimeout());
        Connector connector = new VerbatimConnector(protocol);
        connector.setPort(port);
        connector.setProperty("address", address);
        connector.setThrowOnFailure(true);
        protocol.setMaxKeepAliveRequests(MAX_REQUESTS_PER_CONNECTION);
        // With true, a stop would leave the port open while in-flight requests finish, and new clients would connect
        // and hang.
        connector.setProperty("bindOnInit", "false");
        connector.setXpoweredBy(false);
        connector.setAllowTrace(true);
        connector.setProperty("maxHttpRequestHeaderSize", Integer.toString(MAX_REQUEST_HEAD_BYTES));
        // HeadBuffer replaces the buffer that has this size.
        connector.setProperty("maxHttpResponseHeaderSize", "0");
        connector.setProperty("socket.appReadBufSize", Integer.toString(SOCKET_BUFFER_BYTES));
        connector.setProperty("socket.appWriteBufSize", Integer.toString(SOCKET_BUFFER_BYTES));
        connector.setProperty("socket.directBuffer", "true");
        connector.setProperty("socket.bufferPool", "-1");
        // By default, Java limits direct memory to the maximum size of the heap. A connection beyond the limit waits
        // until another one closes.
        connector.setProperty(
                "maxConnections", Long.toString(Runtime.getRuntime().maxMemory() * 9 / 10 / (2 * SOCKET_BUFFER_BYTES)));
        connector.setProperty("relaxedPathChars", RELAXED_CHARACTERS);
        connector.setProperty("relaxedQueryChars", RELAXED_CHARACTERS);
        // Tomcat sends 100 (Continue) when the application reads the body, because a worker can receive the body only
        // then.
        connector.setProperty("continueResponseTiming", "onRead");
        connector.setEncodedSolidusHandling("passthrough");
        connector.setEncodedReverseSolidusHandling("passthrough");
        connector.addUpgradeProtocol(new LimitedHttp2Protocol(
                endpoint.admission(), protocol.serving(), settings.server().headerTimeout()));
        // A percent-encoded byte may have any value; only the app knows what it means.
        connector.setURIEncoding("ISO-8859-1");
        if (settings.server().tls().isPresent()) {
            try {
                Tls.configure(
                        connector,
                        settings.server().tls().get().certificate(),
                        settings.server().tls().get().key());
            } catch (IOException e) {
                throw new CannotListenException(e.getMessage(), e);
            }
        }
        if (Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS) {
            connector.setProperty("useVirtualThreads", "true");
        }
        return connector;
    }
}
