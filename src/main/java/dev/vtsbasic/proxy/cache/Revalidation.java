package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.message.InboundRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/** The request to the app that revalidates a stale response, and the update of that response by a 304. */
final class Revalidation {
    /**
     * Fields of a 304 that do not update the stored response (RFC 9111 §3.2), because they belong to the 304 itself or
     * describe the stored body.
     */
    private static final Set<String> NOT_UPDATED_BY_304 = Set.of(
            "set-cookie",
            "content-length",
            "content-encoding",
            "content-range",
            "content-md5",
            "content-digest",
            "etag",
            "transfer-encoding");

    private Revalidation() {}

    /**
     * The client's request with the validators of the stored response as conditions, in place of its own conditions.
     *
     * @param lookup the request of HttpClient's cache, with these conditions
     */
    static InboundRequest conditionalRequest(InboundRequest request, ClassicHttpRequest lookup) {
        List<InboundRequest.Field> fields = new ArrayList<>();
        for (InboundRequest.Field field : request.headers()) {
            if (!isCondition(field.name())) {
                fields.add(field);
            }
        }
        for (Header field : lookup.getHeaders()) {
            if (isCondition(field.getName())) {
                fields.add(new InboundRequest.Field(field.getName(), field.getValue()));
            }
        }
        return request.with(fields, request.record());
    }

    private static boolean isCondition(String name) {
        return name.equalsIgnoreCase("If-None-Match") || name.equalsIgnoreCase("If-Modified-Since");
    }

    /**
     * The 304 as HttpClient's cache gets it.
     *
     * @param stored fields of the stored response
     */
    static ClassicHttpResponse updateOf(HttpResponse notModified, MessageHeaders stored, InboundRequest request) {
        BasicClassicHttpResponse update = new BasicClassicHttpResponse(notModified.getCode());
        for (Header field : notModified.getHeaders()) {
            if (!NOT_UPDATED_BY_304.contains(field.getName().toLowerCase(Locale.ROOT))) {
                update.addHeader(field);
            }
        }
        if (!StoragePolicy.hasKnownType(notModified)) {
            update.removeHeaders("Content-Type");
        }
        CacheControl directives = StoredFields.renewed(notModified, stored);
        StoredFields.put(update, directives);
        if (!update.containsHeader("Age")) {
            // Without it, the Age of the stored response would stay.
            update.setHeader("Age", "0");
        }
        if (!StoragePolicy.mayRenew(notModified, directives, request)) {
            // This client may have the stored response, but from now on no other one may.
            StoredFields.forbid(update);
        }
        return update;
    }
}
