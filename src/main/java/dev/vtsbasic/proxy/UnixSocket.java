package dev.vtsbasic.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.SocketChannel;

/**
 * A Unix socket in the shape that HttpClient's blocking connections need.
 *
 * <p>HttpClient's own adapter opens a selector for each connection and waits in it, which keeps a carrier thread busy
 * for as long as a virtual thread waits for Bun. A channel in blocking mode parks the virtual thread instead, but knows
 * no time-out: {@link ReadWatchdog} closes the channels whose read took too long.
 */
final class UnixSocket extends Socket {
    private final SocketChannel channel;
    private final ReadWatchdog watchdog;
    private volatile int soTimeout;
    private volatile long readDeadline;
    private volatile boolean timedOut;

    private UnixSocket(SocketChannel channel, ReadWatchdog watchdog) {
        this.channel = channel;
        this.watchdog = watchdog;
    }

    static UnixSocket connect(UnixDomainSocketAddress address, ReadWatchdog watchdog) throws IOException {
        UnixSocket socket = new UnixSocket(SocketChannel.open(address), watchdog);
        watchdog.watch(socket);
        return socket;
    }

    /** Closes the socket when a read began longer ago than its time-out. */
    void closeIfOverdue(long now) {
        long deadline = readDeadline;
        if (deadline != 0 && now - deadline > 0) {
            timedOut = true;
            close();
        }
    }

    private int read(byte[] bytes, int offset, int length) throws IOException {
        int timeout = soTimeout;
        // Never zero, which means that no read is under way.
        readDeadline = timeout == 0 ? 0 : (System.nanoTime() + timeout * 1_000_000L) | 1;
        try {
            return channel.read(ByteBuffer.wrap(bytes, offset, length));
        } catch (AsynchronousCloseException e) {
            if (timedOut) {
                throw new SocketTimeoutException("Read timed out");
            }
            throw e;
        } finally {
            readDeadline = 0;
        }
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                return UnixSocket.this.read(bytes, offset, length);
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        };
    }

    @Override
    public void close() {
        watchdog.forget(this);
        try {
            channel.close();
        } catch (IOException e) {
            // It is of no further use either way.
        }
    }

    @Override
    public void shutdownInput() throws IOException {
        channel.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        channel.shutdownOutput();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public int getSoTimeout() {
        return soTimeout;
    }

    @Override
    public void setSoTimeout(int timeout) {
        soTimeout = timeout;
    }

    @Override
    public void setSoLinger(boolean on, int linger) throws SocketException {
        // Has no meaning here: what was written stays readable after a close.
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return null;
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return null;
    }

    @Override
    public InetAddress getInetAddress() {
        return null;
    }
}
