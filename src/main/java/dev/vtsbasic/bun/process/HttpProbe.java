package dev.vtsbasic.bun.process;

import dev.vtsbasic.pool.WorkerConnector;
import dev.vtsbasic.text.Printable;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sends one request to a worker, over a connection of its own, to see whether the worker responds. Not thread-safe: one
 * thread at a time uses a probe.
 */
public final class HttpProbe implements AutoCloseable {
    private static final int STATUS_LINE_LENGTH = "HTTP/1.1 200".length();
    private static final int MAX_PONG_LENGTH = 1024;

    /**
     * The forwarding header fields that the app gets with each request. A probe has them too, because a framework's
     * adapter that is configured to read one of them responds with an error if that field is missing.
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

    private static final Pattern PING_RESPONSE = Pattern.compile(
            "HTTP/1\\.1 204 .*\r\nvts-memory: ([0-9]{1,18})\r\n.*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    /** Bytes of an error response, head and body, that are read for the excerpt. */
    private static final int MAX_ERROR = 8192;

    private static final int MAX_EXCERPT = 300;

    /**
     * After this time without a byte of the response, the app may be waiting for the response to a request of its own.
     */
    private static final Duration SLOW_AFTER = Duration.ofSeconds(1);

    private static final Duration ERROR_TIMEOUT = Duration.ofSeconds(1);

    private static final Pattern CHUNKED = Pattern.compile("\r\ntransfer-encoding: *chunked", Pattern.CASE_INSENSITIVE);
    private static final Pattern CHUNK_SIZE = Pattern.compile("([0-9A-Fa-f]{1,7})[^\r\n]*\r\n");

    private final SocketChannel channel;
    private final Selector selector;
    private long deadline;
    private Runnable onSlowResponse = () -> {};
    private boolean slowResponseReported = true;

