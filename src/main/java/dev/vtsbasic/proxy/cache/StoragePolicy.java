package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.exchange.EventStreamRegistry;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.tunnel.UpgradeOffer;
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
 * Which requests have to do with the shared cache, and which answers may get into it. HttpClient's cache has rules of its
 * own, by RFC 9111; these come first, and are stricter where an app's slip would show one visitor's page to another, or one
 * visitor could spoil an answer for all.
 */
public final class StoragePolicy {
    /** Errors are not among them: whoever provokes one is not to provoke it for all. */
    private static final Set<Integer> KEPT_STATUSES = Set.of(200, 203, 204, 300, 301, 302, 307, 308, 404, 410);

    /** Those of them that say of the thing that it is another one now, and not only of who asks. */
    private static final Set<Integer> OF_THE_THING = Set.of(200, 203, 204, 404, 410);

    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    /** By which some frameworks take a request for one of another method. */
    private static final List<String> CHANGE_THE_METHOD =
            List.of("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override");

    /** By which some take it for one of another address; such a request is no more than a stranger's word. */
    private static final List<String> CHANGE_THE_ADDRESS = List.of(
            "X-Original-URL", "X-Original-Host", "X-Original-URI", "X-Rewrite-URL", "X-Host", "X-HTTP-Host-Override");

    /** Of these an answer has one line at most; of several, readers differ in which of them counts. */
    private static final List<String> SINGULAR =
            List.of("Content-Location", "Content-Type", "Date", "ETag", "Expires", "Last-Modified", "Location");

    private static final List<String> FOR_A_PART = List.of("Range", "If-Range", "If-Match", "If-Unmodified-Since");

    /** What the cache is not told of a request, so that no answer can depend on it. */
    private static final Set<String> NOT_TOLD = Set.of(
            "authorization",
            "x-request-id",
            "traceparent",
            "tracestate",
            "cache-control",
            "pragma",
            "if-none-match",
            "if-modified-since");

    private StoragePolicy() {}

    /** Whether the answer may come from the cache or get into it. */
    public static boolean concern(InboundRequest request) {
        return (request.method().equals("GET") || request.method().equals("HEAD"))
                && !request.hasBody()
                && !UpgradeOffer.isWebSocketHandshake(request)
                && none(request, FOR_A_PART)
                && none(request, CHANGE_THE_METHOD)
                && none(request, CHANGE_THE_ADDRESS);
    }

    /** Whether it may change what the app answers to others (RFC 9111 §4.4). */
    static boolean isUnsafe(InboundRequest request) {
        return !SAFE_METHODS.contains(request.method()) || !none(request, CHANGE_THE_METHOD);
    }

    private static boolean none(InboundRequest request, List<String> names) {
        return names.stream().noneMatch(name -> request.lines(name).arePresent());
    }

    static boolean isTold(String lowerCaseName) {
        return !NOT_TOLD.contains(lowerCaseName);
    }

    /** Whether the answer to this request may be kept for others. */
    static boolean mayBeStored(HttpResponse answer, InboundRequest request) {
        return mayBeStored(answer) && isForEverybody(CacheControl.of(answer), request);
    }

    private static boolean mayBeStored(HttpResponse answer) {
        return KEPT_STATUSES.contains(answer.getCode())
                && allow(CacheControl.of(answer))
                && canVary(answer)
                && !answer.containsHeader("Set-Cookie")
                && !answer.containsHeader("Content-Range")
                && isClear(answer)
                && hasKnownType(answer);
    }

    /**
     * The same for an answer that only renews one that is there (304).
     *
     * @param renewed what that one will say of its storing
     */
    static boolean mayRenew(HttpResponse answer, CacheControl renewed, InboundRequest request) {
        boolean silent =
                Stream.of("Cache-Control", CacheControl.TARGETED, "Expires").noneMatch(answer::containsHeader);
        return isClear(answer) && (silent || allow(renewed) && canVary(answer) && isForEverybody(renewed, request));
    }

    private static boolean isClear(HttpResponse answer) {
        return SINGULAR.stream().allMatch(name -> answer.countHeaders(name) <= 1);
    }

    /** Whether an answer that is not stored says that the one before it is not right any more, for whoever asks. */
    static boolean endsTheOldOne(HttpResponse answer, InboundRequest request) {
        boolean onlyForCredentials = mayBeStored(answer) && !isForEverybody(CacheControl.of(answer), request);
        return OF_THE_THING.contains(answer.getCode()) && !onlyForCredentials;
    }

    /** No event stream, which may have no end, and nothing that HttpClient's cache cannot read when it is asked for it. */
    static boolean hasKnownType(HttpResponse answer) {
        Header type = answer.getFirstHeader("Content-Type");
        try {
            return type == null || ContentType.parse(type.getValue()) != null && !EventStreamRegistry.isType(type.getValue());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean allow(CacheControl directives) {
        return directives.lifetime() > 0
                && !directives.has("no-store")
                && !directives.has("private")
                && !directives.has("no-cache");
    }

    /**
     * Whether an answer may be shared with, or come from, whoever sends this: to one with credentials the app must say so,
     * since it may have made its answer for their owner. For a cookie {@code max-age} does not say it, which is mostly meant
     * for the browser.
     */
    static boolean isForEverybody(CacheControl directives, InboundRequest request) {
        boolean shared = directives.has("public") || directives.has("s-maxage");
        return isForEverybody(shared, directives.has("must-revalidate"), request);
    }

    /** The same with the directives as HttpClient's cache has read them. */
    static boolean isForEverybody(ResponseCacheControl directives, InboundRequest request) {
        boolean shared = directives.isPublic() || directives.getSharedMaxAge() >= 0;
        return isForEverybody(shared, directives.isMustRevalidate(), request);
    }

    private static boolean isForEverybody(boolean shared, boolean mustRevalidate, InboundRequest request) {
        return shared
                || !request.lines("Cookie").arePresent()
                        && (mustRevalidate || !request.lines("Authorization").arePresent());
    }

    private static boolean canVary(MessageHeaders head) {
        return Arrays.stream(head.getHeaders("Vary"))
                .flatMap(line -> Stream.of(line.getValue().split(",")))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .allMatch(name -> name.isEmpty() || isVariant(name));
    }

    private static boolean isVariant(String name) {
        return FieldSyntax.isToken(name) && !name.equals("*") && isTold(name);
    }
}
