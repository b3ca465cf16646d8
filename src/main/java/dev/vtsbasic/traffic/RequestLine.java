package dev.vtsbasic.traffic;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * What the access log tells of a request besides its {@link RequestRecord}. Any text is the client's, with whatever
 * characters.
 *
 * @param path without the query, which may hold secrets
 * @param userAgent empty when there is none
 * @param referer without its query and user information; empty when there is none
 */
record RequestLine(Instant time, String method, String path, String protocol, String userAgent, String referer) {
    private static final Pattern USER = Pattern.compile("^([^/]*//)[^/]*@");

    static RequestLine of(HttpServletRequest request) {
        return new RequestLine(
                Instant.now(),
                request.getMethod(),
                request.getRequestURI(),
                request.getProtocol(),
                FieldLines.of(request, "User-Agent").joined(),
                withoutSecrets(FieldLines.of(request, "Referer").single()));
    }

    /** Browsers send no user information, but others do (RFC 9110 §10.1.3). */
    private static String withoutSecrets(String url) {
        int query = url.indexOf('?');
        return USER.matcher(query < 0 ? url : url.substring(0, query)).replaceFirst("$1");
    }
}
