package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.log.Event;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.slf4j.LoggerFactory;

/**
 * How a container lets a client's connection switch protocols.
 *
 * <p>The Servlet API's way hands over the raw connection, which is all a tunnel needs. Jetty 12 has it in name only: 12.0
 * throws, and 12.1 goes on to parse what comes as HTTP. It is known by its name, since it fails only when it is too late
 * for another way; there WebSocket goes by Jetty's own implementation of it.
 */
public sealed interface ProtocolUpgrade permits ServletUpgrade, JettyWebSocketUpgrade {
    /**
     * The container's way, if it has one.
     *
     * @param protocols that a client offers
     * @throws NoWebSocketException when there is none for WebSocket, which is offered; the log then says what to do
     */
    static Optional<ProtocolUpgrade> of(ServletContext context, List<String> protocols) throws NoWebSocketException {
        if (!context.getServerInfo().startsWith("jetty/")) {
            return Optional.of(new ServletUpgrade());
        }
        Object container = context.getAttribute("jakarta.websocket.server.ServerContainer");
        if (container == null && protocols.stream().anyMatch(UpgradeOffer.WEBSOCKET::equalsIgnoreCase)) {
            Event.UPGRADE_IMPOSSIBLE.log(
                    LoggerFactory.getLogger(ProtocolUpgrade.class),
                    "WebSocket needs Jetty's module websocket-jakarta: java -jar $JETTY_HOME/start.jar "
                            + "--add-modules=ee10-websocket-jakarta (or ee11-…, as the other modules)");
            throw new NoWebSocketException();
        }
        return container == null ? Optional.empty() : Optional.of(new JettyWebSocketUpgrade(container));
    }

    /** Whether this way leads to a protocol. */
    boolean canSwitchTo(String protocol);

    /** Makes the worker's side of the handshake one that this way can carry. */
    void prepare(ClassicHttpRequest handshake);

    /**
     * Upgrades the client's connection and opens the tunnel. Only on the container's thread, within {@code service()}.
     *
     * @param answer the worker's, which agrees
     * @param worker the connection to it, closed by the tunnel from now on
     * @param threads run what waits for the worker's data
     * @param open where the tunnel stands for as long as it is open
     */
    void carry(
            ClassicHttpResponse answer,
            Socket worker,
            HttpServletRequest request,
            HttpServletResponse response,
            Executor threads,
            Set<Tunnel> open)
            throws IOException;

    /** The container lacks what a WebSocket needs. */
    final class NoWebSocketException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
