package dev.vtsbasic.proxy.tunnel;

import dev.vtsbasic.log.Event;
import dev.vtsbasic.proxy.container.ConnectionGuard;
import dev.vtsbasic.proxy.exchange.ProtocolSwitch;
import dev.vtsbasic.proxy.upstream.ChannelSocket;
import dev.vtsbasic.proxy.upstream.LeasedConnection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.ProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's offer to switch protocols (RFC 9110 §7.8), usually to WebSocket, and the container's way to switch. Until
 * a worker agrees with a 101, the proxy handles the request like any other.
 */
public final class UpgradeOffer implements ProtocolSwitch {
    private static final Logger LOG = LoggerFactory.getLogger(UpgradeOffer.class);

    private final List<String> protocols;
    private final ProtocolUpgrade upgrade;
    private final ConnectionGuard guard;
    private final TunnelOpener tunnels;
    private OptionalLong deadline = OptionalLong.empty();

    /**
     * @param protocols that the proxy offers to the worker
     * @param upgrade the container's way to switch to any of them
     */
    UpgradeOffer(List<String> protocols, ProtocolUpgrade upgrade, ConnectionGuard guard, TunnelOpener tunnels) {
        this.protocols = protocols;
        this.upgrade = upgrade;
        this.guard = guard;
        this.tunnels = tunnels;
    }

    private static List<String> elements(String list) {
        List<String> elements = new ArrayList<>();
        for (String element : list.split(",")) {
            if (!element.isBlank()) {
                elements.add(element.strip());
            }
        }
        return elements;
    }

    @Override
    public OptionalLong deadline() {
        return deadline;
    }

    /** Sets {@link #deadline}, in terms of {@link System#nanoTime}. */
    public void setDeadline(long nanoTime) {
        deadline = OptionalLong.of(nanoTime);
    }

    @Override
    public void addTo(ClassicHttpRequest outbound) {
        outbound.addHeader("Connection", "Upgrade");
        outbound.addHeader("Upgrade", String.join(", ", protocols));
        upgrade.prepare(outbound);
    }

    /** {@inheritDoc} A 101 that names no protocol is refused as well (RFC 9110 §7.8). */
    @Override
    public void check(ClassicHttpResponse switching) throws ProtocolException {
        String chosen = String.join(
                ", ",
                Arrays.stream(switching.getHeaders("Upgrade"))
                        .map(Header::getValue)
                        .toList());
        List<String> named = elements(chosen);
        boolean offered = named.stream().allMatch(name -> protocols.stream().anyMatch(name::equalsIgnoreCase));
        if (named.isEmpty() || !offered) {
            throw new ProtocolException("Switched to \"" + chosen + "\", which was not offered");
        }
    }

    /** {@inheritDoc} The worker's connection is closed when the container does not switch. */
    @Override
    public void accept(ClassicHttpResponse switching, LeasedConnection connection) throws SwitchFailedException {
        ChannelSocket worker = connection.leavePool();
        try {
            guard.call(() -> {
                upgrade.openTunnel(switching, worker, tunnels.threads(), tunnels.open());
                return null;
            });
        } catch (IOException | RuntimeException e) {
            worker.close();
            Event.TUNNEL_FAILED.log(
                    LOG,
                    "The container did not switch a connection to {protocol}: {problem}",
                    String.join(", ", protocols),
                    e.getMessage());
            throw new SwitchFailedException(e);
        }
    }
}
