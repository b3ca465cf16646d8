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
 * What an answer says of its storing in a shared cache: in CDN-Cache-Control if it has that (RFC 9213 §2.2), else in
 * Cache-Control (RFC 9111 §5.2.2) and Expires.
 *
 * @param names the directives it has, in small letters
 * @param seconds the values of those that have one in seconds
 * @param lifetime for how many seconds a shared cache may use it, by its explicit word; 0 for none, or for what is not
 *     clear
 */
record CacheControl(Set<String> names, Map<String, Long> seconds, long lifetime) {
    /** The field that is for shared caches alone. */
    static final String TARGETED = "CDN-Cache-Control";

    /** What is more counts as this (RFC 9111 §1.2.2). */
    static final long MAX_SECONDS = 1L << 31;

    /** What is malformed may hide the word that forbids it. */
    private static final CacheControl MALFORMED = new CacheControl(Set.of(), Map.of(), 0);

    private static final List<String> LIFETIMES = List.of("s-maxage", "max-age");

    private static final List<String> STALE_TIMES = List.of("stale-while-revalidate", "stale-if-error");

    private static final List<String> FLAGS = List.of("public", "must-revalidate", "proxy-revalidate");

    static CacheControl of(MessageHeaders head) {
        Optional<List<Directive>> targeted = CdnCacheControl.of(head.getHeaders(TARGETED));
        if (targeted.isEmpty()) {
            // RFC 9213 §2.1 has it ignored; a cache that stores nothing ignores the rest, too.
            return MALFORMED;
        }
        return targeted.get().isEmpty() ? ofUntargeted(head) : of(targeted.get(), 0);
    }

    /** Those of Cache-Control and Expires alone, as the cache has them in {@link StoredFields}. */
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

    /** As a line of Cache-Control that leaves nothing to be understood in another way. */
    String asCacheControl() {
        List<String> line = new ArrayList<>();
        FLAGS.stream().filter(names::contains).forEach(line::add);
        for (List<String> timed : List.of(LIFETIMES, STALE_TIMES)) {
            timed.stream().filter(seconds::containsKey).forEach(name -> line.add(name + "=" + seconds.get(name)));
        }
        return String.join(", ", line);
    }

    /** Negative for what is no number of seconds. */
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
