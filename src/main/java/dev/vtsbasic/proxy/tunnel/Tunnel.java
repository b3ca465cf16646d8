package dev.vtsbasic.proxy.tunnel;

/** A client's connection that carries no HTTP any more. */
interface Tunnel {
    /** Ends it. */
    void cut();
}
