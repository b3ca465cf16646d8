package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.EventStreamType;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.message.UpgradeHeader;
import dev.vtsbasic.syntax.FieldSyntax;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hc.client5.http.cache.ResponseCacheControl;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.MessageHeaders;

/**
 * Decides which requests the shared cache may serve, and which responses it may store. HttpClient's cache applies RFC
 * 9111 after these rules. They are stricter where an app's mistake would show one visitor's page to another, or one
 * visitor could spoil a response for all.
 */
public final class StoragePolicy {
    /**
     * Statuses of responses that may be stored. Other errors than 404 and 410 are excluded, so that a client that
     * provokes an error does not provoke it for all.
     */
    private static final Set<Integer> STORABLE_STATUSES = Set.of(200, 203, 204, 300, 301, 302, 303, 307, 308, 404, 410);

    /**
     * Statuses that say something about the resource. The others, such as a redirect to a login, may depend on the
     * client.
     */
    private static final Set<Integer> RESOURCE_STATUSES = Set.of(200, 203, 204, 404, 410);

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    /** Fields that override the method in some frameworks. */
    private static final List<String> METHOD_OVERRIDES =
            List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override");

    /**
     * Fields that override the URL in some frameworks. Requests with them bypass the cache, because any client can
     * forge them.
     */
    private static final List<String> URL_OVERRIDES = List.of(
            "X-Original-URL", "X-Original-Host", "X-Original-URI", "X-Rewrite-URL", "X-Host", "X-HTTP-Host-Override");

    /** Fields of which a response may have one line at most, because recipients differ in which of several counts. */
    private static final List<String> SINGLE_LINE_FIELDS =
            List.of("Content-Location", "Content-Type", "Date", "ETag", "Expires", "Last-Modified", "Location");

    private static final List<String> RANGE_AND_PRECONDITIONS =
            List.of("Range", "If-Range", "If-Match", "If-Unmodified-Since");

    /**
     * Fields of a request that HttpClient's cache does not get. A response that varies by one of them is therefore not
     * stored.
     */
    private static final Set<String> NOT_SENT_TO_CACHE = Set.of(
            "authorization",
            "x-request-id",
            "traceparent",
            "tracestate",
            "cache-control",
            "pragma",
            "if-none-match",
            "if-modified-since");

    private StoragePolicy() {}

    /** Whether the response to this request may come from the cache or be stored in it. */
    public static boolean appliesTo(InboundRequest request) {
        return (request.method().equals("GET") || request.method().equals("HEAD"))
                && !request.hasBody()
                && !UpgradeHeader.isWebSocketHandshake(request)
                && hasNone(request, RANGE_AND_PRECONDITIONS)
                && hasNone(request, METHOD_OVERRIDES)
                && hasNone(request, URL_OVERRIDES);
    }

    /** Whether the request may change resources, so that its response invalidates stored ones (RFC 9111 §4.4). */
    static boolean isUnsafe(InboundRequest request) {
        return !SAFE_METHODS.contains(request.method()) || !hasNone(request, METHOD_OVERRIDES);
    }

    private static boolean hasNone(InboundRequest request, List<String> names) {
        for (InboundRequest.Field field : request.headers()) {
            for (String name : names) {
                if (name.equalsIgnoreCase(field.name())) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether HttpClient's cache gets this field of a request, so that a response may vary by it. */
    static boolean isSentToCache(String lowerCaseName) {
        return !NOT_SENT_TO_CACHE.contains(lowerCaseName);
    }

    /** Whether the response to this request may be stored for other clients. */
    static boolean mayBeStored(HttpResponse response, InboundRequest request) {
        return mayBeStored(response) && isShareable(CacheControl.of(response), request);
    }

    private static boolean mayBeStored(HttpResponse response) {
        return STORABLE_STATUSES.contains(response.getCode())
                && allowStoring(CacheControl.of(response))
                && hasUsableVary(response)
                && !response.containsHeader("Set-Cookie")
                && !response.containsHeader("Content-Range")
                && hasUniqueFields(response)
                && hasKnownType(response);
    }

    /**
     * As {@link #mayBeStored(HttpResponse, InboundRequest)}, for a 304 that revalidates a stored response.
     *
     * @param renewed the directives of the stored response after the 304 has updated it
     */
    static boolean mayRenew(HttpResponse response, CacheControl renewed, InboundRequest request) {
        boolean silent =
                Stream.of("Cache-Control", CacheControl.TARGETED, "Expires").noneMatch(response::containsHeader);
        return hasUniqueFields(response)
                && (silent || allowStoring(renewed) && hasUsableVary(response) && isShareable(renewed, request));
    }

    private static boolean hasUniqueFields(HttpResponse response) {
        return SINGLE_LINE_FIELDS.stream().allMatch(name -> response.countHeaders(name) <= 1);
    }

    /**
     * Whether a response that is not stored makes the stored one invalid for all clients. It does not when only the
     * request's credentials forbid storing it.
     */
    static boolean invalidatesStored(HttpResponse response, InboundRequest request) {
        boolean onlyForCredentials = mayBeStored(response) && !isShareable(CacheControl.of(response), request);
        return RESOURCE_STATUSES.contains(response.getCode()) && !onlyForCredentials;
    }

    /**
     * Whether the Content-Type allows storing: it is absent, or HttpClient's cache can parse it and it is not an event
     * stream. An event stream may have no end, and an unknown charset makes HttpClient's cache fail at each hit.
     */
    static boolean hasKnownType(HttpResponse response) {
        Header type = response.getFirstHeader("Content-Type");
        try {
            return type == null
                    || ContentType.parse(type.getValue()) != null && !EventStreamType.matches(type.getValue());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean allowStoring(CacheControl directives) {
        return directives.lifetime() > 0
                && !directives.has("no-store")
                && !directives.has("private")
                && !directives.has("no-cache");
    }

    /**
     * Whether the response to this request may be stored for other clients, and a stored response sent to this one. If
     * the request has credentials, the app must allow it explicitly, because it may have made the response for their
     * owner: with {@code public} or {@code s-maxage}; for Authorization {@code must-revalidate} is enough, too (RFC
     * 9111 §3.5). For a Cookie {@code max-age} is not enough, because apps mostly mean the browser's cache by it.
     */
    static boolean isShareable(CacheControl directives, InboundRequest request) {
        boolean shared = directives.has("public") || directives.has("s-maxage");
        return isShareable(shared, directives.has("must-revalidate"), request);
    }

    /**
     * As {@link #isShareable(CacheControl, InboundRequest)}, with the directives as HttpClient's cache has read them
     * from the stored response.
     */
    static boolean isShareable(ResponseCacheControl directives, InboundRequest request) {
        boolean shared = directives.isPublic() || directives.getSharedMaxAge() >= 0;
        return isShareable(shared, directives.isMustRevalidate(), request);
    }

    private static boolean isShareable(boolean shared, boolean mustRevalidate, InboundRequest request) {
        return shared
                || !request.lines("Cookie").arePresent()
                        && (mustRevalidate || !request.lines("Authorization").arePresent());
    }

    private static boolean hasUsableVary(MessageHeaders head) {
        return Arrays.stream(head.getHeaders("Vary"))
                .flatMap(line -> Stream.of(line.getValue().split(",")))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .allMatch(name -> name.isEmpty() || maySelectVariants(name));
    }

    private static boolean maySelectVariants(String name) {
        return FieldSyntax.isToken(name) && !name.equals("*") && isSentToCache(name);
    }
}
