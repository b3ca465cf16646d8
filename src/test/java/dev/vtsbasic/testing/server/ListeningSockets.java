package dev.vtsbasic.testing.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The sockets of a process that accept connections or datagrams, as Linux lists them in {@code /proc}. */
public final class ListeningSockets {
    private static final String LISTENING = "0A";

    /** 127.x.y.z, whose bytes are in the machine's order; the same mapped to IPv6; and ::1. */
    private static final List<String> LOOPBACK =
            List.of("^[0-9A-F]{6}7F$", "^0{16}FFFF0000[0-9A-F]{6}7F$", "^0{24}01000000$");

    private ListeningSockets() {}

    /** Returns the sockets that other machines can reach. */
    public static List<String> openToOthers(long pid) throws IOException {
        Set<String> inodes = inodes(pid);
        List<String> open = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
            List<String> rows = Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table));
            for (String row : rows.subList(1, rows.size())) {
                String[] fields = row.strip().split("\\s+");
                String address = fields[1].substring(0, fields[1].indexOf(':'));
                int port = Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16);
                boolean takes = table.startsWith("udp") || fields[3].equals(LISTENING);
                if (takes && inodes.contains(fields[9]) && LOOPBACK.stream().noneMatch(address::matches)) {
                    open.add(table + " " + address + " port " + port);
                }
            }
        }
        return open;
    }

    private static Set<String> inodes(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path file : files.toList()) {
                try {
                    String target = Files.readSymbolicLink(file).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring("socket:[".length(), target.length() - 1));
                    }
                } catch (IOException e) {
                    // The file was closed in the meantime.
                }
            }
        }
        return inodes;
    }
}
