package dev.vtsbasic.proxy;

import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What a client asked, read from the container once, before anything else happens: some containers reuse the request
 * object as soon as another thread looks at it.
 *
 * @param method as the client sent it
 * @param target raw path and query, neither decoded nor encoded again
 * @param headers all header fields in their order
 * @param contentLength of the body in bytes; -1 when it is chunked or there is none
 * @param chunked whether a body of unknown length follows
 * @param clientAddress address of the client, as the container sees it
 * @param scheme {@code http} or {@code https}, as the container sees it
 * @param host value of the Host header field, or the name the container knows itself by
 * @param port the port the client asked, as the container sees it
 */
record InboundRequest(
        String method,
        String target,
        List<Field> headers,
        long contentLength,
        boolean chunked,
        String clientAddress,
        String scheme,
        String host,
        int port) {

    /** A header field. */
    record Field(String name, String value) {}

    static InboundRequest of(HttpServletRequest request) {
        List<Field> headers = new ArrayList<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                headers.add(new Field(name, value));
            }
        }
        String query = request.getQueryString();
        String host = request.getHeader("Host");
        return new InboundRequest(
                request.getMethod(),
                query == null ? request.getRequestURI() : request.getRequestURI() + "?" + query,
                headers,
                request.getContentLengthLong(),
                request.getHeader("Transfer-Encoding") != null,
                request.getRemoteAddr(),
                request.getScheme(),
                host == null ? request.getServerName() : host,
                request.getServerPort());
    }

    /** The first value of a field, or an empty string. */
    String header(String name) {
        return headers.stream()
                .filter(field -> field.name().equalsIgnoreCase(name))
                .map(Field::value)
                .findFirst()
                .orElse("");
    }

    boolean hasBody() {
        return chunked || contentLength > 0;
    }

    /** RFC 9110 §9.2.2: asking twice does no more than asking once. */
    boolean isIdempotent() {
        return switch (method) {
            case "GET", "HEAD", "OPTIONS", "PUT", "DELETE" -> true;
            default -> false;
        };
    }
}
