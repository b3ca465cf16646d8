package dev.vtsbasic.proxy.message;

import dev.vtsbasic.settings.Authority;
import dev.vtsbasic.settings.UrlPath;
import dev.vtsbasic.traffic.Caller;
import dev.vtsbasic.traffic.ForwardedRequest;
import dev.vtsbasic.traffic.PublicOrigin;
import java.util.ArrayList;
import java.util.List;

/**
 * The header fields that tell the app about the client: X-Forwarded-*, Forwarded (RFC 7239), X-Real-IP, Via (RFC 9110
 * §7.6.3), X-Request-Id and traceparent (W3C Trace Context).
 *
 * <p>The container knows the client's address and scheme. What the fields of a request say about them counts only when
 * the request comes from a trusted proxy, because any other client can forge them.
 */
public final class ForwardedHeaders {
    private final List<InboundRequest.Field> fields = new ArrayList<>();
    private final boolean https;
    private final String prefix;
    private final String requestId;
    private final String traceId;
    private final boolean traceContinues;

    private ForwardedHeaders(InboundRequest request, Caller caller) {
        PublicOrigin origin = caller.origin();
        https = origin.isHttps();
        String givenPrefix =
                caller.trusted() ? request.lines("X-Forwarded-Prefix").single().replaceFirst("/$", "") : "";
        prefix = givenPrefix.isEmpty() || !UrlPath.is(givenPrefix) ? request.base() : givenPrefix;
        String peer = request.clientAddress().isEmpty() ? "unknown" : request.clientAddress();
        String hopsFor = caller.forwarded().forwardedFor();
        String hops = caller.forwarded().forwarded();
        // The element of an earlier proxy already names the origin, so this proxy's element names the scheme and host
        // of the request that it received.
        PublicOrigin ours = hops.isEmpty() ? origin : new PublicOrigin(request.scheme(), request.host(), origin.port());
        add("X-Forwarded-For", appended(hopsFor, peer));
        add("X-Forwarded-Proto", origin.scheme());
        // Apps build URLs from it, so it is left out if the container has accepted a malformed Host.
        if (Authority.of(origin.host()).isPresent()) {
            add("X-Forwarded-Host", origin.host());
        }
        add("X-Forwarded-Port", Integer.toString(origin.port()));
        if (!prefix.isEmpty()) {
            add("X-Forwarded-Prefix", prefix);
        }
        add("Forwarded", appended(hops, ForwardedRequest.forwardedElement(peer, ours)));
        if (!caller.address().isEmpty()) {
            add("X-Real-IP", caller.address());
        }
        String via = request.protocol().replaceFirst("^HTTP/", "").replaceFirst("^2.0$", "2") + " vts-basic";
        add("Via", appended(request.lines("Via").joined(), via));
        requestId = caller.requestId();
        add("X-Request-Id", requestId);
        traceId = caller.traceId();
        traceContinues = caller.traceContinues();
        add("traceparent", caller.traceparent());
    }

    public static ForwardedHeaders of(InboundRequest request, Caller caller) {
        return new ForwardedHeaders(request, caller);
    }

    /** The fields that are added to the request to the app. */
    public List<InboundRequest.Field> fields() {
        return fields;
    }

    /** Whether the browser used TLS, as far as the container and trusted proxies say. */
    public boolean isHttps() {
        return https;
    }

    /** Path at which browsers see the application, as X-Forwarded-Prefix tells the app; empty at the root. */
    public String prefix() {
        return prefix;
    }

    /** The id of the trace to which the request belongs. */
    public String traceId() {
        return traceId;
    }

    /** The id of the request in the log and on error pages. */
    public String requestId() {
        return requestId;
    }

    /**
     * Whether a field of the client's request is not forwarded: one of {@link #fields} replaces it, or it is another
     * X-Forwarded-* field, which a client can forge, or the tracestate of a trace that does not continue.
     */
    boolean replaces(String lowerCaseName) {
        return switch (lowerCaseName) {
            case "forwarded", "via", "x-real-ip", "x-request-id", "traceparent" -> true;
            case "tracestate" -> !traceContinues;
            default -> lowerCaseName.startsWith("x-forwarded-");
        };
    }

    private void add(String name, String value) {
        fields.add(new InboundRequest.Field(name, value));
    }

    private static String appended(String hops, String own) {
        return hops.isEmpty() ? own : hops + ", " + own;
    }
}
