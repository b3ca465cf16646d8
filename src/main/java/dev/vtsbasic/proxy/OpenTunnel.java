package dev.vtsbasic.proxy;

/** A client's connection that carries no HTTP any more. */
interface OpenTunnel {
    /** Ends it. */
    void cut();
}
