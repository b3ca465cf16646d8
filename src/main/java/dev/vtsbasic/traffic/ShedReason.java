package dev.vtsbasic.traffic;

/** Why this server refused a request before the app got it. The client may send it again later. */
public enum ShedReason {
    /** As many requests wait for a worker as {@code VTS_HOLD_QUEUE} allows. */
    HOLD_QUEUE,
    /**
     * All threads are busy and the queue for them is full, or a WebSocket handshake held a container's thread for too
     * long.
     */
    THREADS,
    /** The app has {@code VTS_MAX_CONCURRENT} requests, and too many wait or this one has waited for too long. */
    CONCURRENCY,
    /** The Java heap had no room for the request, and none came in time. No servlet saw the request. */
    MEMORY,
    /** More requests came than {@code VTS_RATE_LIMIT} or {@code VTS_RATE_LIMIT_PER_CLIENT} allows. */
    RATE_LIMIT,
    /** The file that {@code VTS_MAINTENANCE} names exists. */
    MAINTENANCE
}
