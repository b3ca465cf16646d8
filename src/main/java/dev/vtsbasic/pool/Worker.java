package dev.vtsbasic.pool;

import java.net.SocketAddress;

/**
 * One started Bun process, as the proxy sees it. A replacement is another worker with another name.
 *
 * @param name unique within this JVM
 * @param address where it listens: a {@link java.net.UnixDomainSocketAddress} or an {@link java.net.InetSocketAddress}
 */
public record Worker(String name, SocketAddress address) {}
