package dev.vtsbasic.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A connection that sends and receives bytes unchanged; each character of a string is a byte. */
public final class RawClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket;
    private final Transcript transcript = new Transcript();
    private final InputStream in;

    public RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = transcript.of(socket.getInputStream());
        Evidence.add("connection to port " + port, transcript::toString);
    }

    public RawClient send(String octets) throws IOException {
        byte[] bytes = octets.getBytes(StandardCharsets.ISO_8859_1);
        transcript.sent(bytes);
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Reads up to and including {@code last}. */
    public String readUntil(String last) throws IOException {
        StringBuilder octets = new StringBuilder();
        while (octets.indexOf(last) < 0) {
            int octet = in.read();
            if (octet < 0) {
                throw new IOException("closed after \"" + octets + "\"");
            }
            octets.append((char) octet);
        }
        return octets.toString();
    }

    /** Reads the next {@code count} bytes. */
    public byte[] read(int count) throws IOException {
        byte[] octets = in.readNBytes(count);
        if (octets.length < count) {
            throw new IOException("closed after " + octets.length + " of " + count + " octets");
        }
        return octets;
    }

    /** Reads a whole response, until the server closes or resets the connection. */
    public RawResponse readToEnd() throws IOException {
        return new RawResponse(readRest());
    }

    /** Reads until the server closes or resets the connection. */
    public String readRest() throws IOException {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                octets.write(buffer, 0, count);
            }
        } catch (SocketException e) {
            // The response is what arrived before the reset.
        }
        return octets.toString(StandardCharsets.ISO_8859_1);
    }

    /** Closes the connection as a browser does. Closing it with unread bytes would reset it. */
    public void leave() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
