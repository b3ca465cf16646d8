package dev.vtsbasic.proxy;

import dev.vtsbasic.proxy.InboundRequest.Field;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;

/** Makes the request to Bun out of the client's: the same, save what RFC 9110 §7.6 tells a proxy to change. */
final class OutboundRequest {
    private OutboundRequest() {}

    static ClassicHttpRequest of(InboundRequest inbound, RequestBody body) {
        ClassicHttpRequest request = new BasicClassicHttpRequest(inbound.method(), null, null, inbound.target());
        request.addHeader("Host", inbound.host());
        HopByHop hopByHop = new HopByHop(inbound.headers().stream()
                .filter(field -> field.name().equalsIgnoreCase("Connection"))
                .map(Field::value)
                .toList());
        for (Field field : inbound.headers()) {
            if (!hopByHop.includes(field.name()) && !isOurs(field.name())) {
                request.addHeader(field.name(), field.value());
            }
        }
        request.addHeader("X-Forwarded-For", inbound.clientAddress());
        request.addHeader("X-Forwarded-Proto", inbound.scheme());
        request.addHeader("X-Forwarded-Host", inbound.host());
        request.addHeader("X-Forwarded-Port", Integer.toString(inbound.port()));
        if (body != null) {
            request.setEntity(body);
        }
        if (inbound.chunked()) {
            request.addHeader("Transfer-Encoding", "chunked");
        } else if (inbound.contentLength() >= 0) {
            request.addHeader("Content-Length", Long.toString(inbound.contentLength()));
        }
        return request;
    }

    /** What we say ourselves, so that no client can say it instead. */
    private static boolean isOurs(String name) {
        String lowerCase = name.toLowerCase(Locale.ROOT);
        return switch (lowerCase) {
            // The container answers an expectation when the body is first read (RFC 9110 §10.1.1).
            case "host", "content-length", "expect", "forwarded" -> true;
            default -> lowerCase.startsWith("x-forwarded-");
        };
    }
}
