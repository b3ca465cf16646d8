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
    private static final long INPUT_FRESH_NANOS = 10_000_000;

    private static final String ESTABLISHED = "01";
    private static final String NOTHING_UNREAD = ":00000000";

    /** What precedes an IPv4 address in the table of IPv6. */
    private static final String MAPPED = "0000000000000000FFFF0000";

    /** Where the columns are: {@code 0: 0100007F:1F90 0100007F:D431 01 …}. */
    private static final int LOCAL = 1;

    private static final int REMOTE = 2;
    private static final int STATE = 3;

    /** Octets that were not acknowledged, and those that were not read: {@code 00000000:0000002A}. */
    private static final int QUEUES = 4;

    private Map<String, Row> rows = Map.of();
    private long readings;
    private long read;

    /**
     * @param unread whether octets have come that the server has not read yet
     * @param reading how often all were read before, so that two answers from the same reading can be told
     */
    record Sight(State state, boolean unread, long reading) {}

    private record Row(boolean open, boolean unread) {}

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

    Sight look(String localAddress, int localPort, String remoteAddress, int remotePort) {
        return look(nameOf(localAddress, localPort, remoteAddress, remotePort), FRESH_NANOS);
    }

    /** The same, read anew more often, because a client's body waits for the answer. */
    Sight lookForInput(String localAddress, int localPort, String remoteAddress, int remotePort) {
        return look(nameOf(localAddress, localPort, remoteAddress, remotePort), INPUT_FRESH_NANOS);
    }

    private synchronized Sight look(String name, long freshNanos) {
        if (readings == 0 || System.nanoTime() - read > freshNanos) {
            rows = readAll();
            readings++;
            read = System.nanoTime();
        }
        Row found = rows.get(name);
        State state = found == null ? State.ABSENT : found.open() ? State.OPEN : State.CLOSED;
        return new Sight(state, found != null && found.unread(), readings);
    }

    private static String nameOf(String localAddress, int localPort, String remoteAddress, int remotePort) {
        return "%s:%04X %s:%04X".formatted(octets(localAddress), localPort, octets(remoteAddress), remotePort);
    }

    private static Map<String, Row> readAll() {
        Map<String, Row> connections = new HashMap<>();
        for (Path table : TABLES) {
            try {
                for (String line : Files.readAllLines(table, StandardCharsets.US_ASCII)) {
                    String[] columns = line.strip().split(" +", QUEUES + 2);
                    connections.put(
                            bare(columns[LOCAL]) + " " + bare(columns[REMOTE]),
                            new Row(columns[STATE].equals(ESTABLISHED), !columns[QUEUES].endsWith(NOTHING_UNREAD)));
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
