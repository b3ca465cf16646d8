package dev.vtsbasic.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers that must be told their port, or that must come back on the same one. */
public final class Ports {
    private static final int TRIES = 100;

    /** Ports already given to a test, whose server may not listen yet. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /**
     * Returns a free port below those that Linux assigns to clients and to servers on port 0, so that no other program
     * takes it in the meantime.
     */
    public static int free() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
                if (GIVEN.add(socket.getLocalPort())) {
                    return port;
                }
            } catch (IOException e) {
                // Another program uses the port.
            }
        }
        throw new IOException("no free port found");
    }
}
