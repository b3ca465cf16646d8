package dev.vtsbasic.bun;

import java.time.Instant;

/**
 * A request that is not sent for a while, because workers ended at it.
 *
 * @param request method and path, cut when long
 * @param workers how many have ended at it since it was last answered
 * @param until when it is sent again
 */
public record BlockedRequest(String request, int workers, Instant until) {}
