package dev.vtsbasic.bun;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Asks a worker for one page over a connection of its own, to see that its event loop still answers. */
final class HttpProbe {
    // Frameworks give what they take for a robot the whole page at once, however long its slowest part takes; hence
    // the user agent below.
    private static final int STATUS_LINE = "HTTP/1.1 200".length();

    private HttpProbe() {}

    /**
     * @param path the request's target
     * @return the answer's status code
     * @throws IOException when there is no answer, or none that is HTTP, within {@code timeout}
     */
    static int status(SocketAddress address, String path, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        try (SocketChannel channel = SocketChannel.open(address);
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            ByteBuffer request = StandardCharsets.US_ASCII.encode(
                    "GET " + path
                            + " HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nUser-Agent: Mozilla/5.0 Chrome/150 vts\r\nConnection: close\r\n\r\n");
            while (request.hasRemaining()) {
                await(selector, deadline);
                channel.write(request);
            }
            key.interestOps(SelectionKey.OP_READ);
            ByteBuffer answer = ByteBuffer.allocate(STATUS_LINE);
            while (answer.hasRemaining()) {
                await(selector, deadline);
                if (channel.read(answer) < 0) {
                    throw new IOException("closed the connection without an answer");
                }
            }
            String line = new String(answer.array(), StandardCharsets.ISO_8859_1);
            if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]")) {
                throw new IOException("answered \"" + line + "\", which is not HTTP");
            }
            return Integer.parseInt(line.substring(9));
        }
    }

    private static void await(Selector selector, long deadline) throws IOException {
        long left = deadline - System.nanoTime();
        if (left <= 0 || selector.select(Math.max(1, left / 1_000_000)) == 0) {
            throw new SocketTimeoutException("gave no answer in time");
        }
        selector.selectedKeys().clear();
    }
}
