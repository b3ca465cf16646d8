package dev.vtsbasic.proxy;

import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.message.UpgradeHeader;
import dev.vtsbasic.proxy.tunnel.UpgradeOffer;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Bounds how many offers to switch protocols hold a thread of the container while they wait for a worker's response.
 * Containers switch protocols only on their own threads. On a virtual thread an offer holds none, so there is no bound.
 * Safe for any number of threads.
 */
final class UpgradeAdmission {
    /** Maximum number of offers other than WebSocket handshakes; a container may have 200 threads. */
    private static final int MAX_OFFERS = 50;

    private static final Permit WITHOUT_UPGRADE = new Permit(null, () -> {});

    private static final Optional<Permit> PLAIN = Optional.of(WITHOUT_UPGRADE);

    private final Semaphore offers = new Semaphore(MAX_OFFERS);
    private final HandshakeLimit handshakes = new HandshakeLimit(System::nanoTime);

    /**
     * Admits a request, without its offer if that may be ignored and too many others wait.
     *
     * @param offer null when there is none
     * @return empty when the request must be refused
     */
    Optional<Permit> admit(InboundRequest request, UpgradeOffer offer) {
        if (offer == null) {
            return PLAIN;
        }
        if (ExchangeExecutor.isVirtualThread()) {
            return Optional.of(new Permit(offer, () -> {}));
        }
        if (UpgradeHeader.isWebSocketHandshake(request)) {
            return handshakes.enter().map(handshake -> {
                handshake.deadline().ifPresent(offer::setDeadline);
                return new Permit(offer, handshake::close);
            });
        }
        // RFC 9110 §7.8: a server may ignore an offer. A WebSocket handshake is refused instead, because its client
        // needs the upgrade.
        return offers.tryAcquire() ? Optional.of(new Permit(offer, offers::release)) : PLAIN;
    }

    /**
     * Held until the request has ended or the connection has become a tunnel.
     *
     * @param upgrade the offer to pass on; null for none
     */
    record Permit(UpgradeOffer upgrade, Runnable release) implements AutoCloseable {
        @Override
        public void close() {
            release.run();
        }
    }
}
