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
 * What an answer in the shared cache is for: the scheme, the host, the port and the path before the app's, as the app is
 * told of them, and the target, octet for octet.
 *
 * <p>HttpClient's cache would take addresses for the same that are not so to the app ({@code /a/../b} and {@code /b}), and
 * stumbles over some that are no URIs. So it gets them in letters that it leaves as they are.
 */
final class CacheKey {
    static final HttpHost HOST = new HttpHost("http", "cache", 80);

    private static final String START = "http://cache:80/";
    private static final char BETWEEN = '\n';

    /** Fields whose values mean the same in capitals and in any order, as HttpClient's cache takes all for. */
    private static final Set<String> LENIENT = Set.of("accept", "accept-encoding", "accept-language");

    /**
     * Fields that HttpClient's cache does not keep beside an answer, so that one which varies by them would never fit. The
     * host is in the key, and there is no body.
     */
    private static final Set<String> NOT_KEPT = Set.of("host", "content-length");

    private static final String ELEMENT = " *+[A-Za-z0-9*/+._-]++(?: *+; *+[A-Za-z0-9]++=[A-Za-z0-9._-]++)*+ *+";

    /** A value of these of which HttpClient's cache leaves nothing out. */
    private static final Pattern PLAIN_LIST = Pattern.compile(ELEMENT + "(?:," + ELEMENT + ")*+");

    private CacheKey() {}

    /** The URI that stands for it in the cache. */
    static String of(InboundRequest request, ForwardedHeaders forwarding) {
        return of(request, forwarding, request.target());
    }

    /** @param target another one of the same origin */
    static String of(InboundRequest request, ForwardedHeaders forwarding, String target) {
        StringBuilder key = new StringBuilder();
        for (InboundRequest.Field field : forwarding.fields()) {
            switch (field.name()) {
                case "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port" ->
                    key.append(field.value()).append(BETWEEN);
                default -> {
                    // These fields name the client, and not the resource.
                }
            }
        }
        key.append(forwarding.prefix()).append(BETWEEN);
        key.append(request.host()).append(BETWEEN).append(target);
        return START
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(key.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The path, without the query, that a key was made for. */
    static String pathOf(String key) {
        byte[] octets = Base64.getUrlDecoder().decode(key.substring(START.length()));
        String text = new String(octets, StandardCharsets.UTF_8);
        String target = text.substring(text.lastIndexOf(BETWEEN) + 1);
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    /**
     * The request as the cache sees it: with the fields that the app gets, on which its answer may depend. What could be
     * taken for the same as another value is put so that it cannot.
     */
    static ClassicHttpRequest request(String key, InboundRequest request, ForwardedHeaders forwarding) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (Header field : OutboundRequest.of(request, forwarding, null).getHeaders()) {
            String name = field.getName().toLowerCase(Locale.ROOT);
            if (StoragePolicy.isTold(name) && !NOT_KEPT.contains(name)) {
                // Several of a name are one list (RFC 9110 §5.3).
                fields.merge(name, field.getValue(), (one, another) -> one + ", " + another);
            }
        }
        ClassicHttpRequest asked = new BasicClassicHttpRequest("GET", HOST, key.substring(START.length() - 1));
        fields.forEach((name, value) -> asked.addHeader(name, isPlain(name, value) ? value : toTheLetter(value)));
        return asked;
    }

    private static boolean isPlain(String name, String value) {
        return LENIENT.contains(name) && PLAIN_LIST.matcher(value).matches();
    }

    /** Never empty, because HttpClient's cache takes an empty field for an absent one (RFC 9111 §4.1). */
    private static String toTheLetter(String value) {
        return "x" + HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8));
    }
}
