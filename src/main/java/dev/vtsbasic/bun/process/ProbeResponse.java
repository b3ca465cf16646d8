package dev.vtsbasic.bun.process;

/**
 * An app's response to a probe.
 *
 * @param excerpt the start of an error's body on one line, up to 300 characters; empty when there is none
 */
public record ProbeResponse(int status, String excerpt) {
    private static final int FIRST_SERVER_ERROR = 500;
    private static final int NOT_FOUND = 404;

    /** Whether the status is below 500: an app that lacks the page or requires a password can serve requests, too. */
    public boolean isReady() {
        return status < FIRST_SERVER_ERROR;
    }

    public boolean isNotFound() {
        return status == NOT_FOUND;
    }
}
