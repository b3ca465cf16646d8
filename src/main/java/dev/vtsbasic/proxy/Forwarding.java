package dev.vtsbasic.proxy;

import dev.vtsbasic.settings.IpNetwork;
import dev.vtsbasic.settings.UrlPath;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * What the app is told of who asks: X-Forwarded-*, Forwarded (RFC 7239), Via (RFC 9110 §7.6.3), X-Request-Id and
 * traceparent (W3C Trace Context).
 *
 * <p>The container knows the client's address and scheme. What a request itself says of them counts only when it comes
 * from a trusted proxy; nobody else can make the app believe anything.
 */
final class Forwarding {
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,200}");
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final List<InboundRequest.Field> fields = new ArrayList<>();
    private final boolean trusted;
    private final boolean https;
    private final String prefix;
    private final String requestId;
    private final boolean traceContinues;
    private final boolean traceKnown;
    private final String traceparent;

    private Forwarding(InboundRequest request, List<IpNetwork> trustedProxies) {
        trusted = trustedProxies.stream().anyMatch(network -> network.contains(request.clientAddress()));
        String scheme = oneOf(request, "X-Forwarded-Proto", "https?", request.scheme());
        https = scheme.equals("https");
        String host = oneOf(request, "X-Forwarded-Host", "[^\\s,]+", request.host());
        String port = oneOf(request, "X-Forwarded-Port", "[0-9]{1,5}", Integer.toString(request.port()));
        String givenPrefix = trusted ? request.header("X-Forwarded-Prefix").replaceFirst("/$", "") : "";
        prefix = givenPrefix.isEmpty() || !UrlPath.is(givenPrefix) ? request.base() : givenPrefix;
        add("X-Forwarded-For", appended(request, "X-Forwarded-For", request.clientAddress()));
        add("X-Forwarded-Proto", scheme);
        add("X-Forwarded-Host", host);
        add("X-Forwarded-Port", port);
        if (!prefix.isEmpty()) {
            add("X-Forwarded-Prefix", prefix);
        }
        add("Forwarded", appended(request, "Forwarded", element(request)));
        String via = request.protocol().replaceFirst("^HTTP/", "").replaceFirst("^2.0$", "2") + " vts-basic";
        String hops = request.joined("Via");
        add("Via", hops.isEmpty() ? via : hops + ", " + via);
        String givenId = trusted ? request.header("X-Request-Id") : "";
        requestId = REQUEST_ID.matcher(givenId).matches() ? givenId : randomHex(16);
        add("X-Request-Id", requestId);
        String given = request.header("traceparent");
        String agents = AgentSpan.traceparent();
        // An agent may take part in no trace that a client has begun.
        traceContinues = TRACEPARENT.matcher(given).matches()
                && (agents.isEmpty() || traceOf(agents).equals(traceOf(given)));
        traceKnown = traceContinues || !agents.isEmpty();
        String own = traceContinues ? given : "00-" + randomHex(16) + "-" + randomHex(8) + "-00";
        traceparent = agents.isEmpty() ? own : agents;
        add("traceparent", traceparent);
    }

    static Forwarding of(InboundRequest request, List<IpNetwork> trustedProxies) {
        return new Forwarding(request, trustedProxies);
    }

    /** The fields that the app gets. */
    List<InboundRequest.Field> fields() {
        return fields;
    }

    /** Whether the browser used TLS. */
    boolean isHttps() {
        return https;
    }

    /** Path at which browsers see the application, as the app is told; empty at the root. */
    String prefix() {
        return prefix;
    }

    /** Names the request on error pages and to the app. */
    String requestId() {
        return requestId;
    }

    /** Names the request in the log, and the trace when somebody besides the app may know of it. */
    String inLog() {
        return traceKnown ? requestId + ", trace " + traceOf(traceparent) : requestId;
    }

    /** As many digits follow the version and its hyphen in any version. */
    private static String traceOf(String traceparent) {
        return traceparent.substring(3, 35);
    }

    /** Whether a client's field is replaced by one of {@link #fields} or has no meaning without one of them. */
    boolean replaces(String lowerCaseName) {
        return switch (lowerCaseName) {
            case "forwarded", "via", "x-request-id", "traceparent" -> true;
            case "x-real-ip" -> !trusted;
            case "tracestate" -> !traceContinues;
            default -> lowerCaseName.startsWith("x-forwarded-");
        };
    }

    private void add(String name, String value) {
        fields.add(new InboundRequest.Field(name, value));
    }

    private String oneOf(InboundRequest request, String name, String allowed, String own) {
        String given = trusted ? request.header(name) : "";
        return given.matches(allowed) ? given : own;
    }

    private String appended(InboundRequest request, String name, String own) {
        String given = trusted ? request.joined(name) : "";
        return given.isEmpty() ? own : given + ", " + own;
    }

    private static String element(InboundRequest request) {
        String address = request.clientAddress();
        String node = address.contains(":") ? "\"[" + address.replaceAll("[\\[\\]]", "") + "]\"" : address;
        return "for=" + node + ";host=" + quoted(request.host()) + ";proto=" + request.scheme();
    }

    private static String quoted(String value) {
        return TOKEN.matcher(value).matches()
                ? value
                : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static String randomHex(int octets) {
        byte[] random = new byte[octets];
        ThreadLocalRandom.current().nextBytes(random);
        // All zeros are not allowed in a traceparent.
        random[0] |= 1;
        return HexFormat.of().formatHex(random);
    }
}
