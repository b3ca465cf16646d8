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
 * One end of a TCP connection, read and written byte by byte; a test is the client at one such end and the server at
 * another. Text is Latin-1, so that each character is a byte. No read takes longer than {@link #PATIENCE}.
 */
public final class Wire implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How the other side ended the connection. */
    public enum End {
        /** It closed its half (FIN). */
        CLOSED,
        /** It reset the connection (RST). */
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

    /** Sends more than the other side may read now; it is no failure when the other side stops reading. */
    public void sendInBackground(byte[] bytes) {
        Thread thread = new Thread(
                () -> {
                    try {
                        send(bytes);
                    } catch (IOException e) {
                        // The other side has closed the connection.
                    }
                },
                "send in background");
        thread.setDaemon(true);
        thread.start();
    }

    /** Half-closes the connection: nothing more is sent, but reading goes on. */
    public void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Resets the connection (RST). */
    public void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // The connection is closed already.
        }
    }

    public boolean isClosed() {
        return socket.isClosed();
    }

    /** Reads the head of a message: its first line and its fields. */
    public Head head() throws IOException {
        return messages.head();
    }

    /** Reads exactly {@code count} bytes. */
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

    /** Reads the bytes that are available at once, which came in one packet or a few. */
    public String piece() throws IOException {
        if (position == limit && !fill(PATIENCE)) {
            throw new AssertionError("connection " + end + " instead of more bytes");
        }
        String piece = new String(buffer, position, limit - position, StandardCharsets.ISO_8859_1);
        position = limit;
        return piece;
    }

    /** Reads the data of the next chunk; empty for the last one, whose trailer section is not yet read. */
    public String chunk() throws IOException {
        return messages.chunk();
    }

    /** Reads a whole request, or the part that came before the connection ended. */
    public Message request() throws IOException {
        return messages.request();
    }

    /** Like {@link #response()}, but returns null when the connection ended before a whole head. */
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

    /** Reads a whole response to a request with {@code method}, or the part that came before the connection ended. */
    public Message response(String method) throws IOException {
        return messages.response(method);
    }

    /** Reads a response to a GET. */
    public Message response() throws IOException {
        return response("GET");
    }

    /** Reads up to the end of the connection. */
    public String rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        for (int b = read(); b >= 0; b = read()) {
            rest.write(b);
        }
        return latin1(rest);
    }

    /** Returns how the connection ends within {@code patience}; skips all bytes before the end. */
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

    /** Whether no bytes arrive and the connection stays open for this long. */
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

    /** Whether bytes arrive within {@code time}. */
    public boolean hasMoreWithin(Duration time) throws IOException {
        try {
            return position < limit || fill(time);
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** Whether bytes or the end of the connection arrive within {@code time}. */
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

    /** Whether the connection has ended; waits for bytes or the end. */
    public boolean isAtEnd() throws IOException {
        return position == limit && !fill(PATIENCE);
    }

    /** Returns the received bytes without consuming them; waits for bytes or the end. */
    public String peek() throws IOException {
        return isAtEnd() ? "" : new String(buffer, position, limit - position, StandardCharsets.ISO_8859_1);
    }

    /** Reads the next byte; -1 at the end of the connection. */
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

    /** Returns {@code count} bytes, each of them {@code a}. */
    public static byte[] filled(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 'a');
        return bytes;
    }
}
