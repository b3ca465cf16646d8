package dev.vtsbasic.conformance;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * One end of a TCP connection, read and written byte by byte; the tests are the client at one such end and the server
 * at another. Text is Latin-1, so that each character is a byte. No read takes longer than {@link #PATIENCE}.
 */
final class Wire implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How the other side ended. */
    enum End {
        /** It closed its half in order (FIN). */
        CLOSED,
        /** It broke the connection off (RST). */
        RESET
    }

    private final Socket socket;
    private final Transcript transcript = new Transcript();
    private final byte[] buffer = new byte[65536];
    private int position;
    private int limit;
    private End end;

    Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        Evidence.add(socket.getLocalPort() + " to " + socket.getPort(), transcript::toString);
    }

    static Wire connect(String from, int port) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), (int) PATIENCE.toMillis());
        return new Wire(socket);
    }

    void send(String text) throws IOException {
        send(latin1(text));
    }

    void send(byte[] bytes) throws IOException {
        transcript.sent(bytes);
        socket.getOutputStream().write(bytes);
    }

    /** Sends what may be more than the other side takes now; that it takes no more is not a failure. */
    void sendInBackground(byte[] bytes) {
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
    void finish() throws IOException {
        socket.shutdownOutput();
    }

    /** Breaks the connection off (RST). */
    void reset() throws IOException {
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

    boolean isClosed() {
        return socket.isClosed();
    }

    /** The head of a message: its first line and its fields. */
    Head head() throws IOException {
        return Head.parse(headBytes());
    }

    private byte[] headBytes() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int newlines = 0;
        while (newlines < 2) {
            int b = read();
            if (b < 0) {
                throw new AssertionError("connection " + end + " instead of a message"
                        + (head.size() == 0 ? "" : " after " + Text.quote(head.toByteArray())));
            }
            head.write(b);
            newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
        }
        return head.toByteArray();
    }

    /** Exactly {@code count} bytes. */
    String text(int count) throws IOException {
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

    void expect(String text) throws IOException {
        Check.equal("bytes", text, text(text.length()));
    }

    /** What comes at once, that is with one packet or a few. */
    String piece() throws IOException {
        if (position == limit && !fill(PATIENCE)) {
            throw new AssertionError("connection " + end + " instead of more bytes");
        }
        String piece = new String(buffer, position, limit - position, StandardCharsets.ISO_8859_1);
        position = limit;
        return piece;
    }

    /** The data of the next chunk; empty for the last one, whose trailer section is left to be read. */
    String chunk() throws IOException {
        StringBuilder size = new StringBuilder();
        for (int b = read(); b != '\n'; b = read()) {
            Check.that(b >= 0, "connection " + end + " instead of a chunk");
            size.append((char) b);
        }
        String digits = size.toString();
        Check.that(digits.matches("[0-9a-fA-F]{1,15}\r"), "not a chunk size: " + Text.quote(digits));
        int length = Integer.parseInt(digits.strip(), 16);
        String data = text(length);
        if (length > 0) {
            expect("\r\n");
        }
        return data;
    }

    /** A whole request, or what came of it before the connection ended. */
    Message request() throws IOException {
        Head head = head();
        Check.that(
                head.startLine().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+ [^ \\x00-\\x1f\\x7f]+ HTTP/1\\.[01]"),
                "not a request line: " + Text.quote(head.startLine()));
        boolean body = head.has("Content-Length") || head.has("Transfer-Encoding");
        return body ? body(head, false) : new Message(head, "", Message.Framing.NONE, List.of(), true);
    }

    /** A whole response to a request with {@code method}, or what came of it before the connection ended. */
    Message response(String method) throws IOException {
        Head head = head();
        int status = head.status();
        if (method.equals("HEAD") || status < 200 || status == 204 || status == 304) {
            return new Message(head, "", Message.Framing.NONE, List.of(), true);
        }
        return body(head, true);
    }

    /** The same, or null when the connection ended before a whole head had come. */
    Message responseOrNull() throws IOException {
        try {
            return response();
        } catch (AssertionError e) {
            if (end == null) {
                throw e;
            }
            return null;
        }
    }

    /** A response to a GET. */
    Message response() throws IOException {
        return response("GET");
    }

    private Message body(Head head, boolean toEnd) throws IOException {
        List<String> codings = head.all("Transfer-Encoding");
        List<String> lengths = head.all("Content-Length");
        Check.that(codings.isEmpty() || lengths.isEmpty(), "both Transfer-Encoding and Content-Length: " + head);
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        if (!codings.isEmpty()) {
            Check.equal(
                    "Transfer-Encoding", "chunked", String.join(", ", codings).toLowerCase(Locale.ROOT));
            return chunked(head, body);
        }
        if (!lengths.isEmpty()) {
            Check.that(lengths.size() == 1 && lengths.get(0).matches("0*\\d{1,18}"), "bad Content-Length in " + head);
            long length = Long.parseLong(lengths.get(0));
            for (int b = 0; body.size() < length && (b = read()) >= 0; ) {
                body.write(b);
            }
            return new Message(head, latin1(body), Message.Framing.LENGTH, List.of(), body.size() == length);
        }
        Check.that(toEnd, "a request without a length");
        for (int b = read(); b >= 0; b = read()) {
            body.write(b);
        }
        return new Message(head, latin1(body), Message.Framing.END, List.of(), end == End.CLOSED);
    }

    private Message chunked(Head head, ByteArrayOutputStream body) throws IOException {
        List<Head.Field> trailers = new ArrayList<>();
        boolean complete = false;
        while (!complete && !isAtEnd()) {
            StringBuilder size = new StringBuilder();
            int b = read();
            for (; b >= 0 && b != '\n'; b = read()) {
                size.append((char) b);
            }
            if (b < 0) {
                break;
            }
            Check.that(
                    size.toString().matches("[0-9a-fA-F]{1,15}\r"), "not a chunk size: " + Text.quote(size.toString()));
            long length = Long.parseLong(size.toString().strip(), 16);
            for (long left = length; left > 0 && (b = read()) >= 0; left--) {
                body.write(b);
            }
            if (length > 0) {
                int cr = read();
                int lf = cr < 0 ? cr : read();
                Check.that(lf < 0 || cr == '\r' && lf == '\n', "no CRLF after a chunk");
            } else {
                trailers.addAll(trailers());
                complete = true;
            }
        }
        return new Message(head, latin1(body), Message.Framing.CHUNKED, trailers, complete);
    }

    private List<Head.Field> trailers() throws IOException {
        ByteArrayOutputStream section = new ByteArrayOutputStream();
        section.writeBytes(latin1("trailers\r\n"));
        int newlines = 1;
        while (newlines < 2) {
            int b = read();
            Check.that(b >= 0, "connection " + end + " in the trailers");
            section.write(b);
            newlines = b == '\n' ? newlines + 1 : b == '\r' ? newlines : 0;
        }
        return Head.parse(section.toByteArray()).fields();
    }

    /** Everything up to the end of the connection. */
    String rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        for (int b = read(); b >= 0; b = read()) {
            rest.write(b);
        }
        return latin1(rest);
    }

    /** How the connection ends, within {@code patience}; what comes before is skipped. */
    End endWithin(Duration patience) throws IOException {
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
    boolean isSilentFor(Duration time) throws IOException {
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
    boolean hasMoreWithin(Duration time) throws IOException {
        try {
            return position < limit || fill(time);
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** Whether anything comes in time, the end too. */
    boolean isAnsweredWithin(Duration time) throws IOException {
        try {
            if (position == limit) {
                fill(time);
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    /** Whether the other side has ended, once there is something to tell by. */
    boolean isAtEnd() throws IOException {
        return position == limit && !fill(PATIENCE);
    }

    /** What has come and was not read, after waiting for something to come. */
    String peek() throws IOException {
        return isAtEnd() ? "" : new String(buffer, position, limit - position, StandardCharsets.ISO_8859_1);
    }

    private int read() throws IOException {
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

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String latin1(ByteArrayOutputStream bytes) {
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /** {@code count} times the same letter. */
    static byte[] filled(int count) {
        byte[] bytes = new byte[count];
        Arrays.fill(bytes, (byte) 'a');
        return bytes;
    }
}
