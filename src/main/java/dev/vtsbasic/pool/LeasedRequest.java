package dev.vtsbasic.pool;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The request that a worker is leased for.
 *
 * @param number the same when it is sent again, and, unlike the id, never a client's choice
 * @param id as the worker is told it
 * @param path without the query
 * @param replay whether it was sent to a worker before
 */
public record LeasedRequest(long number, String id, String method, String path, boolean replay) {
    private static final AtomicLong NUMBERS = new AtomicLong();

    /** One that was sent to no worker before. */
    public static LeasedRequest of(String id, String method, String path) {
        return new LeasedRequest(NUMBERS.incrementAndGet(), id, method, path, false);
    }

    /** The same when it is sent once more. */
    public LeasedRequest again() {
        return new LeasedRequest(number, id, method, path, true);
    }
}
