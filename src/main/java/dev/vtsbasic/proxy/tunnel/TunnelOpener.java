package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.proxy.container.ConnectionGuard;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.message.UpgradeHeader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Reads a request's offer to switch protocols, and holds the tunnels that are open, so that all can be cut at the stop.
 * Safe for any number of threads.
 */
public final class TunnelOpener implements AutoCloseable {
    private final Executor threads;
    private final Set<Tunnel> open = ConcurrentHashMap.newKeySet();

    /** @param threads run the copying of a worker's data, one task for each open tunnel */
    public TunnelOpener(Executor threads) {
        this.threads = threads;
    }

    /**
     * Returns the client's offer as far as the container can switch to it.
     *
     * @param guard of the client's connection
     * @return empty when the request offers no protocol that the container can switch to; the proxy then ignores the
     *     offer, as RFC 9110 §7.8 allows
     * @throws ProtocolUpgrade.NoWebSocketException when the client offers WebSocket and the container lacks the module
     *     for it
     */
    public Optional<UpgradeOffer> offerOf(
            InboundRequest inbound, HttpServletRequest request, HttpServletResponse response, ConnectionGuard guard)
            throws ProtocolUpgrade.NoWebSocketException {
        List<String> offered = UpgradeHeader.protocolsOf(inbound);
        if (offered.isEmpty()) {
            return Optional.empty();
        }
        return ProtocolUpgrade.of(offered, request, response).flatMap(upgrade -> {
            List<String> possible =
                    offered.stream().filter(upgrade::canSwitchTo).toList();
            return possible.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new UpgradeOffer(possible, upgrade, guard, this));
        });
    }

    /** Runs the copying of a worker's data. */
    Executor threads() {
        return threads;
    }

    /** The tunnels that are open; each one adds and removes itself. */
    Set<Tunnel> open() {
        return open;
    }

    /** Cuts all open tunnels. */
    @Override
    public void close() {
        open.forEach(Tunnel::cut);
    }
}
