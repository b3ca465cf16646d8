package dev.vtsbasic.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The state of TCP connections, as Linux tells of those of this machine; on other systems none is known. It is read anew
 * now and then, once for all who ask. Safe for any number of threads.
 */
final class TcpConnections {
    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final long FRESH_NANOS = 400_000_000;
    private static final String ESTABLISHED = "01";

    /** What precedes an IPv4 address in the table of IPv6. */
    private static final String MAPPED = "0000000000000000FFFF0000";

    /** Where the columns are: {@code 0: 0100007F:1F90 0100007F:D431 01 …}. */
    private static final int LOCAL = 1;

    private static final int REMOTE = 2;
    private static final int STATE = 3;

    private Map<String, Boolean> open = Map.of();
    private long readings;
    private long read;

    /** @param reading how often all were read before, so that two answers from the same reading can be told */
    record Sight(State state, long reading) {}

    enum State {
        OPEN,
        /** By either side. */
        CLOSED,
        ABSENT
    }

    /** In words of 32 bits, each in the machine's order; what is no address stays as it is. */
    private static String octets(String address) {
        if (address == null) {
            return "";
        }
        String bare = address.replaceAll("^\\[|%.*|\\]$", "");
        if (!ADDRESS.matcher(bare).matches()) {
            return bare;
        }
        try {
            ByteBuffer octets =
                    ByteBuffer.wrap(InetAddress.getByName(bare).getAddress()).order(ByteOrder.nativeOrder());
            StringBuilder words = new StringBuilder();
            while (octets.hasRemaining()) {
                words.append("%08X".formatted(octets.getInt()));
            }
            return words.toString();
        } catch (IOException e) {
            return bare;
        }
    }

    synchronized Sight look(String localAddress, int localPort, String remoteAddress, int remotePort) {
        long now = System.nanoTime();
        if (readings == 0 || now - read > FRESH_NANOS) {
            open = readAll();
            readings++;
            read = System.nanoTime();
        }
        Boolean found = open.get(
                "%s:%04X %s:%04X".formatted(octets(localAddress), localPort, octets(remoteAddress), remotePort));
        State state = found == null ? State.ABSENT : found ? State.OPEN : State.CLOSED;
        return new Sight(state, readings);
    }

    private static Map<String, Boolean> readAll() {
        Map<String, Boolean> connections = new HashMap<>();
        for (Path table : TABLES) {
            try {
                for (String row : Files.readAllLines(table, StandardCharsets.US_ASCII)) {
                    String[] columns = row.strip().split(" +", STATE + 2);
                    connections.put(
                            bare(columns[LOCAL]) + " " + bare(columns[REMOTE]), columns[STATE].equals(ESTABLISHED));
                }
            } catch (IOException e) {
                // Another system, or one without IPv6.
            }
        }
        return connections;
    }

    private static String bare(String address) {
        return address.startsWith(MAPPED) ? address.substring(MAPPED.length()) : address;
    }
}
