package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.proxy.container.ConnectionGuard;
import dev.vtsbasic.proxy.message.InboundRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The open tunnels of connections that switched protocols. Safe for any number of threads. */
public final class TunnelOpener implements AutoCloseable {
    private final Executor threads;
    private final Set<Tunnel> open = ConcurrentHashMap.newKeySet();

    /** @param threads run what waits for a worker's data */
    public TunnelOpener(Executor threads) {
        this.threads = threads;
    }

    /**
     * What a request offers to the worker.
     *
     * @param guard of the client's connection
     * @return empty when it offers nothing that the container can switch to; the offer is then ignored, as RFC 9110 §7.8
     *     allows
     * @throws ProtocolUpgrade.NoWebSocketException when the container lacks what it needs for a WebSocket
     */
    public Optional<UpgradeOffer> offerOf(
            InboundRequest inbound, HttpServletRequest request, HttpServletResponse response, ConnectionGuard guard)
            throws ProtocolUpgrade.NoWebSocketException {
        List<String> offered = UpgradeOffer.protocolsOf(inbound);
        if (offered.isEmpty()) {
            return Optional.empty();
        }
        return ProtocolUpgrade.of(request.getServletContext(), offered).flatMap(upgrade -> {
            List<String> possible =
                    offered.stream().filter(upgrade::canSwitchTo).toList();
            return possible.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new UpgradeOffer(possible, upgrade, request, response, guard, this));
        });
    }

    /** Runs what waits for a worker's data. */
    Executor threads() {
        return threads;
    }

    /** Where a tunnel stands for as long as it is open. */
    Set<Tunnel> open() {
        return open;
    }

    /** Cuts all tunnels. */
    @Override
    public void close() {
        open.forEach(Tunnel::cut);
    }
}
