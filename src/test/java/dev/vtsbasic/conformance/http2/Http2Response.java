package dev.vtsbasic.conformance.http2;

/**
 * A response, whole or cut.
 *
 * @param end the event that ended it
 */
public record Http2Response(Http2Event head, String body, Http2Event end) {
    public int status() {
        return head.status();
    }

    /** Whether the response ended as a whole one does. */
    public boolean complete() {
        return end.last();
    }
}
