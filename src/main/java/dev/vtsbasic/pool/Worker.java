package dev.vtsbasic.pool;

import java.net.SocketAddress;

/**
 * One Bun process, or the server at {@code VTS_UPSTREAM}, as the proxy sees it. A process that replaces another one is
 * a new worker with a new name.
 *
 * @param name unique within this JVM
 * @param address the address on which it listens: a {@link java.net.UnixDomainSocketAddress} or an {@link
 *     java.net.InetSocketAddress}
 */
public record Worker(String name, SocketAddress address) {}
