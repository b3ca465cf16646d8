package dev.vtsbasic.settings;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A network of IP addresses in CIDR notation (RFC 4632, RFC 4291 §2.3): {@code 10.0.0.0/8}, {@code fd00::/8}, or one
 * address.
 *
 * @param address an address in the network, as a number
 * @param bits length of an address: 32 or 128
 * @param prefixLength number of leading bits that all addresses of the network share
 */
public record IpNetwork(BigInteger address, int bits, int prefixLength) {
    /** Matches addresses and no names, because {@link InetAddress#getByName} would look a name up in the DNS. */
    private static final String LITERAL = "[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*";

    /** The zone of an interface, which may follow an address (RFC 4007 §11). */
    private static final String ZONE = "%[0-9A-Za-z_.:@-]+$";

    /**
     * @param text networks separated by commas; blank for none
     * @throws IllegalArgumentException when one is not a network
     */
    static List<IpNetwork> list(String text) {
        return Stream.of(text.split(","))
                .map(String::strip)
                .filter(network -> !network.isEmpty())
                .map(IpNetwork::of)
                .toList();
    }

    /** @throws IllegalArgumentException when {@code text} is not a network */
    static IpNetwork of(String text) {
        String[] parts = text.split("/", 2);
        byte[] octets = octetsOf(parts[0]);
        if (octets == null) {
            throw new IllegalArgumentException(text);
        }
        int bits = octets.length * 8;
        int prefixLength = parts.length == 1 ? bits : Integer.parseInt(parts[1]);
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException(text);
        }
        return new IpNetwork(new BigInteger(1, octets), bits, prefixLength);
    }

    /** Whether {@code address}, as a container writes a client's address, lies in this network. */
    public boolean contains(String address) {
        byte[] octets = octetsOf(address);
        return octets != null
                && octets.length * 8 == bits
                && new BigInteger(1, octets)
                                .xor(this.address)
                                .shiftRight(bits - prefixLength)
                                .signum()
                        == 0;
    }

    /** Whether {@code text} is an address and not, for example, a name. */
    public static boolean isAddress(String text) {
        return octetsOf(text) != null;
    }

    /** Whether the address means all addresses of a machine: {@code 0.0.0.0} or {@code ::}. */
    public static boolean isUnspecified(String address) {
        byte[] octets = octetsOf(address);
        return octets != null && new BigInteger(octets).signum() == 0;
    }

    /** Whether {@code address}, as a container writes a client's address, is a loopback address. */
    public static boolean isLoopback(String address) {
        return address != null
                && (address.startsWith("127.") || address.equals("::1") || address.equals("0:0:0:0:0:0:0:1"));
    }

    /**
     * Writes an address as RFC 5952 recommends, so that equal addresses are equal texts: {@code ::1}. An IPv4-mapped
     * IPv6 address becomes the IPv4 address. A text that is not an address is returned unchanged.
     */
    public static String canonical(String address) {
        byte[] octets = octetsOf(address);
        if (octets == null) {
            return address;
        }
        if (octets.length == Integer.BYTES) {
            return (octets[0] & 0xff) + "." + (octets[1] & 0xff) + "." + (octets[2] & 0xff) + "." + (octets[3] & 0xff);
        }
        int zone = address.indexOf('%');
        return groups(octets) + (zone < 0 ? "" : address.substring(zone).replaceFirst("]$", ""));
    }

    /**
     * Writes an IPv6 address in lower case, with {@code ::} for the first of the longest runs of two or more zero
     * groups (RFC 5952 §4).
     */
    private static String groups(byte[] octets) {
        int[] groups = new int[octets.length / 2];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = (octets[2 * i] & 0xff) << 8 | octets[2 * i + 1] & 0xff;
        }
        int start = 0;
        int length = 1;
        for (int i = 0; i < groups.length; i++) {
            int end = i;
            while (end < groups.length && groups[end] == 0) {
                end++;
            }
            if (end - i > length) {
                start = i;
                length = end - i;
            }
        }
        if (length == 1) {
            return joined(groups, 0, groups.length);
        }
        return joined(groups, 0, start) + "::" + joined(groups, start + length, groups.length);
    }

    private static String joined(int[] groups, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(i -> Integer.toHexString(groups[i]))
                .collect(Collectors.joining(":"));
    }

    /**
     * Parses an address that a container or a proxy has written, perhaps in brackets or with a zone. Returns its 4 or
     * 16 bytes; null when the text is not an IP address.
     */
    public static byte[] octetsOf(String address) {
        String plain = address.replaceAll("^\\[|]$", "").replaceFirst(ZONE, "");
        if (!plain.matches(LITERAL)) {
            return null;
        }
        try {
            return InetAddress.getByName(plain).getAddress();
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
