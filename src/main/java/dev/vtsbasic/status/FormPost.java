package dev.vtsbasic.status;

import dev.vtsbasic.traffic.FieldLines;
import dev.vtsbasic.traffic.RequestRecord;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The content of a form that a browser sent.
 *
 * @param fields values by name; the last one of a name counts
 * @param sameSite whether no header field shows that the form is on another site's page
 */
record FormPost(Map<String, String> fields, boolean sameSite) {
    /**
     * Maximum length of a form, in bytes, which no form of the status page exceeds. The rest of a longer body is not
     * read.
     */
    private static final int MAX_BYTES = 8192;

    /** Reads the body instead of the request's parameters, because each container parses these in its own way. */
    static FormPost of(HttpServletRequest request) throws IOException {
        String body = new String(request.getInputStream().readNBytes(MAX_BYTES), StandardCharsets.US_ASCII);
        Map<String, String> fields = new HashMap<>();
        for (String field : body.split("&")) {
            String[] parts = field.split("=", 2);
            fields.put(parts[0], parts.length == 1 ? "" : decode(parts[1]));
        }
        return new FormPost(fields, isSameSite(request));
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Falls back to Origin, because browsers send Sec-Fetch-Site on secure connections only. */
    private static boolean isSameSite(HttpServletRequest request) {
        FieldLines site = FieldLines.of(request, "Sec-Fetch-Site");
        if (site.arePresent()) {
            return site.single().equals("same-origin");
        }
        FieldLines origin = FieldLines.of(request, "Origin");
        return !origin.arePresent()
                || authority(origin.single())
                        .filter(host -> isHost(host, request))
                        .isPresent();
    }

    private static Optional<String> authority(String origin) {
        try {
            return Optional.ofNullable(URI.create(origin).getRawAuthority());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * X-Forwarded-Host counts too, because a proxy may have changed the Host field, and no page of another site can
     * make a browser send X-Forwarded-Host.
     */
    private static boolean isHost(String authority, HttpServletRequest request) {
        return authority.equalsIgnoreCase(FieldLines.of(request, "Host").single())
                || authority.equalsIgnoreCase(
                        RequestRecord.of(request).caller(request).origin().host())
                || authority.equalsIgnoreCase(
                        FieldLines.of(request, "X-Forwarded-Host").single());
    }

    /** The value of a field; empty when the form has no such field. */
    String field(String name) {
        return fields.getOrDefault(name, "");
    }
}
