package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.proxy.message.ResponseHead;
import dev.vtsbasic.proxy.message.UpgradeHeader;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;

/**
 * Upgrades through Jakarta WebSocket: the container speaks WebSocket with the client, the proxy speaks it with the
 * worker, and a {@link JettyWebSocketTunnel} copies messages between the two.
 *
 * <p>The worker has agreed before, so that the container only repeats its decisions (origin, subprotocol) to the
 * client. No extension is negotiated with either side. This class must not be loaded in a container without Jakarta
 * WebSocket.
 */
final class JettyWebSocketUpgrade implements ProtocolUpgrade {
    private final ServerContainer container;
    private final HttpServletRequest request;
    private final HttpServletResponse response;

    /** @param container a {@link ServerContainer}, which the caller cannot name because its class may be absent */
    JettyWebSocketUpgrade(Object container, HttpServletRequest request, HttpServletResponse response) {
        this.container = (ServerContainer) container;
        this.request = request;
        this.response = response;
    }

    @Override
    public boolean canSwitchTo(String protocol) {
        return protocol.equalsIgnoreCase(UpgradeHeader.WEBSOCKET);
    }

    @Override
    public void prepare(ClassicHttpRequest handshake) {
        handshake.removeHeaders("Sec-WebSocket-Extensions");
    }

    @Override
    public void openTunnel(ClassicHttpResponse switching, Socket worker, Executor threads, Set<Tunnel> open)
            throws IOException {
        Header subprotocol = switching.getFirstHeader("Sec-WebSocket-Protocol");
        // The container sends these two fields itself.
        switching.removeHeaders("Sec-WebSocket-Protocol");
        switching.removeHeaders("Sec-WebSocket-Accept");
        RequestRecord record = RequestRecord.of(request);
        ResponseHead.copy(switching, "HTTP/1.1", response, record);
        JettyWebSocketTunnel tunnel =
                new JettyWebSocketTunnel(worker, switching.getEntity().getContent(), open, record);
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(JettyWebSocketTunnel.class, "/")
                .configurator(new Agreed(tunnel, subprotocol == null ? "" : subprotocol.getValue()))
                .build();
        try {
            container.upgradeHttpToWebSocket(request, response, config, Map.of());
            record.setStatus(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            record.deferEnd();
            threads.execute(tunnel::copyToClient);
        } catch (DeploymentException | RuntimeException e) {
            tunnel.cut();
            throw new IOException(e);
        }
    }

    /** Configures the container's handshake with the client by what the worker has decided. */
    private static final class Agreed extends ServerEndpointConfig.Configurator {
        private final JettyWebSocketTunnel tunnel;
        private final String subprotocol;

        Agreed(JettyWebSocketTunnel tunnel, String subprotocol) {
            this.tunnel = tunnel;
            this.subprotocol = subprotocol;
        }

        @Override
        public <T> T getEndpointInstance(Class<T> type) {
            return type.cast(tunnel);
        }

        @Override
        public boolean checkOrigin(String origin) {
            return true;
        }

        @Override
        public String getNegotiatedSubprotocol(List<String> supported, List<String> requested) {
            return subprotocol;
        }

        @Override
        public List<Extension> getNegotiatedExtensions(List<Extension> installed, List<Extension> requested) {
            return List.of();
        }
    }
}
