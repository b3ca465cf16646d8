package dev.vtsbasic.proxy;

import dev.vtsbasic.settings.UrlPath;
import dev.vtsbasic.traffic.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What the app is told of who asks: X-Forwarded-*, Forwarded (RFC 7239), Via (RFC 9110 §7.6.3), X-Request-Id and
 * traceparent (W3C Trace Context).
 *
 * <p>The container knows the client's address and scheme. What a request itself says of them counts only when it comes
 * from a trusted proxy; nobody else can make the app believe anything.
 */
final class Forwarding {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    private final List<InboundRequest.Field> fields = new ArrayList<>();
    private final boolean trusted;
    private final boolean https;
    private final String prefix;
    private final String requestId;
    private final String traceId;
    private final boolean traceContinues;

    private Forwarding(InboundRequest request, Caller caller) {
        trusted = caller.trusted();
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
        requestId = caller.requestId();
        add("X-Request-Id", requestId);
        traceId = caller.traceId();
        traceContinues = caller.traceContinues();
        add("traceparent", caller.traceparent());
    }

    static Forwarding of(InboundRequest request, Caller caller) {
        return new Forwarding(request, caller);
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

    /** The trace that the request belongs to. */
    String traceId() {
        return traceId;
    }

    /** Names the request in the log and on error pages. */
    String requestId() {
        return requestId;
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
}
