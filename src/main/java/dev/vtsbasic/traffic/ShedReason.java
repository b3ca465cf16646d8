package dev.vtsbasic.traffic;

/** Why a request was turned away before the app had it, to be made again later. */
public enum ShedReason {
    /** As many wait for a worker as {@code VTS_HOLD_QUEUE} allows. */
    HOLD_QUEUE,
    /** All threads are busy, and as many requests wait for one as may. */
    THREADS,
    /** The app has {@code VTS_MAX_CONCURRENT} requests, and too many wait, or this one has for too long. */
    CONCURRENCY,
    /** There is no room for it on the Java heap, and none came in time; it never reached a servlet. */
    MEMORY,
    /** More came than {@code VTS_RATE_LIMIT} or {@code VTS_RATE_LIMIT_PER_CLIENT} allows. */
    RATE_LIMIT,
    /** The file that {@code VTS_MAINTENANCE} names is there. */
    MAINTENANCE
}
