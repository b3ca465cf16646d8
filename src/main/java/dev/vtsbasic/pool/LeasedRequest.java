package dev.vtsbasic.pool;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The request that a worker is leased for.
 *
 * @param number unique within this JVM, and the same for a retry; unlike the id, a client cannot choose it
 * @param id the value of {@code X-Request-Id} that the worker gets
 * @param path without the query
 * @param isRetry whether the request was sent to a worker before
 */
public record LeasedRequest(long number, String id, String method, String path, boolean isRetry) {
    private static final AtomicLong NUMBERS = new AtomicLong();

    /** A request that was not sent to any worker before. */
    public static LeasedRequest of(String id, String method, String path) {
        return new LeasedRequest(NUMBERS.incrementAndGet(), id, method, path, false);
    }

    /** The same request as a retry. */
    public LeasedRequest asRetry() {
        return new LeasedRequest(number, id, method, path, true);
    }
}
