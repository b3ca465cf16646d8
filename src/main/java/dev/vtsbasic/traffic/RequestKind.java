package dev.vtsbasic.traffic;

/** What a request turned out to be. */
public enum RequestKind {
    /** For a static file, there or not. */
    ASSET,
    /** Forwarded to the app. */
    PROXIED,
    /** Answered with an event stream, by the app or for the status page, which lasts for as long as a page is open. */
    EVENTS,
    /** Asked to switch protocols, WebSocket before all; lasts for as long as the tunnel if there is one. */
    TUNNEL,
    /** For this server itself: live, ready, metrics and the like. */
    MANAGEMENT;

    /** Whether how long it takes says something about the server. */
    public boolean hasAnEnd() {
        return this != EVENTS && this != TUNNEL;
    }
}
