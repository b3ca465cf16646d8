package dev.vtsbasic.bun;

/**
 * What an app answered to a probe.
 *
 * @param excerpt the start of the body on one line, where that may say what is wrong; empty when there is none
 */
record ProbeResponse(int status, String excerpt) {
    private static final int FIRST_SERVER_ERROR = 500;
    private static final int NOT_FOUND = 404;

    /** Whether the app can answer requests: an app that has no such page or wants a password can. */
    boolean isReady() {
        return status < FIRST_SERVER_ERROR;
    }

    boolean isNotFound() {
        return status == NOT_FOUND;
    }
}
