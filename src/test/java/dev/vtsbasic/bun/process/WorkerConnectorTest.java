package dev.vtsbasic.bun.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vtsbasic.pool.WorkerConnector;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WorkerConnectorTest {
    private static final Duration ENOUGH = Duration.ofSeconds(30);

    @Test
    void aHostNameIsLookedUpAtEachConnection() throws Exception {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
            int port = server.socket().getLocalPort();
            for (String host : List.of("localhost", "127.0.0.1", "[::ffff:127.0.0.1]")) {
                try (SocketChannel channel =
                        WorkerConnector.connect(InetSocketAddress.createUnresolved(host, port), ENOUGH)) {
                    assertTrue(channel.isBlocking() && channel.isConnected());
                }
            }
        }
    }

    @Test
    void anUnknownHostNameFailsTheConnection() {
        InetSocketAddress unknown = InetSocketAddress.createUnresolved("no-such-host.invalid", 80);
        assertThrows(UnknownHostException.class, () -> WorkerConnector.connect(unknown, ENOUGH));
    }

    /** Linux drops the first packet of a connection while the server's queue is full. */
    @Test
    void aConnectionToAFullAcceptQueueFailsAtItsTimeout() throws Exception {
        List<SocketChannel> waiting = new ArrayList<>();
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 1);
            InetSocketAddress address = (InetSocketAddress) server.getLocalAddress();
            IOException full = assertThrows(IOException.class, () -> {
                for (int i = 0; i < 1000; i++) {
                    waiting.add(WorkerConnector.connect(address, Duration.ofMillis(100)));
                }
            });
            assertEquals("Connect timed out", full.getMessage());
            assertThrows(IOException.class, () -> HttpProbe.ask(address, "/", Duration.ofMillis(100)));
        } finally {
            for (SocketChannel channel : waiting) {
                channel.close();
            }
        }
    }
}
