package dev.vtsbasic.traffic;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * The values that the access log needs besides a {@link RequestRecord}. The client chooses the texts, so they may
 * contain any character.
 *
 * @param path without the query, which may contain secrets
 * @param userAgent empty when there is none
 * @param referer without its query and user information; empty when there is none
 */
// More than five components, because each is one field of the access log.
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

    /** Removes the user information, too, because some clients send it, although browsers do not (RFC 9110 §10.1.3). */
    private static String withoutSecrets(String url) {
        int query = url.indexOf('?');
        return USER.matcher(query < 0 ? url : url.substring(0, query)).replaceFirst("$1");
    }
}
