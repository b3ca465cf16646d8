package dev.vtsbasic.limit;

import dev.vtsbasic.settings.IpNetwork;
import java.nio.ByteBuffer;

/** Tells clients apart: IPv4 by the whole address, IPv6 by its first 64 bits, of which each client has all that follow. */
public final class ClientKey {
    /** Of a client that has no address, for instance behind a Unix socket. */
    private static final long UNKNOWN = -1;

    private ClientKey() {}

    public static long of(String address) {
        byte[] octets = address == null ? null : IpNetwork.octetsOf(address);
        if (octets == null) {
            return UNKNOWN;
        }
        return octets.length == Integer.BYTES
                ? Integer.toUnsignedLong(ByteBuffer.wrap(octets).getInt())
                : ByteBuffer.wrap(octets).getLong();
    }
}
