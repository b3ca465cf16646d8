package dev.vtsbasic.traffic;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;

/**
 * What the access log tells of a request besides its {@link RequestRecord}. Any text is the client's, with whatever
 * characters.
 *
 * @param path without the query, which may hold secrets
 * @param userAgent empty when there is none
 * @param referer without its query; empty when there is none
 */
record RequestLine(Instant time, String method, String path, String protocol, String userAgent, String referer) {
    static RequestLine of(HttpServletRequest request) {
        return new RequestLine(
                Instant.now(),
                request.getMethod(),
                request.getRequestURI(),
                request.getProtocol(),
                header(request, "User-Agent"),
                withoutQuery(header(request, "Referer")));
    }

    private static String header(HttpServletRequest request, String name) {
        String value = request.getHeader(name);
        return value == null ? "" : value;
    }

    /** The page that one came from was asked for with a query, too. */
    private static String withoutQuery(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }
}
