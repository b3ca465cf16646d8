package dev.vtsbasic.settings;

/** How requests reach a Bun worker. */
public enum BunTransport {
    UNIX,
    TCP
}
