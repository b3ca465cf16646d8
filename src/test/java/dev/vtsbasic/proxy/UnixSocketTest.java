package dev.vtsbasic.proxy;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class UnixSocketTest {
    @TempDir
    private Path directory;

    private final ReadWatchdog watchdog = new ReadWatchdog();
    private ServerSocketChannel server;
    private UnixSocket socket;
    private SocketChannel peer;

    @BeforeEach
    void connect() throws IOException {
        UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(address);
        socket = UnixSocket.connect(address, watchdog);
        peer = server.accept();
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        peer.close();
        server.close();
        watchdog.close();
    }

    @Test
    void octetsGoBothWaysUnchanged() throws Exception {
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
    void aSilentPeerEndsTheReadAfterTheTimeout() {
        socket.setSoTimeout(50);
        long start = System.nanoTime();
        SocketTimeoutException timeout = assertThrows(
                SocketTimeoutException.class, () -> socket.getInputStream().read());
        assertEquals("Read timed out", timeout.getMessage());
        assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(50));
        assertTrue(socket.isClosed());
    }

    @Test
    void withoutTimeoutAReadMayTakeForEver() throws Exception {
        Thread reader = readInBackground();
        // Again and again, since nothing tells when the reader has begun to read.
        for (long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(50); System.nanoTime() < end; ) {
            socket.closeIfOverdue(System.nanoTime() + TimeUnit.DAYS.toNanos(365));
        }
        assertFalse(socket.isClosed());
        assertTrue(reader.isAlive());
    }

    @Test
    void aSocketThatNobodyReadsIsNeverOverdue() throws Exception {
        socket.setSoTimeout(1);
        peer.write(ByteBuffer.wrap(new byte[] {1}));
        assertEquals(1, socket.getInputStream().read());
        socket.closeIfOverdue(System.nanoTime() + TimeUnit.DAYS.toNanos(365));
        assertFalse(socket.isClosed());
    }

    @Test
    void closingEndsAReadThatIsUnderWayAndIsNoTimeout() throws Exception {
        socket.setSoTimeout(60_000);
        CompletableFuture<IOException> failure = new CompletableFuture<>();
        Thread reader = new Thread(() -> failure.complete(
                assertThrows(IOException.class, () -> socket.getInputStream().read())));
        reader.start();
        socket.close();
        assertFalse(failure.get() instanceof SocketTimeoutException);
        assertTrue(socket.isClosed());
    }

    @Test
    void aSocketWhereNobodyListensCannotBeConnected() throws Exception {
        server.close();
        assertThrows(
                IOException.class,
                () -> UnixSocket.connect(UnixDomainSocketAddress.of(directory.resolve("s")), watchdog));
    }

    private Thread readInBackground() {
        Thread reader = new Thread(() -> {
            try {
                socket.getInputStream().read();
            } catch (IOException e) {
                // Closed at the end of the test.
            }
        });
        reader.setDaemon(true);
        reader.start();
        return reader;
    }
}
