package dev.vtsbasic.proxy.upstream;

import dev.vtsbasic.pool.WorkerConnector;
import dev.vtsbasic.proxy.exchange.Watchdog;
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
 * A Unix or TCP socket in the shape that HttpClient's blocking connections need.
 *
 * <p>HttpClient's own adapter for Unix sockets opens a selector for each connection and waits in it, which keeps a
 * carrier thread busy for as long as a virtual thread waits for Bun. A channel in blocking mode parks the virtual thread
 * instead. It knows no time-out: {@link Watchdog} closes what is silent for too long, and a time-out that is set here
 * means that a read does not wait at all.
 */
public final class ChannelSocket extends Socket {
    private static final int END_OF_FIELDS = '\r' << 24 | '\n' << 16 | '\r' << 8 | '\n';

    private final SocketChannel channel;
    private final boolean unix;
    private final ReentrantLock writing = new ReentrantLock();
    private volatile int soTimeout;
    private int lastOctets;
    private long mayRead = Long.MAX_VALUE;
    private boolean ended;
    private boolean refusal;
    private Runnable whenClosed = () -> {};

    private ChannelSocket(SocketChannel channel, boolean unix) throws SocketException {
        // Without an implementation, which it would never use.
        super((SocketImpl) null);
        this.channel = channel;
        this.unix = unix;
    }

    static ChannelSocket to(SocketAddress address, Duration timeout) throws IOException {
        return new ChannelSocket(WorkerConnector.connect(address, timeout), address instanceof UnixDomainSocketAddress);
    }

    /** Says what else ends with it; to be called before another thread knows it. */
    void whenClosed(Runnable action) {
        whenClosed = action;
    }

    /** Whether the end of the other side's octets was read. */
    boolean ended() {
        return ended;
    }

    /** Whether the other side ended its octets anywhere but behind an empty line, where header or trailer fields end. */
    boolean endedWithinFields() {
        return ended && lastOctets != END_OF_FIELDS;
    }

    /** Says that what is being read is the answer of a worker that may have refused the request before it had all of it. */
    void readsRefusal() {
        refusal = true;
    }

    /** Lets no read begin any more once so many octets were read from now on. */
    void limitReading(int octets) {
        mayRead = octets;
    }

    void unlimitReading() {
        mayRead = Long.MAX_VALUE;
    }

    /** More was to be read than {@link #limitReading} allows. */
    static final class ReadLimitException extends IOException {
        private static final long serialVersionUID = 1L;

        ReadLimitException() {
            super("More octets than may be read");
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
            lastOctets = lastOctets << 8 | bytes[offset + i] & 0xff;
        }
        return count;
    }

    /**
     * Whether a reset is the end of what was sent: the other side closed before it had read all. On a Unix socket nothing
     * is lost then. TCP may lose a part of what was sent last, but the head of a refusal that has no body is whole.
     */
    private boolean isEnd() {
        return unix || refusal && lastOctets == END_OF_FIELDS;
    }

    /** The mode cannot be changed while another thread writes, which may last until somebody reads what has come. */
    private int readAtOnce(ByteBuffer buffer) throws IOException {
        if (!writing.tryLock()) {
            throw new SocketTimeoutException("Not without waiting");
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
            // It is of no further use either way.
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
        // Whatever was written before a close may still be read by the other side.
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
