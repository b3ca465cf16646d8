package dev.vtsbasic.pool;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The request that a worker is leased for.
 *
 * @param number unique within this JVM, and the same for a retry; unlike the id, a client cannot choose it
 * @param id the value of {@code X-Request-Id} that the worker gets
 * @param path without the query
 * @param replay whether this is a retry, so that the request was sent to a worker before
 */
public record LeasedRequest(long number, String id, String method, String path, boolean replay) {
    private static final AtomicLong NUMBERS = new AtomicLong();

    /** A request that was not sent to any worker before. */
    public static LeasedRequest of(String id, String method, String path) {
        return new LeasedRequest(NUMBERS.incrementAndGet(), id, method, path, false);
    }

    /** The same request as a retry. */
    public LeasedRequest again() {
        return new LeasedRequest(number, id, method, path, true);
    }
}
