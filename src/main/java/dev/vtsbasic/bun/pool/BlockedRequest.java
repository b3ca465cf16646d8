package dev.vtsbasic.bun.pool;

import dev.vtsbasic.pool.LeasedRequest;
import java.time.Instant;

/**
 * A request that the proxy does not send for a while, because it ended several workers.
 *
 * @param request method and path without the query; after 200 characters cut, with an ellipsis
 * @param workers number of workers that the request has ended since a worker last answered it
 * @param until when the request is sent again
 */
public record BlockedRequest(String request, int workers, Instant until) {
    /** Method and path of a request for messages, as in {@link #request}. */
    public static String describe(LeasedRequest request) {
        return RequestBlocklist.describe(request);
    }
}
