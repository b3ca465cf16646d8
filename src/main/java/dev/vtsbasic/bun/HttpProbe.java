package dev.vtsbasic.bun;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a worker for one page over a connection of its own, to see that it answers. */
final class HttpProbe implements AutoCloseable {
    private static final int STATUS_LINE = "HTTP/1.1 200".length();
    private static final int LONGEST_PONG = 1024;
    private static final long FULL_PAUSE_MILLIS = 20;

    /**
     * What the app gets with each request. Adapters of frameworks that are told to read such a field answer a request
     * without it by an error.
     */
    private static final String FORWARDED = String.join(
            "\r\n",
            "X-Forwarded-For: 127.0.0.1",
            "X-Forwarded-Proto: http",
            "X-Forwarded-Host: localhost",
            "X-Forwarded-Port: 80",
            "Forwarded: for=127.0.0.1;host=localhost;proto=http",
            "X-Real-IP: 127.0.0.1",
            "Via: 1.1 vts-basic");

    private static final Pattern PONG = Pattern.compile(
            "HTTP/1\\.1 204 .*\r\nvts-memory: ([0-9]{1,18})\r\n.*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private final SocketChannel channel;
    private final Selector selector;
    private final long deadline;

    private HttpProbe(SocketChannel channel, Selector selector, long deadline) {
        this.channel = channel;
        this.selector = selector;
        this.deadline = deadline;
    }

    /** We lack what it takes to ask, file descriptors for example, which says nothing of the worker. */
    static final class NotAskedException extends IOException {
        private static final long serialVersionUID = 1L;

        NotAskedException(IOException cause) {
            super(cause);
        }
    }

    /**
     * Asks the worker's launcher, not the app, for a sign that its event loop runs.
     *
     * @param token the word that the launcher knows its host by
     * @return the memory the worker's process has resident, in bytes; empty when there is no answer within {@code
     *     timeout}
     * @throws NotAskedException when that says nothing of it
     */
    static OptionalLong ping(SocketAddress address, String token, Duration timeout) throws NotAskedException {
        try (HttpProbe probe = to(address, timeout)) {
            probe.send("/", "VTS-Ping: " + token);
            Matcher pong = PONG.matcher(probe.head());
            return pong.matches() ? OptionalLong.of(Long.parseLong(pong.group(1))) : OptionalLong.empty();
        } catch (NotAskedException e) {
            throw e;
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Asks the app for {@code path} and returns as soon as the status is known. The rest of the answer is read in the
     * background: some apps do not survive a reader that leaves.
     *
     * @return the status code
     * @throws IOException when there is no answer, or none that is HTTP, within {@code timeout}
     */
    @SuppressWarnings("resource") // Closed by the thread that reads the rest.
    static int status(SocketAddress address, String path, Duration timeout) throws IOException {
        HttpProbe probe = to(address, timeout);
        try {
            // Frameworks give what they take for a robot the whole page at once, however long its slowest part takes.
            int status = probe.get(path, "User-Agent: Mozilla/5.0 Chrome/150 vts\r\n" + FORWARDED);
            Thread rest = new Thread(probe::readToEnd, "vts-probe");
            rest.setDaemon(true);
            rest.start();
            return status;
        } catch (IOException e) {
            probe.close();
            throw e;
        }
    }

    /** Tries until there is a connection: Linux turns it away while the worker has not yet accepted hundreds of others. */
    private static HttpProbe to(SocketAddress address, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            HttpProbe probe = open(address, deadline);
            SocketChannel channel = probe.channel;
            try {
                // In blocking mode it would wait without a limit.
                channel.configureBlocking(!(address instanceof UnixDomainSocketAddress));
                if (channel.connect(address) || channel.finishConnect()) {
                    return probe;
                }
                probe.close();
            } catch (ConnectException e) {
                probe.close();
                throw e;
            } catch (IOException e) {
                probe.close();
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
            try {
                Thread.sleep(FULL_PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException();
            }
        }
    }

    @SuppressWarnings("resource") // The selector is closed with the probe.
    private static HttpProbe open(SocketAddress address, long deadline) throws NotAskedException {
        try {
            SocketChannel channel = address instanceof UnixDomainSocketAddress
                    ? SocketChannel.open(StandardProtocolFamily.UNIX)
                    : SocketChannel.open();
            try {
                return new HttpProbe(channel, Selector.open(), deadline);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new NotAskedException(e);
        }
    }

    private int get(String path, String headers) throws IOException {
        send(path, headers);
        ByteBuffer answer = ByteBuffer.allocate(STATUS_LINE);
        while (answer.hasRemaining()) {
            readInto(answer);
        }
        String line = new String(answer.array(), StandardCharsets.ISO_8859_1);
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]")) {
            throw new IOException("answered \"" + line + "\", which is not HTTP");
        }
        return Integer.parseInt(line.substring(9));
    }

    private String head() throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(LONGEST_PONG);
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            readInto(answer);
            head = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        }
        return head;
    }

    private void readInto(ByteBuffer answer) throws IOException {
        await();
        int count = channel.read(answer);
        if (count < 0) {
            throw new IOException("closed the connection without an answer");
        }
        if (count == 0 && !answer.hasRemaining()) {
            throw new IOException("answered more than was asked for");
        }
    }

    private void send(String path, String headers) throws IOException {
        channel.configureBlocking(false);
        SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
        ByteBuffer request = StandardCharsets.US_ASCII.encode("GET " + path
                + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/html, */*\r\nConnection: close\r\n" + headers
                + "\r\n\r\n");
        while (request.hasRemaining()) {
            await();
            channel.write(request);
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    private void readToEnd() {
        ByteBuffer rest = ByteBuffer.allocate(8192);
        try (this) {
            do {
                rest.clear();
                await();
            } while (channel.read(rest) >= 0);
        } catch (IOException e) {
            // What it answered is known; how it ends does not matter.
        }
    }

    private void await() throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0 || selector.select(left / 1_000_000 + 1) == 0) {
            throw new SocketTimeoutException("gave no answer in time");
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
