package dev.vtsbasic.proxy.container;

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
 * The state of this machine's TCP connections, from Linux's {@code /proc/self/net/tcp} and {@code tcp6}; on other
 * systems the table is empty. All callers share one reading, which is repeated once it is older than 400 ms, or 10 ms
 * for {@link #lookForInput}. Safe for any number of threads.
 */
public final class ProcNetTcp {
    private static final Logger LOG = LoggerFactory.getLogger(ProcNetTcp.class);
    private static final List<Path> TABLES = List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final long FRESH_NANOS = 400_000_000;
    private static final long INPUT_FRESH_NANOS = 10_000_000;

    private static final String ESTABLISHED = "01";
    private static final String NOTHING_UNREAD = ":00000000";

    /** Prefix of an IPv4 address in the IPv6 table. */
    private static final String MAPPED = "0000000000000000FFFF0000";

    /** Indexes of the columns of a line: {@code 0: 0100007F:1F90 0100007F:D431 01 …}. */
    private static final int LOCAL = 1;

    private static final int REMOTE = 2;
    private static final int STATE = 3;

    /**
     * How many sent bytes are not acknowledged, and how many received bytes are not read: {@code 00000000:0000002A}.
     */
    private static final int QUEUES = 4;

    private final Source source;
    private final LongSupplier nanoTime;
    private Map<String, Row> rows = Map.of();
    private long readings;
    private long begun;
    private long read;

    public ProcNetTcp() {
        this(ProcNetTcp::lines, System::nanoTime);
    }

    /**
     * @param source reads the lines of the tables
     * @param nanoTime the clock, in terms of {@link System#nanoTime}
     */
    public ProcNetTcp(Source source, LongSupplier nanoTime) {
        this.source = source;
        this.nanoTime = nanoTime;
    }

    /** Reads the lines of all tables. */
    @FunctionalInterface
    interface Source {
        List<String> lines() throws IOException;
    }

    /**
     * The state of one connection.
     *
     * @param unread whether the system holds received bytes that the server has not read
     * @param reading the number of the reading, which shows whether two results come from the same one
     */
    record Observation(State state, boolean unread, long reading) {}

    private record Row(boolean open, boolean unread) {}

    enum State {
        OPEN,
        /** Either side has closed it, or it is not established for another reason. */
        CLOSED,
        ABSENT,
        /** No reading began after the time of interest. */
        UNKNOWN
    }

    /**
     * Formats an IP address as Linux does: hexadecimal words of 32 bits, each in the machine's byte order. Text that is
     * no IP address stays as it is.
     */
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
     * Looks up a connection.
     *
     * @param name of the connection, see {@link #nameOf}
     * @param since a time at which the connection was open, in terms of {@link System#nanoTime}. A reading from before
     *     is not used, because it may show an earlier connection between the same ports, or this one before it was
     *     established.
     */
    Observation look(String name, long since) {
        return look(name, since, FRESH_NANOS);
    }

    /** Looks up a connection in a newer reading than {@link #look}, because the result delays a client's body. */
    Observation lookForInput(String name, long since) {
        return look(name, since, INPUT_FRESH_NANOS);
    }

    private synchronized Observation look(String name, long since, long freshNanos) {
        if (read == 0 || nanoTime.getAsLong() - read > freshNanos) {
            readAll();
        }
        if (begun - since < 0) {
            return new Observation(State.UNKNOWN, false, readings);
        }
        Row found = rows.get(name);
        State state = found == null ? State.ABSENT : found.open() ? State.OPEN : State.CLOSED;
        return new Observation(state, found != null && found.unread(), readings);
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
            // A table is absent on other systems, and the second one on systems without IPv6.
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
