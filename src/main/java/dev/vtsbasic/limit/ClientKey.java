package dev.vtsbasic.limit;

import dev.vtsbasic.settings.IpNetwork;
import java.nio.ByteBuffer;

/**
 * Identifies a client by its address: all of an IPv4 address, or the first 64 bits of an IPv6 address, because all
 * addresses that begin with these bits belong to one client.
 */
public final class ClientKey {
    /** The key of all clients without an IP address, for example behind a Unix socket. */
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
