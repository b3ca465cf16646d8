package dev.vtsbasic.limit;

import dev.vtsbasic.settings.Rate;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import jakarta.servlet.http.HttpServletResponse;
import java.util.function.LongSupplier;

/**
 * How many requests may come, and how a client is told: in the fields of draft-ietf-httpapi-ratelimit-headers-11, where
 * the burst is the quota and its window the time in which it comes back.
 *
 * @param name as the fields have it
 */
record Policy(String name, Rate rate, LongSupplier nanos) {
    /** A full bucket. */
    Bucket bucket() {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(rate.burst()).refillGreedy(rate.count(), rate.period()))
                .withCustomTimePrecision(new Clock(nanos))
                .build();
    }

    /** @return seconds after which to try again; 0 when the request may pass */
    long tell(ConsumptionProbe probe, HttpServletResponse response) {
        long retryAfter = probe.isConsumed() ? 0 : seconds(probe.getNanosToWaitForRefill());
        long window = probe.isConsumed() ? seconds(probe.getNanosToWaitForReset()) : retryAfter;
        response.addHeader(
                "RateLimit-Policy",
                "\"" + name + "\";q=" + rate.burst() + ";w="
                        + seconds(rate.timeToFill().toNanos()));
        response.addHeader("RateLimit", "\"" + name + "\";r=" + probe.getRemainingTokens() + ";t=" + window);
        return retryAfter;
    }

    /** Rounded up: the fields know whole seconds only, and nobody is to come too early. */
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
