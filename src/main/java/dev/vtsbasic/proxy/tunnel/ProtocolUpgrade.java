package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.proxy.message.UpgradeHeader;
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
 * Switches a client's connection to another protocol, in one of the two ways that containers offer.
 *
 * <p>The Servlet API's {@code upgrade} gives the raw connection to the tunnel. On Jetty 12 it does not work: 12.0
 * throws, and 12.1 goes on to parse the client's bytes as HTTP. On Jetty, WebSocket therefore goes through
 * Jakarta WebSocket. Jetty is recognized by its name, because the failure shows only when it is too late for the other
 * way.
 */
public sealed interface ProtocolUpgrade permits ServletUpgrade, JettyWebSocketUpgrade {
    /**
     * Chooses the way for a request's container.
     *
     * @param protocols that the client offers
     * @param request the container's own, as the response
     * @return empty on a Jetty without its WebSocket module, if the client offers no WebSocket
     * @throws NoWebSocketException on a Jetty without its WebSocket module, if the client offers WebSocket; the log
     *     then tells the operator how to add the module
     */
    static Optional<ProtocolUpgrade> of(
            List<String> protocols, HttpServletRequest request, HttpServletResponse response)
            throws NoWebSocketException {
        ServletContext context = request.getServletContext();
        if (!context.getServerInfo().startsWith("jetty/")) {
            return Optional.of(new ServletUpgrade(request, response));
        }
        Object container = context.getAttribute("jakarta.websocket.server.ServerContainer");
        if (container == null && protocols.stream().anyMatch(UpgradeHeader.WEBSOCKET::equalsIgnoreCase)) {
            Event.UPGRADE_IMPOSSIBLE.log(
                    LoggerFactory.getLogger(ProtocolUpgrade.class),
                    "WebSocket needs Jetty's module websocket-jakarta: java -jar $JETTY_HOME/start.jar "
                            + "--add-modules=ee10-websocket-jakarta (or ee11-…, as the other modules)");
            throw new NoWebSocketException();
        }
        return container == null
                ? Optional.empty()
                : Optional.of(new JettyWebSocketUpgrade(container, request, response));
    }

    /** Whether this way can switch to a protocol. */
    boolean canSwitchTo(String protocol);

    /** Removes from the handshake with the worker what this way does not support. */
    void prepare(ClassicHttpRequest handshake);

    /**
     * Upgrades the client's connection and opens the tunnel. Call it on the container's thread only, within {@code
     * service()}.
     *
     * @param switching the worker's 101
     * @param worker the connection to the worker, which the tunnel closes from now on
     * @param threads run the copying of the worker's data
     * @param open the set that holds the tunnel while it is open
     * @throws IOException when the container does not upgrade the connection
     */
    void openTunnel(ClassicHttpResponse switching, Socket worker, Executor threads, Set<Tunnel> open)
            throws IOException;

    /** The container lacks the module that WebSocket needs. */
    final class NoWebSocketException extends Exception {
        private static final long serialVersionUID = 1L;
    }
}
