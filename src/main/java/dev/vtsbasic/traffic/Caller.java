package dev.vtsbasic.traffic;

import dev.vtsbasic.settings.IpNetwork;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who asks, and the names that a request goes by: in the log, on error pages and for the app.
 *
 * @param forwarded what the client asked, as the trusted proxies say
 * @param requestId the trusted proxy's X-Request-Id, else one of our own
 * @param traceparent the span of OpenTelemetry's agent where there is one, else the client's, else the beginning of a trace
 *     of our own (W3C Trace Context)
 * @param traceContinues whether the client's trace goes on
 * @param trusted whether the request comes from a trusted proxy
 */
public record Caller(
        ForwardedRequest forwarded, String requestId, String traceparent, boolean traceContinues, boolean trusted) {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,200}");
    private static final Pattern FIELD_OF_PROXIES =
            Pattern.compile("x-forwarded-.*|forwarded|x-real-ip|via", Pattern.CASE_INSENSITIVE);
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    /** Only while the container's request is that of this client. */
    static Caller of(HttpServletRequest request, List<IpNetwork> trustedProxies) {
        String peer = ForwardedRequest.peerOf(request);
        boolean trusted = trustedProxies.stream().anyMatch(network -> network.contains(peer));
        String givenId = trusted ? FieldLines.of(request, "X-Request-Id").single() : "";
        String given = FieldLines.of(request, "traceparent").single();
        String agents = AgentSpan.traceparent();
        // An agent may take part in no trace that a client has begun.
        boolean continues = !given.isEmpty()
                && TRACEPARENT.matcher(given).matches()
                && (agents.isEmpty() || traceOf(agents).equals(traceOf(given)));
        return new Caller(
                ForwardedRequest.of(request, trustedProxies),
                REQUEST_ID.matcher(givenId).matches() ? givenId : randomHex(16),
                traceparent(continues ? given : "", agents),
                continues,
                trusted);
    }

    /** Whether the app may have asked, or somebody on this machine: no proxy says for whom it asks, be it for nobody. */
    public static boolean isOfThisMachine(HttpServletRequest request) {
        return comesFromThisMachine(request)
                && Stream.of("X-Forwarded-For", "Forwarded")
                        .noneMatch(name -> FieldLines.of(request, name).arePresent());
    }

    /**
     * Whether the connection was made on this machine. The client's address alone does not tell: a container may take it
     * from a header field, as Tomcat's RemoteIpValve does, and take that field away.
     */
    public static boolean comesFromThisMachine(HttpServletRequest request) {
        return IpNetwork.isLoopback(request.getRemoteAddr()) && IpNetwork.isLoopback(request.getLocalAddr());
    }

    /** Whether a header field of this name is written by proxies, so that the request may be anybody's. */
    public static boolean isFieldOfProxies(String name) {
        return FIELD_OF_PROXIES.matcher(name).matches();
    }

    /** Of the client: as the container sees it or, when that is a trusted proxy, by the word of that; by RFC 5952. */
    public String address() {
        return forwarded.clientAddress();
    }

    /** The scheme, host and port that the browser used. */
    public PublicOrigin origin() {
        return forwarded.origin();
    }

    /** The trace that it belongs to. */
    public String traceId() {
        return traceOf(traceparent);
    }

    private static String traceparent(String continued, String agents) {
        if (!agents.isEmpty()) {
            return agents;
        }
        return continued.isEmpty() ? "00-" + randomHex(16) + "-" + randomHex(8) + "-00" : continued;
    }

    /** As many digits follow the version and its hyphen in any version. */
    private static String traceOf(String traceparent) {
        return traceparent.substring(3, 35);
    }

    private static String randomHex(int octets) {
        byte[] random = new byte[octets];
        ThreadLocalRandom.current().nextBytes(random);
        // All zeros are not allowed in a traceparent.
        random[0] |= 1;
        return HexFormat.of().formatHex(random);
    }
}