    private HttpProbe(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    /**
     * This JVM lacks a resource for the probe, such as a file descriptor, so the failure says nothing about the worker.
     */
    public static final class ProbeNotSentException extends IOException {
        private static final long serialVersionUID = 1L;

        ProbeNotSentException(IOException cause) {
            super(cause);
        }
    }

    /**
     * Asks the worker's launcher, not the app, whether the event loop runs.
     *
     * @param token the secret that this JVM gave the launcher at its start
     * @param timeout for the connection and the response together
     * @return resident memory of the worker's process, in bytes; empty when the launcher does not respond as expected
     *     within {@code timeout}
     * @throws ProbeNotSentException when the probe could not be sent for a reason that lies in this JVM
     */
    static OptionalLong ping(SocketAddress address, String token, Duration timeout) throws ProbeNotSentException {
        long deadline = deadline(timeout);
        try (HttpProbe probe = to(address, timeout)) {
            probe.deadline = deadline;
            probe.send("/", "VTS-Ping: " + token);
            Matcher pong = PING_RESPONSE.matcher(probe.head());
            return pong.matches() ? OptionalLong.of(Long.parseLong(pong.group(1))) : OptionalLong.empty();
        } catch (ProbeNotSentException e) {
            throw e;
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /**
     * Asks the app for {@code path} and returns as soon as the status is known. For an error, it also reads the
     * excerpt, which takes at most a second more. A background thread reads the rest of the response until the
     * deadline, because some apps crash when a client disconnects early.
     *
     * @param timeout for the connection and the response together
     * @throws IOException when no HTTP status arrives within {@code timeout}
     */
    public static ProbeResponse ask(SocketAddress address, String path, Duration timeout) throws IOException {
        return ask(address, path, timeout, () -> {});
    }

    /**
     * As {@link #ask(SocketAddress, String, Duration)}.
     *
     * @param onSlowResponse called by the calling thread, at most once and before the status is complete, when the app
     *     has sent nothing for a second, or until the deadline if that is sooner
     */
    @SuppressWarnings("resource") // Closed by the thread that reads the rest.
    public static ProbeResponse ask(SocketAddress address, String path, Duration timeout, Runnable onSlowResponse)
            throws IOException {
        long deadline = deadline(timeout);
        HttpProbe probe = to(address, timeout);
        probe.onSlowResponse = onSlowResponse;
        probe.slowResponseReported = false;
        return probe.ask(path, deadline);
    }

    /** As {@link #ask(SocketAddress, String, Duration)}, with one time-out to connect and one for the response. */
    @SuppressWarnings("resource") // Closed by the thread that reads the rest.
    public static ProbeResponse ask(SocketAddress address, String path, Duration connectTimeout, Duration timeout)
            throws IOException {
        return to(address, connectTimeout).ask(path, deadline(timeout));
    }

    private static long deadline(Duration timeout) {
        return System.nanoTime() + timeout.toNanos();
    }

    private ProbeResponse ask(String path, long until) throws IOException {
        deadline = until;
        try {
            // The probe has a browser's User-Agent, because frameworks send no byte to a robot before the slowest part
            // of a page is done.
            int status = get(path, "User-Agent: Mozilla/5.0 Chrome/150 vts\r\n" + FORWARDED);
            slowResponseReported = true;
            ProbeResponse response = new ProbeResponse(status, "");
            if (!response.isReady()) {
                response = new ProbeResponse(status, excerpt());
            }
            Thread rest = new Thread(this::readToEnd, "vts-probe");
            rest.setDaemon(true);
            rest.start();
            return response;
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private static HttpProbe to(SocketAddress address, Duration timeout) throws IOException {
        try {
            SocketChannel channel = WorkerConnector.connect(address, timeout);
            try {
                return new HttpProbe(channel, openSelector());
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (WorkerConnector.NoSocketException e) {
            throw new ProbeNotSentException(e);
        }
    }

    private static Selector openSelector() throws ProbeNotSentException {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new ProbeNotSentException(e);
        }
    }

    private int get(String path, String headers) throws IOException {
        send(path, headers);
        ByteBuffer answer = ByteBuffer.allocate(STATUS_LINE_LENGTH);
        while (answer.hasRemaining()) {
            readInto(answer);
        }
        String line = new String(answer.array(), StandardCharsets.ISO_8859_1);
        if (!line.matches("HTTP/1\\.[01] [1-5][0-9][0-9]")) {
            throw new IOException("answered \"" + line + "\", which is not HTTP");
        }
        return Integer.parseInt(line.substring(9));
    }

    /** The part of the body's start that arrives within {@link #ERROR_TIMEOUT}. */
    private String excerpt() {
        long until = deadline;
        deadline = Math.min(until, deadline(ERROR_TIMEOUT));
        ByteBuffer error = ByteBuffer.allocate(MAX_ERROR);
        try {
            while (error.hasRemaining()) {
                readInto(error);
            }
        } catch (IOException e) {
            // The excerpt holds the bytes that have arrived.
        }
        deadline = until;
        return excerptOf(new String(error.array(), 0, error.position(), StandardCharsets.ISO_8859_1));
    }

    private static String excerptOf(String answer) {
        int end = answer.indexOf("\r\n\r\n");
        if (end < 0) {
            return "";
        }
        String body = answer.substring(end + 4);
        if (CHUNKED.matcher(answer).region(0, end).find()) {
            body = withoutChunkSizes(body);
        }
        String text = new String(body.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        String line = Printable.line(text.strip().replaceAll("\\s+", " "));
        return line.length() > MAX_EXCERPT ? line.substring(0, MAX_EXCERPT) + "…" : line;
    }

    private static String withoutChunkSizes(String body) {
        StringBuilder plain = new StringBuilder();
        Matcher size = CHUNK_SIZE.matcher(body);
        int next = 0;
        while (next < body.length() && size.region(next, body.length()).lookingAt()) {
            int end = Math.min(body.length(), size.end() + Integer.parseInt(size.group(1), 16));
            plain.append(body, size.end(), end);
            next = end + 2;
        }
        return plain.toString();
    }

    private String head() throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(MAX_PONG_LENGTH);
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
            throw new IOException("closed the connection without a response");
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
            // The status is known already, so the end of the response does not matter.
        }
    }

    private void await() throws IOException {
        if (!slowResponseReported) {
            slowResponseReported = true;
            long millis = Math.min(SLOW_AFTER.toMillis(), (deadline - System.nanoTime()) / 1_000_000);
            if (millis > 0 && selector.select(millis) > 0) {
                slowResponseReported = false;
                selector.selectedKeys().clear();
                return;
            }
            onSlowResponse.run();
        }
        long left = deadline - System.nanoTime();
        if (left <= 0 || selector.select(left / 1_000_000 + 1) == 0) {
            throw new SocketTimeoutException("sent no response in time");
        }
        selector.selectedKeys().clear();
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
