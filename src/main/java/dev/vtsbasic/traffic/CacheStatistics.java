package dev.vtsbasic.traffic;

/**
 * The counts of the shared cache since the start, and its size.
 *
 * @param hits requests that got a stored response without a request to the app
 * @param stale requests that got a stale response, as the app allows by {@code stale-while-revalidate} (these count as
 *     hits, too) or {@code stale-if-error}
 * @param misses requests that the cache could have served, and that got the app's response to them
 * @param validated requests for which the app confirmed, by a 304, that the stored response is still valid
 * @param collapsed requests that waited for the response to another request instead of going to the app
 * @param stored responses that were put into the cache
 * @param evicted entries that were removed to make room for others
 * @param entries how many entries the cache holds
 * @param bytes memory that the heads and bodies of the entries take, in bytes
 * @param capacity how many bytes they may take
 */
// More than five components, because each is one metric of the cache.
public record CacheStatistics(
        long hits,
        long stale,
        long misses,
        long validated,
        long collapsed,
        long stored,
        long evicted,
        long entries,
        long bytes,
        long capacity) {
    public static final CacheStatistics NONE = new CacheStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}
