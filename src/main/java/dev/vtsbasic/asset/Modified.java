package dev.vtsbasic.asset;

import dev.vtsbasic.syntax.HttpDate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A modification date.
 *
 * @param at to the second, as HTTP tells it
 * @param httpDate value of Last-Modified (RFC 9110 §5.6.7)
 */
record Modified(Instant at, String httpDate) {
    static Modified now() {
        return of(Instant.now());
    }

    static Modified of(Instant instant) {
        Instant second = instant.truncatedTo(ChronoUnit.SECONDS);
        return new Modified(second, HttpDate.of(second));
    }

    /** Within the second that it names, content may change twice, so it is no strong validator (RFC 9110 §8.8.2.2). */
    boolean isStrong(Instant now) {
        return at.isBefore(now.minusSeconds(1));
    }
}
