package dev.vtsbasic.traffic;

import dev.vtsbasic.settings.IpNetwork;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The client of a request, and the identifiers of the request in the log, on error pages and for the app.
 *
 * @param forwarded the request as the client made it, according to the trusted proxies
 * @param requestId the trusted proxy's X-Request-Id, or a random one
 * @param traceparent the span of OpenTelemetry's agent if there is one, or the client's, or the beginning of a new
 *     trace (W3C Trace Context)
 * @param traceContinues whether the request continues the client's trace
 * @param trusted whether the request comes from a trusted proxy
 */
public record Caller(
        ForwardedRequest forwarded, String requestId, String traceparent, boolean traceContinues, boolean trusted) {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,200}");
    private static final Pattern FIELD_OF_PROXIES =
            Pattern.compile("x-forwarded-.*|forwarded|x-real-ip|via", Pattern.CASE_INSENSITIVE);
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");

    /**
     * To be called before the request becomes asynchronous, because some containers reuse the request object
     * afterwards.
     */
    static Caller of(HttpServletRequest request, List<IpNetwork> trustedProxies) {
        String peer = ForwardedRequest.peerOf(request);
        boolean trusted = trustedProxies.stream().anyMatch(network -> network.contains(peer));
        String givenId = trusted ? FieldLines.of(request, "X-Request-Id").single() : "";
        String given = FieldLines.of(request, "traceparent").single();
        String agents = AgentSpan.traceparent();
        // An agent may begin its own trace instead of continuing the client's.
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

    /**
     * Whether the app, or another program on this machine, may have made the request by itself: the connection was made
     * on this machine, and there is neither X-Forwarded-For nor Forwarded, not even an empty one.
     */
    public static boolean isLocalAndUnforwarded(HttpServletRequest request) {
        return comesFromThisMachine(request)
                && Stream.of("X-Forwarded-For", "Forwarded")
                        .noneMatch(name -> FieldLines.of(request, name).arePresent());
    }

    /**
     * Whether the connection was made on this machine. The client's address alone does not prove it, because a
     * container may take the address from a header field and remove that field, as Tomcat's RemoteIpValve does.
     */
    public static boolean comesFromThisMachine(HttpServletRequest request) {
        return IpNetwork.isLoopback(request.getRemoteAddr()) && IpNetwork.isLoopback(request.getLocalAddr());
    }

    /**
     * Whether proxies write a header field of this name, in any case of letters. A request with such a field may come
     * from any client.
     */
    public static boolean isFieldOfProxies(String name) {
        return FIELD_OF_PROXIES.matcher(name).matches();
    }

    /**
     * The client's address, in the form of RFC 5952: as the container sees it or, when that is a trusted proxy, as the
     * proxy reports it. Empty when the container has none.
     */
    public String address() {
        return forwarded.clientAddress();
    }

    /** The scheme, host and port that the browser used. */
    public PublicOrigin origin() {
        return forwarded.origin();
    }

    /** The ID of the request's trace: 32 hexadecimal digits. */
    public String traceId() {
        return traceOf(traceparent);
    }

    private static String traceparent(String continued, String agents) {
        if (!agents.isEmpty()) {
            return agents;
        }
        return continued.isEmpty() ? "00-" + randomHex(16) + "-" + randomHex(8) + "-00" : continued;
    }

    /** The trace ID has this position in every version of traceparent. */
    private static String traceOf(String traceparent) {
        return traceparent.substring(3, 35);
    }

    private static String randomHex(int octets) {
        byte[] random = new byte[octets];
        ThreadLocalRandom.current().nextBytes(random);
        // A traceparent must not have an ID of zeros only.
        random[0] |= 1;
        return HexFormat.of().formatHex(random);
    }
}
