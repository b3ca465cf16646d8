package dev.vtsbasic.proxy.cache.capture;

/** The destination of a response from the app. */
public enum Route {
    UNDECIDED,
    /** To the client, as it comes. */
    PASS,
    /** To the client, as it comes, and a copy is collected for the cache. */
    TEE,
    /** It is collected, and the client gets nothing of it yet. */
    WITHHOLD,
    /** It is collected for the cache alone, because no client waits for it. */
    COLLECT,
    /** Nowhere: the exchange is aborted. */
    ABORT
}
