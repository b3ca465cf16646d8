package dev.vtsbasic.proxy.tunnel;

/** A connection between a client and a worker that has switched from HTTP to another protocol. */
interface Tunnel {
    /** Ends the tunnel. Any thread may call it, more than once. */
    void cut();
}
