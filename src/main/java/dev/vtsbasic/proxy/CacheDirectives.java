package dev.vtsbasic.proxy;

import dev.vtsbasic.proxy.DirectiveParser.Directive;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.MessageHeaders;

/**
 * What an answer says of its storing (RFC 9111 §5.2.2), as far as it has to be known before its body comes; HttpClient's
 * cache looks at the whole of it later, and its reader is not for others.
 *
 * @param names the directives it has, in small letters
 * @param lifetime for how many seconds a shared cache may use it, by its explicit word; 0 for none, or for what is not
 *     clear
 */
record CacheDirectives(Set<String> names, long lifetime) {
    private static final int MOST_DIGITS = 10;

    static CacheDirectives of(MessageHeaders head) {
        Set<String> names = new HashSet<>();
        long shared = -1;
        long any = -1;
        boolean clear = true;
        Optional<List<Directive>> directives = directivesOf(head);
        if (directives.isEmpty()) {
            // What is malformed may hide the word that forbids it.
            return new CacheDirectives(Set.of(), 0);
        }
        for (Directive directive : directives.get()) {
            String name = directive.name().toLowerCase(Locale.ROOT);
            names.add(name);
            if (name.equals("s-maxage") || name.equals("max-age")) {
                long known = name.equals("s-maxage") ? shared : any;
                long seconds = seconds(directive.value());
                clear &= seconds >= 0 && (known < 0 || known == seconds);
                shared = name.equals("s-maxage") ? seconds : shared;
                any = name.equals("max-age") ? seconds : any;
            }
        }
        long lifetime = shared >= 0 ? shared : any >= 0 ? any : untilExpiry(head);
        return new CacheDirectives(names, clear ? lifetime : 0);
    }

    /** Empty when a line of Cache-Control is malformed. */
    private static Optional<List<Directive>> directivesOf(MessageHeaders head) {
        List<Directive> directives = new ArrayList<>();
        for (Header line : head.getHeaders("Cache-Control")) {
            Optional<List<Directive>> some = new DirectiveParser(line.getValue()).directives();
            if (some.isEmpty()) {
                return some;
            }
            directives.addAll(some.get());
        }
        return Optional.of(directives);
    }

    boolean has(String name) {
        return names.contains(name);
    }

    private static long seconds(String value) {
        return value == null || !value.matches("[0-9]{1," + MOST_DIGITS + "}") ? -1 : Long.parseLong(value);
    }

    private static long untilExpiry(MessageHeaders head) {
        if (head.countHeaders("Expires") != 1) {
            return 0;
        }
        Instant expiry = instant(head.getFirstHeader("Expires"));
        Instant date = head.containsHeader("Date") ? instant(head.getFirstHeader("Date")) : Instant.now();
        return expiry == null || date == null
                ? 0
                : Math.max(0, Duration.between(date, expiry).toSeconds());
    }

    private static Instant instant(Header field) {
        return DateUtils.parseStandardDate(field.getValue());
    }
}
