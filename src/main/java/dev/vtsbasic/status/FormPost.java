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
 * What a page's form sent.
 *
 * @param fields by name
 * @param fromHere whether nothing says that it was another site's page
 */
record FormPost(Map<String, String> fields, boolean fromHere) {
    /** No form of ours is longer. */
    private static final int LONGEST = 8192;

    /** Reads the body; no parameter, which containers read in their own ways. */
    static FormPost of(HttpServletRequest request) throws IOException {
        String body = new String(request.getInputStream().readNBytes(LONGEST), StandardCharsets.US_ASCII);
        Map<String, String> fields = new HashMap<>();
        for (String field : body.split("&")) {
            String[] parts = field.split("=", 2);
            fields.put(parts[0], parts.length == 1 ? "" : decode(parts[1]));
        }
        return new FormPost(fields, isFromHere(request));
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Browsers say where a form is from by Sec-Fetch-Site on secure connections, by Origin on all. */
    private static boolean isFromHere(HttpServletRequest request) {
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

    /** A proxy may have changed the Host, but no page can make a browser send the other. */
    private static boolean isHost(String authority, HttpServletRequest request) {
        return authority.equalsIgnoreCase(FieldLines.of(request, "Host").single())
                || authority.equalsIgnoreCase(
                        RequestRecord.of(request).caller(request).origin().host())
                || authority.equalsIgnoreCase(
                        FieldLines.of(request, "X-Forwarded-Host").single());
    }

    /** Empty when it was not sent. */
    String field(String name) {
        return fields.getOrDefault(name, "");
    }
}
