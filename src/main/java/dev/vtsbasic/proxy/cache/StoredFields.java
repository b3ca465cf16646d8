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
 * The fields of an answer as HttpClient's cache has them. That cache knows no CDN-Cache-Control, and reads dates and ages in
 * its own way. So the fields by which it judges are put as {@link CacheControl} have read them, and what the app has sent
 * stays beside them for the clients.
 */
final class StoredFields {
    /** No token begins with it, so that no answer of the app has such a field. */
    private static final String AS_SENT = ":";

    private static final List<String> PUT_ANEW = List.of("Cache-Control", "Expires");

    private StoredFields() {}

    /** @param directives those of the answer, or of what it renews */
    static void put(HttpResponse answer, CacheControl directives) {
        boolean directs = answer.containsHeader("Cache-Control") || answer.containsHeader(CacheControl.TARGETED);
        Optional<String> expires = first(answer, "Expires").map(StoredFields::expiryOf);
        PUT_ANEW.forEach(name -> setAside(answer, name));
        if (directs) {
            answer.setHeader("Cache-Control", directives.asCacheControl());
        }
        expires.ifPresent(date -> answer.setHeader("Expires", date));
        // RFC 9110 §6.6.1: an invalid date may be replaced by the time at which the answer came.
        Instant date = first(answer, "Date").map(HttpDate::parseForCache).orElse(null);
        answer.setHeader("Date", HttpDate.of(date == null ? Instant.now() : date));
        Optional<Long> age = ageOf(answer);
        answer.removeHeaders("Age");
        age.ifPresent(seconds -> answer.addHeader("Age", seconds));
    }

    /** Forbids its use for anybody else. */
    static void forbid(HttpResponse answer) {
        answer.setHeader("Cache-Control", "no-cache");
    }

    /** The fields of what the cache gave, as the app has sent them. */
    static List<Header> asSent(HttpResponse stored) {
        return Arrays.stream(stored.getHeaders())
                .filter(field -> PUT_ANEW.stream().noneMatch(name -> name.equalsIgnoreCase(field.getName())))
                .map(field -> field.getName().startsWith(AS_SENT)
                        ? new BasicHeader(field.getName().substring(AS_SENT.length()), field.getValue())
                        : field)
                .collect(Collectors.toList());
    }

    /**
     * What the stored answer will say of its storing when this one (304) has renewed it: what this one does not repeat stays.
     */
    static CacheControl renewed(HttpResponse answer, MessageHeaders stored) {
        BasicHttpResponse both = new BasicHttpResponse(answer.getCode());
        for (String name : List.of("Cache-Control", "Expires", CacheControl.TARGETED)) {
            String before = name.equals(CacheControl.TARGETED) ? name : AS_SENT + name;
            Header[] lines = answer.containsHeader(name) ? answer.getHeaders(name) : stored.getHeaders(before);
            for (Header line : lines) {
                both.addHeader(name, line.getValue());
            }
        }
        first(answer, "Date").ifPresent(date -> both.addHeader("Date", date));
        return CacheControl.of(both);
    }

    /** RFC 9111 §5.1: of several ages the first one counts, and what is no number is to be ignored. */
    static Optional<Long> ageOf(MessageHeaders head) {
        return Arrays.stream(head.getHeaders("Age"))
                .flatMap(line -> Arrays.stream(value(line).split(",")))
                .map(String::strip)
                .filter(age -> !age.isEmpty())
                .findFirst()
                .map(CacheControl::secondsOf)
                .filter(seconds -> seconds >= 0);
    }

    /** RFC 9111 §5.3: what is no date lies in the past. */
    private static String expiryOf(String text) {
        Instant expiry = HttpDate.parseForCache(text);
        return HttpDate.of(expiry == null ? Instant.EPOCH : expiry);
    }

    private static void setAside(HttpResponse answer, String name) {
        for (Header line : answer.getHeaders(name)) {
            answer.addHeader(AS_SENT + line.getName(), line.getValue());
        }
        answer.removeHeaders(name);
    }

    private static Optional<String> first(MessageHeaders head, String name) {
        return Optional.ofNullable(head.getFirstHeader(name)).map(StoredFields::value);
    }

    private static String value(Header line) {
        return line.getValue() == null ? "" : line.getValue();
    }
}
