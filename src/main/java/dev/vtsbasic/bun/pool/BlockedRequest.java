package dev.vtsbasic.bun.pool;

import dev.vtsbasic.pool.LeasedRequest;
import java.time.Instant;

/**
 * A request that the proxy does not send for a while, because it ended several workers.
 *
 * @param request method and path without the query, cut after 200 characters with an ellipsis
 * @param workers the number of workers that the request has ended since a worker last responded to it
 * @param until the time from which the proxy sends the request again
 */
public record BlockedRequest(String request, int workers, Instant until) {
    /** Method and path of a request for messages, as in {@link #request}. */
    public static String describe(LeasedRequest request) {
        return RequestBlocklist.describe(request);
    }
}
