package dev.vtsbasic.proxy.message;

/** The media type of event streams, which have no end of their own (HTML Living Standard, "Server-sent events"). */
public final class EventStreamType {
    private static final String TYPE = "text/event-stream";

    private EventStreamType() {}

    /** @param contentType value of Content-Type, perhaps with parameters */
    public static boolean matches(String contentType) {
        return contentType.startsWith(TYPE);
    }
}
