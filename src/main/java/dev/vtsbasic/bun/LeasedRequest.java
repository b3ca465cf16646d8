package dev.vtsbasic.bun;

/**
 * The request that a worker is leased for.
 *
 * @param id as the worker is told it
 * @param path without the query
 * @param replay whether it was sent to a worker before
 */
public record LeasedRequest(String id, String method, String path, boolean replay) {}
