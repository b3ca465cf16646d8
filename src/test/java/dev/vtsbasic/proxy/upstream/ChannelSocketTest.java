package dev.vtsbasic.proxy.upstream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@Tag("java")
class ChannelSocketTest {
    @TempDir
    private Path directory;

    private ServerSocketChannel server;
    private ChannelSocket socket;
    private SocketChannel peer;

    @BeforeEach
    void connect() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        socket = ChannelSocket.to(address, Duration.ZERO);
        peer = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        peer.close();
        server.close();
    }

    @Test
    void octetsPassBothWaysUnchanged() throws Exception {
        byte[] all = new byte[1 << 20];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) (i * 31 >> 3);
        }
        CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> {
            try {
                return Channels.newInputStream(peer).readNBytes(all.length);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        socket.getOutputStream().write(all);
        assertArrayEquals(all, received.get());
        peer.write(ByteBuffer.wrap(new byte[] {(byte) 0xff, 1}));
        assertEquals(0xff, socket.getInputStream().read());
        assertEquals(1, socket.getInputStream().read());
    }

    @Test
    void theEndOfThePeersOctetsIsTheEndOfTheStream() throws Exception {
        peer.shutdownOutput();
        assertEquals(-1, socket.getInputStream().read());
        assertEquals(-1, socket.getInputStream().read(new byte[8]));
    }

    @Test
    void closingTheSocketEndsARunningRead() throws Exception {
        CompletableFuture<IOException> failure = new CompletableFuture<>();
        Thread reader = new Thread(() -> failure.complete(
                assertThrows(IOException.class, () -> socket.getInputStream().read())));
        reader.start();
        socket.close();
        failure.get();
        assertTrue(socket.isClosed());
    }

    @Test
    void aWaitingWriteDoesNotBlockAReadWithoutWaiting() throws Exception {
        CompletableFuture<IOException> failure = new CompletableFuture<>();
        Thread writer = new Thread(() -> failure.complete(
                assertThrows(IOException.class, () -> socket.getOutputStream().write(new byte[1 << 24]))));
        writer.start();
        peer.read(ByteBuffer.allocate(1));
        writer.join(500);
        assertTrue(writer.isAlive());
        socket.setSoTimeout(1);
        CompletableFuture.runAsync(() -> assertThrows(
                        SocketTimeoutException.class,
                        () -> socket.getInputStream().read()))
                .get(60, TimeUnit.SECONDS);
        socket.close();
        failure.get();
    }

    @Test
    void aConnectionToASocketWithoutServerFails() throws Exception {
        server.close();
        assertThrows(
                IOException.class,
                () -> ChannelSocket.to(UnixDomainSocketAddress.of(directory.resolve("s")), Duration.ZERO));
    }

    @Test
    void aConnectionIsOpenedWhenTheWorkerAcceptsAgain() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("full"));
        int count = 20;
        List<CompletableFuture<ChannelSocket>> connecting = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try (ServerSocketChannel worker =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1)) {
            for (int i = 0; i < count; i++) {
                connecting.add(CompletableFuture.supplyAsync(
                        () -> assertDoesNotThrow(() -> ChannelSocket.to(address, Duration.ofSeconds(10))), threads));
            }
            for (int i = 0; i < count; i++) {
                worker.accept().close();
            }
            for (CompletableFuture<ChannelSocket> connected : connecting) {
                connected.get().close();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    @SuppressWarnings("try") // The test needs only its accept queue.
    void aConnectionToAWorkerThatAcceptsNothingTimesOut() throws Exception {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("full"));
        List<ChannelSocket> waiting = new ArrayList<>();
        try (ServerSocketChannel worker =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address, 1)) {
            assertThrows(SocketException.class, () -> {
                for (int i = 0; i < 1000; i++) {
                    waiting.add(ChannelSocket.to(address, Duration.ofMillis(20)));
                }
            });
        } finally {
            waiting.forEach(ChannelSocket::close);
        }
    }
}
