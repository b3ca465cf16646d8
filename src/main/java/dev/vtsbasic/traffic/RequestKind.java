package dev.vtsbasic.traffic;

/** The kind of a request, which may become known only while it is served. */
public enum RequestKind {
    /** A request for a static file, whether the file exists or not. */
    ASSET,
    /** A request that is forwarded to the app. */
    PROXIED,
    /**
     * A request whose response is an event stream, of the app or of the status page. It lasts for as long as a page is
     * open.
     */
    EVENTS,
    /** A request to switch protocols, mostly to WebSocket. It lasts for as long as the tunnel, if one is opened. */
    TUNNEL,
    /** A request to this server itself: live, ready, metrics and the like. */
    MANAGEMENT;

    /** Whether the duration of such a request says something about the server. */
    public boolean hasAnEnd() {
        return this != EVENTS && this != TUNNEL;
    }
}
