package dev.vtsbasic.asset;

import dev.vtsbasic.syntax.HttpDate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A modification date, as an instant and as text.
 *
 * @param at truncated to seconds, because HTTP dates have no fractions
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

    /**
     * Whether the date is a strong validator (RFC 9110 §8.8.2.2): it must be more than one second old, because content
     * may change twice within the second it names.
     */
    boolean isStrong(Instant now) {
        return at.isBefore(now.minusSeconds(1));
    }
}
