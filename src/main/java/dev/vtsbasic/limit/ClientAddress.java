package dev.vtsbasic.limit;

import dev.vtsbasic.settings.IpNetwork;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who asks: the container's client, or the one that trusted proxies say they ask for. */
final class ClientAddress {
    private static final Pattern WITH_PORT = Pattern.compile("\\[(.*)](?::[0-9]+)?|([0-9.]+):[0-9]+");

    /** Of a client that has no address, for instance behind a Unix socket. */
    private static final long UNKNOWN = -1;

    private ClientAddress() {}

    /** Whether the app may have asked, or somebody on this machine: no proxy says for whom it asks. */
    static boolean isOfThisMachine(HttpServletRequest request) {
        return IpNetwork.isLoopback(request.getRemoteAddr())
                && request.getHeader("X-Forwarded-For") == null
                && request.getHeader("Forwarded") == null;
    }

    static String of(HttpServletRequest request, List<IpNetwork> trustedProxies) {
        List<String> forwardedFor = new ArrayList<>();
        Collections.list(request.getHeaders("X-Forwarded-For"))
                .forEach(field -> forwardedFor.addAll(List.of(field.split(","))));
        return of(request.getRemoteAddr(), forwardedFor, trustedProxies);
    }

    /**
     * The right-most address that is not of a trusted proxy: everything to the left of it may be made up.
     *
     * @param forwardedFor the addresses in X-Forwarded-For, in their order
     */
    static String of(String peer, List<String> forwardedFor, List<IpNetwork> trustedProxies) {
        String client = peer;
        for (int i = forwardedFor.size() - 1; i >= 0 && isOneOf(trustedProxies, client); i--) {
            String before = plain(forwardedFor.get(i));
            if (IpNetwork.octetsOf(before) == null) {
                return client;
            }
            client = before;
        }
        return client;
    }

    private static boolean isOneOf(List<IpNetwork> networks, String address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static String plain(String address) {
        Matcher withPort = WITH_PORT.matcher(address.strip());
        if (!withPort.matches()) {
            return address.strip();
        }
        return withPort.group(1) == null ? withPort.group(2) : withPort.group(1);
    }

    /** Tells clients apart: IPv4 by the whole address, IPv6 by its first 64 bits, of which each client has all that follow. */
    static long keyOf(String address) {
        byte[] octets = address == null ? null : IpNetwork.octetsOf(address);
        if (octets == null) {
            return UNKNOWN;
        }
        return octets.length == Integer.BYTES
                ? Integer.toUnsignedLong(ByteBuffer.wrap(octets).getInt())
                : ByteBuffer.wrap(octets).getLong();
    }
}
