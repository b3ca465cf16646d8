package dev.vtsbasic.proxy.cache;

/** The stale response that the cache has for a request. */
enum Stale {
    NONE,
    /** It may be used once the app has revalidated it. */
    USABLE_IF_VALID,
    /** It may also replace an error of the app (stale-if-error, RFC 5861 §4). */
    USABLE_IF_ERROR
}
