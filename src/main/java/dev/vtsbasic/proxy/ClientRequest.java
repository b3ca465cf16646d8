package dev.vtsbasic.proxy;

import dev.vtsbasic.proxy.container.ConnectionGuard;
import dev.vtsbasic.proxy.exchange.RequestBody;
import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.tunnel.UpgradeOffer;

/**
 * A client's request while the proxy handles it. The proxy no longer reads the container's request object.
 *
 * @param body null when there is none
 * @param guard of the client's connection; has the response
 * @param upgrade the client's offer to switch protocols; null when there is none
 */
record ClientRequest(
        InboundRequest request,
        ForwardedHeaders forwarded,
        RequestBody body,
        ConnectionGuard guard,
        UpgradeOffer upgrade) {}
