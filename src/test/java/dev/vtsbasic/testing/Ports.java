package dev.vtsbasic.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers that have to be told theirs, or that come back to it. */
public final class Ports {
    private static final int TRIES = 100;

    /** Ports given to a test whose server may not listen yet. */
    private static final Set<Integer> GIVEN = ConcurrentHashMap.newKeySet();

    private Ports() {}

    /** A free port below those that Linux gives to clients, and to servers that listen on port 0, so that no other program takes it meanwhile. */
    public static int free() throws IOException {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_768);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
                if (GIVEN.add(socket.getLocalPort())) {
                    return port;
                }
            } catch (IOException e) {
                // It is taken.
            }
        }
        throw new IOException("no free port found");
    }
}
