package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.ForwardedHeaders;
import dev.vtsbasic.proxy.message.InboundRequest;
import dev.vtsbasic.proxy.message.OutboundRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;

/**
 * Makes the keys of the shared cache: the scheme, the host, the port and the path prefix as the app is told of them,
 * and the target, byte for byte.
 *
 * <p>HttpClient's cache normalises URIs, so it would mix up {@code /a/../b} and {@code /b}, which are two resources to
 * the app, and it fails on targets that are not URIs. Therefore it gets each key in base64url, which it does not
 * change.
 */
final class CacheKey {
    static final HttpHost HOST = new HttpHost("http", "cache", 80);

    private static final String START = "http://cache:80/";
    private static final char SEPARATOR = '\n';

    /**
     * Fields whose values HttpClient's cache may compare in its own way, which ignores case and order. It would compare
     * all fields in this way.
     */
    private static final Set<String> COMPARED_AS_LISTS = Set.of("accept", "accept-encoding", "accept-language");

    /**
     * Fields that HttpClient's cache does not store with a response, so that a response that varies by them would never
     * match. They can be left out, because the host is in the key and the request has no body.
     */
    private static final Set<String> NOT_STORED = Set.of("host", "content-length");

    private static final String ELEMENT = " *+[A-Za-z0-9*/+._-]++(?: *+; *+[A-Za-z0-9]++=[A-Za-z0-9._-]++)*+ *+";

    /** Lists of which HttpClient's cache ignores no part when it compares them. */
    private static final Pattern PLAIN_LIST = Pattern.compile(ELEMENT + "(?:," + ELEMENT + ")*+");

    /** The whitespace that a list may have around its commas without another meaning (RFC 9110 §5.6.1). */
    private static final Pattern COMMA = Pattern.compile(" *+, *+");

    private CacheKey() {}

    /** The key of the request's target: the URI under which HttpClient's cache stores the response. */
    static String of(InboundRequest request, ForwardedHeaders forwarding) {
        return of(request, forwarding, request.target());
    }

    /** @param target path and query of a resource on the same origin as the request */
    static String of(InboundRequest request, ForwardedHeaders forwarding, String target) {
        StringBuilder key = new StringBuilder();
        for (InboundRequest.Field field : forwarding.fields()) {
            switch (field.name()) {
                case "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port" ->
                    key.append(field.value()).append(SEPARATOR);
                default -> {
                    // These fields name the client, and not the resource.
                }
            }
        }
        key.append(forwarding.prefix()).append(SEPARATOR);
        key.append(request.host()).append(SEPARATOR).append(target);
        return START
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(key.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The path, without the query, for which a key was made. */
    static String pathOf(String key) {
        byte[] octets = Base64.getUrlDecoder().decode(key.substring(START.length()));
        String text = new String(octets, StandardCharsets.UTF_8);
        String target = text.substring(text.lastIndexOf(SEPARATOR) + 1);
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /**
     * The request as HttpClient's cache gets it, with the fields that the app gets and on which its response may
     * depend. Values are in hexadecimal, so that different values never match. In plain lists, whitespace around commas
     * is removed first (RFC 9111 §4.1). Plain lists in {@link #COMPARED_AS_LISTS} fields stay as they are.
     */
    static ClassicHttpRequest request(String key, InboundRequest request, ForwardedHeaders forwarding) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Header field : OutboundRequest.of(request, forwarding, null).getHeaders()) {
            String name = field.getName().toLowerCase(Locale.ROOT);
            if (StoragePolicy.isSentToCache(name) && !NOT_STORED.contains(name)) {
                // Several lines of a field are one list (RFC 9110 §5.3).
                fields.merge(name, field.getValue(), (one, another) -> one + ", " + another);
            }
        }
        ClassicHttpRequest lookup = new BasicClassicHttpRequest("GET", HOST, key.substring(START.length() - 1));
        fields.forEach((name, value) -> lookup.addHeader(name, selectingValue(name, value)));
        return lookup;
    }

    private static String selectingValue(String name, String value) {
        if (!PLAIN_LIST.matcher(value).matches()) {
            return hex(value);
        }
        return COMPARED_AS_LISTS.contains(name)
                ? value
                : hex(COMMA.matcher(value.strip()).replaceAll(","));
    }

    /**
     * Encodes a value in hexadecimal. The result is never empty, because HttpClient's cache does not tell an empty
     * field from an absent one, as RFC 9111 §4.1 requires.
     */
    private static String hex(String value) {
        return "x" + HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8));
    }
}
