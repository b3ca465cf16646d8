package dev.vtsbasic.conformance.harness;

import dev.vtsbasic.testing.Evidence;
import dev.vtsbasic.testing.Transcript;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * One end of a TCP connection, read and written byte by byte; the tests are the client at one such end and the server
 * at another. Text is Latin-1, so that each character is a byte. No read takes longer than {@link #PATIENCE}.
 */
public final class Wire implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How the other side ended. */
    public enum End {
        /** It closed its half in order (FIN). */
        CLOSED,
        /** It broke the connection off (RST). */
        RESET
    }

    private final Socket socket;

    private final MessageReader messages = new MessageReader(this);

    private final Transcript transcript = new Transcript();

    private final byte[] buffer = new byte[65536];

    private int position;

    private int limit;

    private End end;

    public Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        Evidence.add(socket.getLocalPort() + " to " + socket.getPort(), transcript::toString);
    }

    public static Wire connect(String from, int port) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), (int) PATIENCE.toMillis());
        return new Wire(socket);
    }

    public void send(String text) throws IOException {
        send(latin1(text));
    }

    public void send(byte[] bytes) throws IOException {
        transcript.sent(bytes);
        socket.getOutputStream().write(bytes);
    }

    /** Sends what may be more than the other side takes now; that it takes no more is not a failure. */
    public void sendInBackground(byte[] bytes) {
        Thread thread = new Thread(
                () -> {
                    try {
                        send(bytes);
                    } catch (IOException e) {
                        // The other side had enough.
                    }
                },
                "send in background");
        thread.setDaemon(true);
        thread.start();
    }

    /** Says that nothing more will be sent, and goes on reading. */
    public void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Breaks the connection off (RST). */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone.
        }
    }

    public boolean isClosed() {
        return socket.isClosed();
    }

    /** The head of a message: its first line and its fields. */
    public Head head() throws IOException {
        return messages.head();
    }

    /** Exactly {@code count} bytes. */
    public String text(int count) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        while (text.size() < count) {
            int b = read();
            if (b < 0) {
                throw new AssertionError("connection " + end + " after " + Text.quote(text.toByteArray()));
            }
            text.write(b);
        }
        return text.toString(StandardCharsets.ISO_8859_1);
    }

    public void expect(String text) throws IOException {
        Check.equal("bytes", text, text(text.length()));
    }

    /** What comes at once, that is with one packet or a few. */
    public String piece() throws IOException {
        if (position == limit && !fill(PATIENCE)) {
            throw new AssertionError("connection " + end + " instead of more bytes");
        }
        String piece = new String(buffer, position, limit - position, StandardCharsets.ISO_8859_1);
        position = limit;
        return piece;
    }

    /** The data of the next chunk; empty for the last one, whose trailer section is left to be read. */
    public String chunk() throws IOException {
        return messages.chunk();
    }

    /** A whole request, or its part before the connection ended. */
    public Message request() throws IOException {
        return messages.request();
    }

    /** The same, or null when the connection ended before a whole head had come. */
    public Message responseOrNull() throws IOException {
        try {
            return response();
        } catch (AssertionError e) {
            if (end == null) {
                throw e;
            }
            return null;
        }
    }

    /** A whole response to a request with {@code method}, or its part before the connection ended. */
    public Message response(String method) throws IOException {
        return messages.response(method);
    }

    /** A response to a GET. */
    public Message response() throws IOException {
        return response("GET");
    }

    /** Everything up to the end of the connection. */
    public String rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        for (int b = read(); b >= 0; b = read()) {
            rest.write(b);
        }
        return latin1(rest);
    }

    /** How the connection ends, within {@code patience}; what comes before is skipped. */
    public End endWithin(Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        do {
            position = limit;
            if (!fillUntil(deadline)) {
                return end;
            }
        } while (System.nanoTime() < deadline);
        throw new AssertionError("connection still open after " + patience.toMillis() + " ms");
    }

    /** Whether nothing comes and the connection stays open for so long. */
    public boolean isSilentFor(Duration time) throws IOException {
        if (position < limit || end != null) {
            return false;
        }
        try {
            fill(time);
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    /** Whether something comes within {@code time}. */
    public boolean hasMoreWithin(Duration time) throws IOException {
        try {
            return position < limit || fill(time);
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** Whether anything comes in time, the end too. */
    public boolean isAnsweredWithin(Duration time) throws IOException {
        try {
            if (position == limit) {
                fill(time);
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** How the connection ended; null while it is open. */
    End end() {
        return end;
    }

    /** Whether the other side has ended, once there is something to tell by. */
    public boolean isAtEnd() throws IOException {
        return position == limit && !fill(PATIENCE);
    }

    /** What has come and was not read, after waiting for something to come. */
    public String peek() throws IOException {
        return isAtEnd() ? "" : new String(buffer, position, limit - position, StandardCharsets.ISO_8859_1);
    }

    /** The next octet, or -1 at the end of the connection. */
    int read() throws IOException {
        return position < limit || fill(PATIENCE) ? buffer[position++] & 0xff : -1;
    }

    private boolean fillUntil(long deadline) throws IOException {
        try {
            return fill(Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime())));
        } catch (SocketTimeoutException e) {
            throw new AssertionError("connection still open", e);
        }
    }

    private boolean fill(Duration patience) throws IOException {
        if (end != null) {
            return false;
        }
        socket.setSoTimeout((int) Math.max(1, patience.toMillis()));
        try {
            int count = socket.getInputStream().read(buffer);
            position = 0;
            limit = Math.max(0, count);
            end = count < 0 ? End.CLOSED : null;
            transcript.received(buffer, 0, limit);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (SocketException e) {
            position = 0;
            limit = 0;
            end = End.RESET;
        }
        if (end != null) {
            transcript.ended(end.name());
        }
        return end == null;
    }

    public static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String latin1(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** {@code count} times the same letter. */
    public static byte[] filled(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 'a');
        return bytes;
    }
}
