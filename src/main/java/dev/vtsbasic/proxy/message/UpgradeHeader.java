package dev.vtsbasic.proxy.message;

import java.util.List;
import java.util.Locale;

/** Reads which protocols a client offers to switch to (RFC 9110 §7.8). */
public final class UpgradeHeader {
    public static final String WEBSOCKET = "websocket";

    private UpgradeHeader() {}

    /**
     * The protocols that a client offers, without HTTP, whose requests would pass through a tunnel unseen by the proxy,
     * and without TLS. Empty for a request with a body.
     */
    public static List<String> protocolsOf(InboundRequest request) {
        // RFC 9110 §7.8: a server ignores Upgrade in a request of HTTP/1.0.
        boolean nominated = request.protocol().startsWith("HTTP/1.")
                && !request.protocol().equals("HTTP/1.0")
                && request.lines("Connection").elements().stream().anyMatch("upgrade"::equalsIgnoreCase);
        return nominated && !request.hasBody()
                ? request.lines("Upgrade").elements().stream()
                        .filter(UpgradeHeader::canBeCarried)
                        .toList()
                : List.of();
    }

    private static boolean canBeCarried(String protocol) {
        String lower = protocol.toLowerCase(Locale.ROOT);
        return !lower.startsWith("h2") && !lower.startsWith("http/") && !lower.startsWith("tls/");
    }

    /** Whether the request is a WebSocket handshake (RFC 6455 §4.1), to which only a worker can respond. */
    public static boolean isWebSocketHandshake(InboundRequest request) {
        return request.method().equals("GET")
                && request.lines("Sec-WebSocket-Key").arePresent()
                && protocolsOf(request).stream().anyMatch(WEBSOCKET::equalsIgnoreCase);
    }
}
