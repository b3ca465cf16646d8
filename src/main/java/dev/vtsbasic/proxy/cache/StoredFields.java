package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.syntax.HttpDate;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.MessageHeaders;
import org.apache.hc.core5.http.message.BasicHeader;
import org.apache.hc.core5.http.message.BasicHttpResponse;

/**
 * The header fields of a response as HttpClient's cache stores them. That cache ignores CDN-Cache-Control, accepts
 * malformed dates and fails on a malformed Age. Therefore it gets the fields that decide about storing and freshness as
 * {@link CacheControl} and this class have read them; the fields that the app sent are stored beside them under other
 * names, for the clients.
 */
final class StoredFields {
    /**
     * Prefix of the names of fields as the app sent them. No token begins with it, so the app cannot send such a field.
     */
    private static final String AS_SENT = ":";

    private static final List<String> REPLACED = List.of("Cache-Control", "Expires");

    private StoredFields() {}

    /**
     * Replaces the fields by which HttpClient's cache decides about storing and freshness.
     *
     * @param directives of the response, or, for a 304, of the stored response after the 304 has updated it
     */
    static void put(HttpResponse response, CacheControl directives) {
        boolean directs = response.containsHeader("Cache-Control") || response.containsHeader(CacheControl.TARGETED);
        Optional<String> expires = first(response, "Expires").map(StoredFields::expiryOf);
        REPLACED.forEach(name -> setAside(response, name));
        if (directs) {
            response.setHeader("Cache-Control", directives.asCacheControl());
        }
        expires.ifPresent(date -> response.setHeader("Expires", date));
        // RFC 9110 §6.6.1: a recipient may replace an invalid Date with the time at which it received the response.
        Instant date = first(response, "Date").map(HttpDate::parseForCache).orElse(null);
        response.setHeader("Date", HttpDate.of(date == null ? Instant.now() : date));
        Optional<Long> age = ageOf(response);
        response.removeHeaders("Age");
        age.ifPresent(seconds -> response.addHeader("Age", seconds));
    }

    /** Makes HttpClient's cache use the response for no other request without revalidation. */
    static void forbid(HttpResponse response) {
        response.setHeader("Cache-Control", "no-cache");
    }

    /** The fields of a response from HttpClient's cache, as the app sent them. */
    static List<Header> asSent(HttpResponse stored) {
        return Arrays.stream(stored.getHeaders())
                .filter(field -> REPLACED.stream().noneMatch(name -> name.equalsIgnoreCase(field.getName())))
                .map(field -> field.getName().startsWith(AS_SENT)
                        ? new BasicHeader(field.getName().substring(AS_SENT.length()), field.getValue())
                        : field)
                .collect(Collectors.toList());
    }

    /**
     * The directives of a stored response after a 304 has updated it; fields that the 304 does not repeat stay.
     *
     * @param response the 304
     * @param stored fields of the stored response
     */
    static CacheControl renewed(HttpResponse response, MessageHeaders stored) {
        BasicHttpResponse both = new BasicHttpResponse(response.getCode());
        for (String name : List.of("Cache-Control", "Expires", CacheControl.TARGETED)) {
            String before = name.equals(CacheControl.TARGETED) ? name : AS_SENT + name;
            Header[] lines = response.containsHeader(name) ? response.getHeaders(name) : stored.getHeaders(before);
            for (Header line : lines) {
                both.addHeader(name, line.getValue());
            }
        }
        first(response, "Date").ifPresent(date -> both.addHeader("Date", date));
        return CacheControl.of(both);
    }

    /**
     * The age in seconds. RFC 9111 §5.1: the first of several values counts, and a value that is not a number is
     * ignored; then this is empty.
     */
    static Optional<Long> ageOf(MessageHeaders head) {
        return Arrays.stream(head.getHeaders("Age"))
                .flatMap(line -> Arrays.stream(value(line).split(",")))
                .map(String::strip)
                .filter(age -> !age.isEmpty())
                .findFirst()
                .map(CacheControl::secondsOf)
                .filter(seconds -> seconds >= 0);
    }

    /** RFC 9111 §5.3: an invalid date means a time in the past. */
    private static String expiryOf(String text) {
        Instant expiry = HttpDate.parseForCache(text);
        return HttpDate.of(expiry == null ? Instant.EPOCH : expiry);
    }

    private static void setAside(HttpResponse response, String name) {
        for (Header line : response.getHeaders(name)) {
            response.addHeader(AS_SENT + line.getName(), line.getValue());
        }
        response.removeHeaders(name);
    }

    private static Optional<String> first(MessageHeaders head, String name) {
        return Optional.ofNullable(head.getFirstHeader(name)).map(StoredFields::value);
    }

    private static String value(Header line) {
        return line.getValue() == null ? "" : line.getValue();
    }
}
