package dev.vtsbasic.page;

import java.util.List;

/**
 * The content of a response that is sent if the app cannot respond.
 *
 * @param name of the app's own file for this page, without {@code .html}
 * @param status HTTP status code
 * @param title in a few words
 * @param sentence says what happened and what to do
 * @param retryAfter value of Retry-After, in seconds; 0 for no such field
 * @param refreshes whether a browser that shows the page reloads it by itself
 */
// More than five components, because each is one part of the response; only this class makes pages.
public record Page(String name, int status, String title, String sentence, int retryAfter, boolean refreshes) {
    private static final int SOON = 5;
    private static final int LATER = 60;

    public static final Page BAD_REQUEST = of(400, "Bad Request", "The request is not valid HTTP.", 0);
    public static final Page BODY_TOO_LARGE =
            of(413, "Content Too Large", "The request body is larger than this server accepts.", 0);
    public static final Page TOO_MANY_REQUESTS = of(
            429, "Too Many Requests", "Too many requests came in a short time. Please wait a moment and try again.", 0);
    public static final Page NOT_IMPLEMENTED =
            of(501, "Not Implemented", "This server does not support this method or protocol.", 0);
    public static final Page BAD_GATEWAY =
            of(502, "Bad Gateway", "The application closed the connection before it responded. Please try again.", 0);
    public static final Page UNAVAILABLE =
            of(503, "Service Unavailable", "The application is not ready. Please try again in a few seconds.", SOON);
    public static final Page BUSY =
            of(503, "Service Unavailable", "The application is overloaded. Please try again in a few seconds.", SOON);
    public static final Page STARTING =
            new Page("starting", 503, "Starting", "The application is starting.", SOON, true);
    public static final Page GIVEN_UP = of(
            503,
            "Service Unavailable",
            "The application keeps crashing and is not started again by itself. The server's log says why.",
            0);
    public static final Page MAINTENANCE = new Page(
            "maintenance",
            503,
            "Maintenance",
            "The application is under maintenance. Please try again later.",
            LATER,
            false);
    public static final Page GATEWAY_TIMEOUT =
            of(504, "Gateway Timeout", "The application took too long to respond. Please try again.", 0);

    /** All pages. */
    static final List<Page> ALL = List.of(
            BAD_REQUEST,
            BODY_TOO_LARGE,
            TOO_MANY_REQUESTS,
            NOT_IMPLEMENTED,
            BAD_GATEWAY,
            UNAVAILABLE,
            BUSY,
            STARTING,
            GIVEN_UP,
            MAINTENANCE,
            GATEWAY_TIMEOUT);

    private static Page of(int status, String title, String sentence, int retryAfter) {
        return new Page(Integer.toString(status), status, title, sentence, retryAfter, false);
    }

    /** This page with another sentence. */
    public Page withSentence(String other) {
        return new Page(name, status, title, other, retryAfter, refreshes);
    }

    /** This page with another Retry-After, in seconds. */
    public Page withRetryAfter(long seconds) {
        return new Page(
                name, status, title, sentence, Math.toIntExact(Math.min(seconds, Integer.MAX_VALUE)), refreshes);
    }
}
