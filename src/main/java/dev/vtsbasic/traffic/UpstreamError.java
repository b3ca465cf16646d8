package dev.vtsbasic.traffic;

/** Why a request got no complete response of the app. */
public enum UpstreamError {
    /** No worker was ready within {@code VTS_HOLD_TIMEOUT}, or all workers were given up. */
    NO_WORKER,
    /** The worker died or closed the connection before the response was complete. */
    BROKE_OFF,
    /** The worker sent nothing for longer than {@code VTS_RESPONSE_TIMEOUT}. */
    SILENT,
    /** The worker's response is not HTTP, or its head is too large. */
    NOT_HTTP,
    /** The request was not sent, because one worker after another had ended at the same request. */
    BLOCKED
}
