package dev.vtsbasic.header;

import dev.vtsbasic.settings.IpNetwork;
import dev.vtsbasic.traffic.ForwardedRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Adds security header fields to HTML documents. A field that the app sets itself is kept.
 *
 * <p>Strict-Transport-Security is added to every response over TLS, because it applies to the whole host, and a browser
 * may never request an HTML document from this host: it may only be redirected to another host, or load an image for a
 * page of another host. Safe for any number of threads.
 */
public final class SecurityHeaders {
    private static final Pattern DOCUMENT = Pattern.compile("(text/html|application/xhtml\\+xml)\\s*(;.*)?");
    private static final Pattern FRAME_ANCESTORS = Pattern.compile("(^|[;,])\\s*frame-ancestors[\\s;,].*");

    private static final String ONE_YEAR = "max-age=31536000";

    private final boolean on;
    private final List<IpNetwork> trustedProxies;

    /**
     * @param on whether any field is added
     * @param trustedProxies proxies whose forwarded header fields decide which scheme the browser used
     */
    public SecurityHeaders(boolean on, List<IpNetwork> trustedProxies) {
        this.on = on;
        this.trustedProxies = trustedProxies;
    }

    /** An instance that adds no header field. */
    public static SecurityHeaders off() {
        return new SecurityHeaders(false, List.of());
    }

    /**
     * Adds the missing header fields to a response that is not committed. Adds none to a 304.
     *
     * @param https whether the browser used TLS
     */
    public void addMissing(HttpServletResponse response, boolean https) {
        // A 304 updates the response that the browser has stored, in which the app may have set fields that the 304
        // does not repeat. Defaults must not replace them.
        if (!on || response.getStatus() == HttpServletResponse.SC_NOT_MODIFIED) {
            return;
        }
        if (https) {
            addAbsent(response, "Strict-Transport-Security", ONE_YEAR);
        }
        if (isDocument(response)) {
            addAbsent(response, "X-Content-Type-Options", "nosniff");
            addAbsent(response, "Referrer-Policy", "strict-origin-when-cross-origin");
            addAbsent(response, "Cross-Origin-Opener-Policy", "same-origin-allow-popups");
            if (!hasFrameAncestors(response.getHeaders("Content-Security-Policy"))) {
                addAbsent(response, "X-Frame-Options", "SAMEORIGIN");
            }
        }
    }

    /** As {@link #addMissing(HttpServletResponse, boolean)}, for a response that this program makes without the app. */
    public void addMissing(HttpServletRequest request, HttpServletResponse response) {
        if (on) {
            addMissing(
                    response,
                    ForwardedRequest.of(request, trustedProxies).origin().isHttps());
        }
    }

    private static boolean isDocument(HttpServletResponse response) {
        String type = response.getContentType();
        return type != null && DOCUMENT.matcher(type.toLowerCase(Locale.ROOT)).matches();
    }

    private static boolean hasFrameAncestors(Collection<String> policies) {
        return policies.stream()
                .anyMatch(policy -> FRAME_ANCESTORS
                        .matcher(policy.toLowerCase(Locale.ROOT) + ';')
                        .find());
    }

    private static void addAbsent(HttpServletResponse response, String name, String value) {
        if (!response.containsHeader(name)) {
            response.setHeader(name, value);
        }
    }
}
