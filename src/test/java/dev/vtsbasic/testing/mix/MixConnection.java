package dev.vtsbasic.testing.mix;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A client's connection, which records the first and last bytes of its request and its response for failure messages.
 */
final class MixConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;
    private static final long MAX_IDLE_NANOS = 5_000_000_000L;
    private static final int CONTINUE_MILLIS = 5_000;
    private static final int MAX_BYTES = 700;

    private final Socket socket;
    private final InputStream in;
    private final StringBuilder sent = new StringBuilder();
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    /** Whether the client pauses after each read. */
    boolean slow;

    /** The number of requests sent on this connection. */
    int requests;

    private long begun = System.nanoTime();

    MixConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Whether the connection has been idle so long that the server may soon close it. */
    boolean isIdle() {
        return System.nanoTime() - begun > MAX_IDLE_NANOS;
    }

    void begin() {
        begun = System.nanoTime();
        sent.setLength(0);
        received.reset();
    }

    void send(String octets) throws IOException {
        if (sent.length() < MAX_BYTES) {
            sent.append(octets, 0, Math.min(octets.length(), MAX_BYTES));
        }
        try {
            socket.getOutputStream().write(octets.getBytes(StandardCharsets.ISO_8859_1));
        } catch (SocketException e) {
            // The server may have responded and closed; its response is read next.
            sent.append("[").append(e.getMessage()).append("]");
        }
    }

    void sendInPieces(String octets, Random random) throws IOException {
        int piece = random.nextBoolean() ? octets.length() : 1 + random.nextInt(octets.length());
        for (int start = 0; start < octets.length(); start += piece) {
            send(octets.substring(start, Math.min(octets.length(), start + piece)));
        }
    }

    boolean isAnsweredSoon() throws IOException {
        socket.setSoTimeout(CONTINUE_MILLIS);
        in.mark(1);
        try {
            in.read();
            in.reset();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    void readContinue() throws IOException {
        Check.that(readAnswerOrContinue() == null, "not 100");
    }

    /** Returns null for a 100 response. */
    TokenResponse readAnswerOrContinue() throws IOException {
        String head = readUntil("\r\n\r\n");
        if (head.startsWith("HTTP/1.1 100 ")) {
            // Open Liberty sends a 100 with Date and Content-Length.
            Check.that(!head.contains("t0"), "a 100 with fields of an answer");
            return null;
        }
        return answer(head);
    }

    TokenResponse readAnswer() throws IOException {
        return answer(readUntil("\r\n\r\n"));
    }

    private TokenResponse answer(String head) throws IOException {
        Check.that(head.matches("(?s)HTTP/1\\.1 [2-5][0-9][0-9] .*"), "no answer");
        Check.that(head.indexOf("HTTP/1.1", 1) < 0, "two heads");
        List<String> tokens = new ArrayList<>();
        int length = -1;
        boolean closes = false;
        boolean chunked = false;
        for (String line : head.split("\r\n")) {
            String field = line.toLowerCase(Locale.ROOT);
            if (field.startsWith("x-token:")) {
                tokens.add(field.substring(8).strip());
            } else if (field.startsWith("content-length:")) {
                Check.that(length < 0, "two lengths");
                length = Integer.parseInt(field.substring(15).strip());
            } else if (field.startsWith("transfer-encoding:")) {
                chunked = true;
            } else if (field.startsWith("connection:")) {
                closes = field.contains("close");
            }
        }
        int status = Integer.parseInt(head.substring(9, 12));
        Check.that(chunked != length >= 0, "neither a length nor chunks, or both");
        return new TokenResponse(status, tokens, chunked ? readChunks() : read(length), closes);
    }

    private String readChunks() throws IOException {
        StringBuilder body = new StringBuilder();
        while (true) {
            String size = readUntil("\r\n");
            int length = Integer.parseInt(size.substring(0, size.length() - 2), 16);
            body.append(read(length));
            Check.that(read(2).equals("\r\n"), "no end of a chunk");
            if (length == 0) {
                return body.toString();
            }
        }
    }

    String read(int count) throws IOException {
        byte[] octets = new byte[count];
        for (int offset = 0; offset < count; ) {
            int read = in.read(octets, offset, Math.min(count - offset, 50_000));
            if (read < 0) {
                throw new EOFException("closed");
            }
            received.write(octets, offset, read);
            offset += read;
            if (slow) {
                pause(2);
            }
        }
        return new String(octets, StandardCharsets.ISO_8859_1);
    }

    String readUntil(String last) throws IOException {
        StringBuilder octets = new StringBuilder();
        while (octets.length() < last.length() || octets.indexOf(last, octets.length() - last.length()) < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new EOFException("closed");
            }
            received.write(octet);
            octets.append((char) octet);
        }
        return octets.toString();
    }

    String readRest() throws IOException {
        byte[] buffer = new byte[8192];
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                received.write(buffer, 0, count);
                rest.write(buffer, 0, count);
            }
        } catch (SocketException e) {
            // The response is what arrived before the reset.
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    /** Waits for the end of the connection: no bytes may follow the response. */
    boolean end() throws IOException {
        leave();
        String rest = readRest();
        Check.that(rest.isEmpty(), "octets behind the answer");
        return false;
    }

    void leave() throws IOException {
        try {
            socket.shutdownOutput();
        } catch (SocketException e) {
            // The connection is closed or reset already.
        }
    }

    /** Closes the connection at once, after a while, or with a reset. */
    void abort(Random random) throws IOException {
        switch (random.nextInt(3)) {
            case 0 -> socket.setSoLinger(true, 0);
            case 1 -> pause(random.nextInt(20));
            default -> {
                // No pause.
            }
        }
        socket.close();
    }

    private static void pause(int millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String sent() {
        return quoted(sent.toString());
    }

    String received() {
        return quoted(received.toString(StandardCharsets.ISO_8859_1));
    }

    private static String quoted(String octets) {
        StringBuilder text = new StringBuilder(octets.length() + " octets: ");
        int half = MAX_BYTES / 2;
        boolean cut = octets.length() > MAX_BYTES;
        String shown = cut ? octets.substring(0, half) + "[...]" + octets.substring(octets.length() - half) : octets;
        for (char c : shown.toCharArray()) {
            if (c >= ' ' && c < 0x7f) {
                text.append(c);
            } else {
                text.append(c == '\r' ? "\\r" : c == '\n' ? "\\n" : String.format("\\x%02x", (int) c));
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
