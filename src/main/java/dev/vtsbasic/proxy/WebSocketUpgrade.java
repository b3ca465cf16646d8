package dev.vtsbasic.proxy;

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
 * Jakarta WebSocket's way: the container speaks the protocol with the client, we speak it with the worker, and messages
 * pass between the two.
 *
 * <p>The worker has agreed before, so that all it decides (whether, for which origin, with which subprotocol) is only
 * repeated to the client. No extension is agreed on with either. This class must not be loaded where a container has no
 * Jakarta WebSocket.
 */
final class WebSocketUpgrade implements Upgrade {
    private final ServerContainer container;

    /** @param container the {@link ServerContainer} */
    WebSocketUpgrade(Object container) {
        this.container = (ServerContainer) container;
    }

    @Override
    public boolean canSwitchTo(String protocol) {
        return protocol.equalsIgnoreCase(UpgradeOffer.WEBSOCKET);
    }

    @Override
    public void prepare(ClassicHttpRequest handshake) {
        handshake.removeHeaders("Sec-WebSocket-Extensions");
    }

    @Override
    public void carry(
            ClassicHttpResponse answer,
            Socket worker,
            HttpServletRequest request,
            HttpServletResponse response,
            Executor threads,
            Set<OpenTunnel> open)
            throws IOException {
        Header subprotocol = answer.getFirstHeader("Sec-WebSocket-Protocol");
        // The container says these itself.
        answer.removeHeaders("Sec-WebSocket-Protocol");
        answer.removeHeaders("Sec-WebSocket-Accept");
        RequestRecord record = RequestRecord.of(request);
        new ResponseRelay("HTTP/1.1", response, null, record).copyHead(answer);
        WebSocketTunnel tunnel = new WebSocketTunnel(worker, answer.getEntity().getContent(), open, record);
        ServerEndpointConfig config = ServerEndpointConfig.Builder.create(WebSocketTunnel.class, "/")
                .configurator(new Agreed(tunnel, subprotocol == null ? "" : subprotocol.getValue()))
                .build();
        try {
            container.upgradeHttpToWebSocket(request, response, config, Map.of());
            record.status(HttpServletResponse.SC_SWITCHING_PROTOCOLS);
            record.endsLater();
            threads.execute(tunnel::copyToClient);
        } catch (DeploymentException | RuntimeException e) {
            tunnel.cut();
            throw new IOException(e);
        }
    }

    /** The container's part of the handshake, in which nothing is left to decide. */
    private static final class Agreed extends ServerEndpointConfig.Configurator {
        private final WebSocketTunnel tunnel;
        private final String subprotocol;

        Agreed(WebSocketTunnel tunnel, String subprotocol) {
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
