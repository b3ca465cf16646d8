package dev.vtsbasic.proxy.cache;

import dev.vtsbasic.proxy.cache.CacheControlParser.Directive;
import dev.vtsbasic.syntax.HttpDate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.MessageHeaders;

/**
 * The directives of a response for a shared cache: from CDN-Cache-Control if the response has that field (RFC 9213
 * §2.2), otherwise from Cache-Control (RFC 9111 §5.2.2) and Expires.
 *
 * @param names the directives of the response, in lower case
 * @param seconds the values of s-maxage, max-age, stale-while-revalidate and stale-if-error, as far as they are
 *     present, in seconds; -1 for an s-maxage or max-age that is not a number
 * @param lifetime freshness lifetime in seconds (RFC 9111 §4.2.1), only as the response states it; 0 when it states
 *     none or contradicts itself
 */
record CacheControl(Set<String> names, Map<String, Long> seconds, long lifetime) {
    /** The field for shared caches only (RFC 9213 §3). */
    static final String TARGETED = "CDN-Cache-Control";

    /** Longer times count as this one (RFC 9111 §1.2.2). */
    static final long MAX_SECONDS = 1L << 31;

    /** Allows nothing to be stored, because a malformed field may hide the directive that forbids it. */
    private static final CacheControl MALFORMED = new CacheControl(Set.of(), Map.of(), 0);

    private static final List<String> LIFETIMES = List.of("s-maxage", "max-age");

    private static final List<String> STALE_TIMES = List.of("stale-while-revalidate", "stale-if-error");

    private static final List<String> FLAGS = List.of("public", "must-revalidate", "proxy-revalidate");

    static CacheControl of(MessageHeaders head) {
        Optional<List<Directive>> targeted = CdnCacheControl.of(head.getHeaders(TARGETED));
        if (targeted.isEmpty()) {
            // RFC 9213 §2.1 says to ignore a malformed field. This cache does not store the response instead, because
            // the malformed directive may be the one that forbids storing.
            return MALFORMED;
        }
        return targeted.get().isEmpty() ? ofUntargeted(head) : of(targeted.get(), 0);
    }

    /** Reads Cache-Control and Expires only, as {@link StoredFields} has put them into a stored response. */
    static CacheControl ofUntargeted(MessageHeaders head) {
        List<Directive> directives = new ArrayList<>();
        for (Header line : head.getHeaders("Cache-Control")) {
            Optional<List<Directive>> some = new CacheControlParser(line.getValue()).directives();
            if (some.isEmpty()) {
                return MALFORMED;
            }
            directives.addAll(some.get());
        }
        return of(directives, untilExpiry(head));
    }

    private static CacheControl of(List<Directive> directives, long untilExpiry) {
        Set<String> names = new HashSet<>();
        Map<String, Long> seconds = new HashMap<>();
        boolean clear = true;
        for (Directive directive : directives) {
            String name = directive.name().toLowerCase(Locale.ROOT);
            names.add(name);
            if (LIFETIMES.contains(name)) {
                long some = secondsOf(directive.value());
                Long others = seconds.putIfAbsent(name, some);
                clear &= some >= 0 && (others == null || others == some);
            } else if (STALE_TIMES.contains(name)) {
                seconds.merge(name, Math.max(0, secondsOf(directive.value())), Math::min);
            }
        }
        long lifetime = seconds.getOrDefault("s-maxage", seconds.getOrDefault("max-age", untilExpiry));
        return new CacheControl(names, seconds, clear ? lifetime : 0);
    }

    boolean has(String name) {
        return names.contains(name);
    }

    /** The directives as one line of Cache-Control, which HttpClient's cache reads in the same way. */
    String asCacheControl() {
        List<String> line = new ArrayList<>();
        FLAGS.stream().filter(names::contains).forEach(line::add);
        for (List<String> timed : List.of(LIFETIMES, STALE_TIMES)) {
            timed.stream().filter(seconds::containsKey).forEach(name -> line.add(name + "=" + seconds.get(name)));
        }
        return String.join(", ", line);
    }

    /** Parses a number of seconds; at most {@link #MAX_SECONDS}, and -1 when the value is not a number. */
    static long secondsOf(String value) {
        if (value == null || !value.matches("[0-9]+")) {
            return -1;
        }
        String digits = value.replaceFirst("^0+(?=.)", "");
        return digits.length() > String.valueOf(MAX_SECONDS).length()
                ? MAX_SECONDS
                : Math.min(MAX_SECONDS, Long.parseLong(digits));
    }

    private static long untilExpiry(MessageHeaders head) {
        if (head.countHeaders("Expires") != 1) {
            return 0;
        }
        Instant expiry = instant(head.getFirstHeader("Expires"));
        Instant date = head.containsHeader("Date") ? instant(head.getFirstHeader("Date")) : null;
        return expiry == null
                ? 0
                : Math.max(
                        0,
                        Duration.between(date == null ? Instant.now() : date, expiry)
                                .toSeconds());
    }

    private static Instant instant(Header field) {
        return field.getValue() == null ? null : HttpDate.parseForCache(field.getValue());
    }
}
