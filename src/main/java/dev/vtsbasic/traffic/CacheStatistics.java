package dev.vtsbasic.traffic;

/**
 * What the shared cache has done since the start, and what it holds.
 *
 * @param hits requests answered from it without asking the app
 * @param stale requests that got an answer past its time, as the app allows by {@code stale-while-revalidate} (these are
 *     hits too) or {@code stale-if-error}
 * @param misses requests that the cache had to do with, and that got what the app answered to them
 * @param validated requests for which the app was asked whether the answer it gave before is still right, and it was
 * @param collapsed requests that waited for the answer to another one instead of going to the app
 * @param stored answers put into it
 * @param evicted answers that had to make room for others
 * @param entries how many answers it holds
 * @param bytes memory they take, heads and bodies
 * @param capacity most that they may take
 */
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
