package dev.vtsbasic.proxy.message;

import dev.vtsbasic.proxy.message.InboundRequest.Field;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;

/** Makes the request to a worker from the client's request, with the changes that RFC 9110 §7.6 requires of a proxy. */
public final class OutboundRequest {
    private OutboundRequest() {}

    /** @param body null when there is none */
    public static ClassicHttpRequest of(InboundRequest inbound, ForwardedHeaders forwarding, HttpEntity body) {
        ClassicHttpRequest request = new BasicClassicHttpRequest(inbound.method(), null, null, inbound.target());
        request.addHeader("Host", inbound.host());
        HopByHopHeaders hopByHop =
                HopByHopHeaders.nominatedBy(inbound.lines("Connection").joined());
        for (Field field : inbound.headers()) {
            String name = field.name().toLowerCase(Locale.ROOT);
            if (!hopByHop.includes(name) && !isOurs(name) && !forwarding.replaces(name)) {
                request.addHeader(field.name(), field.value());
            }
        }
        forwarding.fields().forEach(field -> request.addHeader(field.name(), field.value()));
        if (body != null) {
            request.setEntity(body);
        }
        if (inbound.streamed()) {
            request.addHeader("Transfer-Encoding", "chunked");
        } else if (inbound.contentLength() >= 0) {
            request.addHeader("Content-Length", Long.toString(inbound.contentLength()));
        }
        return request;
    }

    /**
     * Whether the proxy handles the field itself. Expect is not forwarded, because the container sends the 100
     * (Continue) when the body is first read (RFC 9110 §10.1.1).
     */
    private static boolean isOurs(String lowerCaseName) {
        return switch (lowerCaseName) {
            case "host", "content-length", "expect" -> true;
            default -> false;
        };
    }
}
