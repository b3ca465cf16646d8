package dev.vtsbasic.traffic;

/** Why a request got no whole answer from the app. */
public enum UpstreamError {
    /** No worker was ready within {@code VTS_HOLD_TIMEOUT}, or all were given up. */
    NO_WORKER,
    /** The worker broke off: it died, or closed the connection. */
    BROKE_OFF,
    /** The worker was silent for longer than {@code VTS_RESPONSE_TIMEOUT}. */
    SILENT,
    /** What the worker answered is not HTTP, or its head is too large. */
    NOT_HTTP,
    /** It was not sent, because one worker after another ended at the same request. */
    BLOCKED
}
