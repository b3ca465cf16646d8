package dev.vtsbasic.proxy.upstream;

import dev.vtsbasic.pool.WorkerConnector;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Adapts a Unix or TCP channel to the {@link Socket} that HttpClient's blocking connections need. One thread may read
 * while another writes; any thread may close.
 *
 * <p>HttpClient's own adapter for Unix sockets opens a selector for each connection and waits in it, which occupies a
 * carrier thread while a virtual thread waits for Bun. A channel in blocking mode parks the virtual thread instead.
 * Such a channel has no timeout: {@code Watchdog} closes connections on which the worker sends nothing for too long. A
 * socket timeout other than 0 makes a read return at once, whatever its value.
 */
public final class ChannelSocket extends Socket {
    private static final int END_OF_FIELDS = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private final SocketChannel channel;
    private final boolean unix;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile int soTimeout;
    private int lastBytes;
    private long mayRead = Long.MAX_VALUE;
    private boolean ended;
    private boolean refusal;
    private Runnable whenClosed = () -> {};

    private ChannelSocket(SocketChannel channel, boolean unix) throws SocketException {
        // Without an implementation, because the channel does its work.
        super((SocketImpl) null);
        this.channel = channel;
        this.unix = unix;
    }

    static ChannelSocket to(SocketAddress address, Duration timeout) throws IOException {
        return new ChannelSocket(WorkerConnector.connect(address, timeout), address instanceof UnixDomainSocketAddress);
    }

    /** Sets the action that {@link #close} runs. Call it before another thread uses the socket. */
    void whenClosed(Runnable action) {
        whenClosed = action;
    }

    /** Whether a read has reached the end of the worker's bytes. */
    boolean ended() {
        return ended;
    }

    /** Whether the worker's bytes ended without an empty line, which ends header and trailer fields. */
    boolean endedWithinFields() {
        return ended && lastBytes != END_OF_FIELDS;
    }

    /**
     * Marks the response being read as an error. The worker may have sent it, and closed, before it had read the whole
     * request.
     */
    void readsRefusal() {
        refusal = true;
    }

    /** Makes reads fail with {@link ReadLimitException} once this many further bytes have been read. */
    void limitReading(int octets) {
        mayRead = octets;
    }

    void unlimitReading() {
        mayRead = Long.MAX_VALUE;
    }

    /** A read would exceed the limit of {@link #limitReading}. */
    static final class ReadLimitException extends IOException {
        private static final long serialVersionUID = 1L;

        ReadLimitException() {
            super("The worker sent more bytes than the limit allows");
        }
    }

    private int read(byte[] bytes, int offset, int length) throws IOException {
        if (mayRead <= 0) {
            throw new ReadLimitException();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes, offset, length);
        int count;
        try {
            count = soTimeout == 0 ? channel.read(buffer) : readAtOnce(buffer);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException e) {
            if (!isEnd()) {
                throw e;
            }
            count = -1;
        }
        if (count < 0) {
            ended = true;
        }
        mayRead -= Math.max(0, count);
        for (int i = Math.max(0, count - 4); i < count; i++) {
            lastBytes = lastBytes << 8 | bytes[offset + i] & 0xff;
        }
        return count;
    }

    /**
     * Whether a reset counts as the regular end of the worker's bytes. It happens when the worker closes before it has
     * read the whole request. A Unix socket loses nothing then. TCP may lose the last bytes, but a refusal that ends
     * with its head is complete.
     */
    private boolean isEnd() {
        return unix || refusal && lastBytes == END_OF_FIELDS;
    }

    /**
     * Reads without waiting, not even for a thread that writes: while that thread writes, the channel's mode cannot be
     * changed, and the write may last until the worker's response is read.
     *
     * @throws SocketTimeoutException when nothing can be read without waiting
     */
    private int readAtOnce(ByteBuffer buffer) throws IOException {
        if (!writing.tryLock()) {
            throw new SocketTimeoutException("The read would wait for a writing thread");
        }
        try {
            channel.configureBlocking(false);
            try {
                int count = channel.read(buffer);
                if (count == 0) {
                    throw new SocketTimeoutException("Nothing to read");
                }
                return count;
            } finally {
                channel.configureBlocking(true);
            }
        } finally {
            writing.unlock();
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
                return ChannelSocket.this.read(bytes, offset, length);
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
                writing.lock();
                try {
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                } finally {
                    writing.unlock();
                }
            }
        };
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The connection is of no further use either way.
        }
        whenClosed.run();
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
    public void setSoLinger(boolean on, int linger) {
        // Ignored, because HttpClient would reset the connection and the worker could lose bytes written before.
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
