package dev.vtsbasic.pool;

import java.net.SocketAddress;

/**
 * One Bun process, or the server at {@code VTS_UPSTREAM}, as the proxy sees it. A process that replaces another is
 * another worker with another name.
 *
 * @param name unique within this JVM
 * @param address where it listens: a {@link java.net.UnixDomainSocketAddress} or an {@link java.net.InetSocketAddress}
 */
public record Worker(String name, SocketAddress address) {}
