package dev.vtsbasic.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Sends one request after another on a connection, and opens a new one when the server has closed it. */
public final class KeptConnection implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 60_000;

    private final int port;
    private Socket socket;
    private InputStream in;
    private final Transcript transcript = new Transcript();

    public KeptConnection(int port) {
        this.port = port;
        Evidence.add("connections to port " + port, transcript::toString);
    }

    /** @return null when the server closes even a new connection without a response */
    public RawResponse ask(String octets) throws IOException {
        if (socket != null) {
            try {
                return answer(octets);
            } catch (SocketException | EOFException e) {
                close();
            }
        }
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = transcript.of(new BufferedInputStream(socket.getInputStream()));
        try {
            return answer(octets);
        } catch (SocketException | EOFException e) {
            close();
            return null;
        }
    }

    private RawResponse answer(String octets) throws IOException {
        byte[] bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
        transcript.sent(bytes);
        socket.getOutputStream().write(bytes);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        readLines(text, "\r\n\r\n");
        RawResponse head = new RawResponse(text.toString(StandardCharsets.ISO_8859_1));
        if (head.status() == 304) {
            return head;
        }
        if (head.header("Content-Length") != null) {
            read(text, Integer.parseInt(head.header("Content-Length")));
        } else if (head.header("Transfer-Encoding") != null) {
            int length;
            do {
                int start = text.size();
                readLines(text, "\r\n");
                String size = text.toString(StandardCharsets.ISO_8859_1)
                        .substring(start)
                        .strip();
                length = Integer.parseInt(size, 16);
                read(text, length + 2);
            } while (length > 0);
        }
        if ("close".equalsIgnoreCase(head.header("Connection"))) {
            close();
        }
        return new RawResponse(text.toString(StandardCharsets.ISO_8859_1));
    }

    private void readLines(ByteArrayOutputStream text, String last) throws IOException {
        do {
            read(text, 1);
        } while (!text.toString(StandardCharsets.ISO_8859_1).endsWith(last));
    }

    private void read(ByteArrayOutputStream text, int count) throws IOException {
        byte[] octets = in.readNBytes(count);
        text.writeBytes(octets);
        if (octets.length < count) {
            throw new EOFException();
        }
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
