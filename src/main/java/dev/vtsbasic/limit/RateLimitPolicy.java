package dev.vtsbasic.limit;

import dev.vtsbasic.settings.Rate;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import jakarta.servlet.http.HttpServletResponse;
import java.util.function.LongSupplier;

/**
 * A rate limit and its header fields, as in draft-ietf-httpapi-ratelimit-headers-11. The quota is the burst, and the
 * window is the time in which an empty bucket fills.
 *
 * @param name of the policy in the fields
 * @param nanos clock, in nanoseconds
 */
record RateLimitPolicy(String name, Rate rate, LongSupplier nanos) {
    /** A new, full bucket. */
    Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(rate.burst()).refillGreedy(rate.count(), rate.period()))
                .withCustomTimePrecision(new Clock(nanos))
                .build();
    }

    /**
     * Adds the header fields to a response.
     *
     * @return seconds after which the client may retry; 0 if the request may pass
     */
    long addFields(ConsumptionProbe probe, HttpServletResponse response) {
        long retryAfter = probe.isConsumed() ? 0 : seconds(probe.getNanosToWaitForRefill());
        long window = probe.isConsumed() ? seconds(probe.getNanosToWaitForReset()) : retryAfter;
        response.addHeader(
                "RateLimit-Policy",
                "\"" + name + "\";q=" + rate.burst() + ";w="
                        + seconds(rate.timeToFill().toNanos()));
        response.addHeader("RateLimit", "\"" + name + "\";r=" + probe.getRemainingTokens() + ";t=" + window);
        return retryAfter;
    }

    /** Rounds up to at least 1, because the fields hold whole seconds only, and a client must not retry too early. */
    private static long seconds(long nanos) {
        return Math.max(1, (nanos + 999_999_999) / 1_000_000_000);
    }

    private record Clock(LongSupplier nanos) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return nanos.getAsLong();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
