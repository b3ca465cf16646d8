package dev.vtsbasic.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of TCP connections, as Linux tells of those of this machine; on other systems none is known. It is read anew
 * now and then, once for all who ask. Safe for any number of threads.
 */
final class TcpConnections {
    private static final Logger LOG = LoggerFactory.getLogger(TcpConnections.class);
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

    private final Source source;
    private final LongSupplier nanoTime;
    private Map<String, Row> rows = Map.of();
    private long readings;
    private long begun;
    private long read;

    TcpConnections() {
        this(TcpConnections::lines, System::nanoTime);
    }

    /** @param nanoTime the clock, in terms of {@link System#nanoTime} */
    TcpConnections(Source source, LongSupplier nanoTime) {
        this.source = source;
        this.nanoTime = nanoTime;
    }

    /** The lines of all connections. */
    @FunctionalInterface
    interface Source {
        List<String> lines() throws IOException;
    }

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
        ABSENT,
        /** No table was read since then. */
        UNKNOWN
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

    /**
     * @param name of the connection, see {@link #nameOf}
     * @param since when the connection was open for sure, in terms of {@link System#nanoTime}: a table that was read before
     *     may tell of an earlier one between the same two ports, or of one that is only being opened
     */
    Sight look(String name, long since) {
        return look(name, since, FRESH_NANOS);
    }

    /** The same, read anew more often, because a client's body waits for the answer. */
    Sight lookForInput(String name, long since) {
        return look(name, since, INPUT_FRESH_NANOS);
    }

    private synchronized Sight look(String name, long since, long freshNanos) {
        if (read == 0 || nanoTime.getAsLong() - read > freshNanos) {
            readAll();
        }
        if (begun - since < 0) {
            return new Sight(State.UNKNOWN, false, readings);
        }
        Row found = rows.get(name);
        State state = found == null ? State.ABSENT : found.open() ? State.OPEN : State.CLOSED;
        return new Sight(state, found != null && found.unread(), readings);
    }

    static String nameOf(String localAddress, int localPort, String remoteAddress, int remotePort) {
        return "%s:%04X %s:%04X".formatted(octets(localAddress), localPort, octets(remoteAddress), remotePort);
    }

    private void readAll() {
        long now = nanoTime.getAsLong();
        try {
            Map<String, Row> connections = new HashMap<>();
            for (String line : source.lines()) {
                String[] columns = line.strip().split(" +", QUEUES + 2);
                if (columns.length <= QUEUES) {
                    continue;
                }
                connections.put(
                        bare(columns[LOCAL]) + " " + bare(columns[REMOTE]),
                        new Row(columns[STATE].equals(ESTABLISHED), !columns[QUEUES].endsWith(NOTHING_UNREAD)));
            }
            rows = connections;
            begun = now;
            readings++;
        } catch (IOException e) {
            LOG.debug("The system's TCP connections cannot be read", e);
        }
        read = nanoTime.getAsLong();
    }

    private static List<String> lines() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path table : TABLES) {
            // Another system, or one without IPv6, has none.
            if (Files.exists(table)) {
                lines.addAll(Files.readAllLines(table, StandardCharsets.US_ASCII));
            }
        }
        return lines;
    }

    private static String bare(String address) {
        return address.startsWith(MAPPED) ? address.substring(MAPPED.length()) : address;
    }
}
