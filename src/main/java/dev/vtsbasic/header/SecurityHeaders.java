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
 * Adds to HTML documents what makes browsers more careful, where they do not say it themselves: what the app sets stands.
 *
 * <p>Strict-Transport-Security goes on every response over TLS, because it counts for the whole host and a browser may never
 * see another one: a redirect may lead elsewhere, and a page of another host may show no more than an image of this one.
 * Safe for any number of threads.
 */
public final class SecurityHeaders {
    private static final Pattern DOCUMENT = Pattern.compile("(text/html|application/xhtml\\+xml)\\s*(;.*)?");
    private static final Pattern FRAME_ANCESTORS = Pattern.compile("(^|[;,])\\s*frame-ancestors[\\s;,].*");

    private static final String A_YEAR = "max-age=31536000";

    private final boolean on;
    private final List<IpNetwork> trustedProxies;

    /** @param trustedProxies those whose word counts for the scheme that the browser used */
    public SecurityHeaders(boolean on, List<IpNetwork> trustedProxies) {
        this.on = on;
        this.trustedProxies = trustedProxies;
    }

    /** Such that add nothing. */
    public static SecurityHeaders off() {
        return new SecurityHeaders(false, List.of());
    }

    /**
     * Completes a head that is not sent yet.
     *
     * @param https whether the browser used TLS
     */
    public void complete(HttpServletResponse response, boolean https) {
        // A 304 changes the head of what the browser has, which may say more than the 304 repeats.
        if (!on || response.getStatus() == HttpServletResponse.SC_NOT_MODIFIED) {
            return;
        }
        if (https) {
            addAbsent(response, "Strict-Transport-Security", A_YEAR);
        }
        if (isDocument(response)) {
            addAbsent(response, "X-Content-Type-Options", "nosniff");
            addAbsent(response, "Referrer-Policy", "strict-origin-when-cross-origin");
            addAbsent(response, "Cross-Origin-Opener-Policy", "same-origin-allow-popups");
            if (!saysWhoMayFrameIt(response.getHeaders("Content-Security-Policy"))) {
                addAbsent(response, "X-Frame-Options", "SAMEORIGIN");
            }
        }
    }

    /** As {@link #complete(HttpServletResponse, boolean)}, for an answer that the app has no part in. */
    public void complete(HttpServletRequest request, HttpServletResponse response) {
        if (on) {
            complete(
                    response,
                    ForwardedRequest.of(request, trustedProxies).origin().isHttps());
        }
    }

    private static boolean isDocument(HttpServletResponse response) {
        String type = response.getContentType();
        return type != null && DOCUMENT.matcher(type.toLowerCase(Locale.ROOT)).matches();
    }

    private static boolean saysWhoMayFrameIt(Collection<String> policies) {
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
