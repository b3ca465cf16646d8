package dev.vtsbasic.conformance.http2;

import dev.vtsbasic.conformance.harness.Check;
import dev.vtsbasic.conformance.harness.Head;
import dev.vtsbasic.conformance.harness.Wire;
import dev.vtsbasic.testing.Evidence;
import dev.vtsbasic.testing.SelfSigned;
import dev.vtsbasic.testing.Transcript;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http2.hpack.HPackDecoder;
import org.apache.hc.core5.http2.hpack.HPackException;

/**
 * A client's HTTP/2 connection, which sends frames unchanged, valid or not, and stores received events by stream. It
 * opens a large window for the connection, but for each stream only the initial window until a test allows more.
 */
public final class Http2Client implements AutoCloseable {
    static final long NO_ERROR = 0;

    static final long PROTOCOL_ERROR = 1;

    static final long INTERNAL_ERROR = 2;

    static final long CANCEL = 8;

    static final long ENHANCE_YOUR_CALM = 11;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private static final int LARGE_WINDOW = 1 << 30;

    private final Socket socket;

    private final Transcript transcript = new Transcript();

    private final boolean acknowledging;

    private final OutputStream out;

    private final Map<Integer, Http2Stream> streams = new ConcurrentHashMap<>();

    private final Map<Integer, Long> settings = new TreeMap<>();

    private final Http2Stream connection = new Http2Stream(this, 0);

    private final HPackDecoder hpack = new HPackDecoder(4096, StandardCharsets.ISO_8859_1);

    private int nextStream = 1;

    private Http2Client(Socket socket, boolean acknowledging) throws IOException {
        this.socket = socket;
        this.acknowledging = acknowledging;
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        streams.put(0, connection);
        out.write(Wire.latin1(PREFACE));
        frame(Http2Frames.SETTINGS, 0, 0, new byte[0]);
        if (!acknowledging) {
            connection.allow(LARGE_WINDOW);
        }
        DataInputStream in = new DataInputStream(transcript.of(socket.getInputStream()));
        Evidence.add("HTTP/2 to port " + socket.getPort(), transcript::toString);
        read(in);
        Thread reader = new Thread(() -> readAll(in), "frames");
        reader.setDaemon(true);
        reader.start();
    }

    /** Connects without TLS, by prior knowledge. */
    public static Http2Client plain(int port) throws IOException {
        return new Http2Client(new Socket("127.0.0.1", port), false);
    }

    public static Http2Client tls(int port) throws IOException, GeneralSecurityException {
        return new Http2Client(tlsSocket(port), false);
    }

    /**
     * Connects with small windows: the server may send the initial windows, and then as many bytes as each acknowledged
     * frame had.
     */
    static Http2Client acknowledgingEachFrame(int port, boolean tls) throws IOException, GeneralSecurityException {
        return new Http2Client(tls ? tlsSocket(port) : new Socket("127.0.0.1", port), true);
    }

    private static SSLSocket tlsSocket(int port) throws IOException, GeneralSecurityException {
        SSLSocket socket =
                (SSLSocket) SelfSigned.trustingAnyone().getSocketFactory().createSocket("127.0.0.1", port);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        Check.equal("protocol", "h2", socket.getApplicationProtocol());
        return socket;
    }

    boolean isTls() {
        return socket instanceof SSLSocket;
    }

    /** The settings in the server's first frame. */
    Map<Integer, Long> settings() {
        return settings;
    }

    /** The events of the connection itself (stream 0). */
    Http2Stream connection() {
        return connection;
    }

    /** Sends a request without a body. */
    Http2Stream get(String path, String... namesAndValues) throws IOException {
        return request("GET", path, true, namesAndValues);
    }

    /** Sends the head of a request for {@code site.example}. */
    public Http2Stream request(String method, String path, boolean last, String... namesAndValues) throws IOException {
        List<String> fields = new ArrayList<>(List.of(
                ":method", method, ":scheme", isTls() ? "https" : "http", ":authority", "site.example", ":path", path));
        fields.addAll(List.of(namesAndValues));
        return open(last, fields);
    }

    /** Sends a head with exactly these fields, in this order. */
    synchronized Http2Stream open(boolean last, List<String> namesAndValues) throws IOException {
        Http2Stream stream = new Http2Stream(this, nextStream);
        streams.put(nextStream, stream);
        nextStream += 2;
        stream.head(last, namesAndValues);
        return stream;
    }

    /**
     * Sends in one packet forbidden window updates for these streams, so that the server resets them, and {@code count}
     * requests.
     */
    synchronized List<Http2Stream> breakAndOpen(List<Http2Stream> broken, int count, List<String> namesAndValues)
            throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (Http2Stream stream : broken) {
            frames.writeBytes(Http2Frames.frame(Http2Frames.WINDOW_UPDATE, 0, stream.id(), Http2Frames.number(0)));
        }
        List<Http2Stream> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Http2Stream stream = new Http2Stream(this, nextStream);
            streams.put(nextStream, stream);
            nextStream += 2;
            frames.writeBytes(Http2Frames.frame(
                    Http2Frames.HEADERS,
                    Http2Frames.END_HEADERS | Http2Frames.END_STREAM,
                    stream.id(),
                    Http2Frames.literals(namesAndValues)));
            opened.add(stream);
        }
        write(frames.toByteArray());
        return opened;
    }

    /** Sends a request without a body, with this many bytes of the header block in each frame. */
    synchronized Http2Stream openInPieces(int octets, List<String> namesAndValues) throws IOException {
        Http2Stream stream = new Http2Stream(this, nextStream);
        streams.put(nextStream, stream);
        nextStream += 2;
        byte[] block = Http2Frames.literals(namesAndValues);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int from = 0; from < block.length; from += octets) {
            int to = Math.min(block.length, from + octets);
            int flags = (from == 0 ? Http2Frames.END_STREAM : 0) | (to == block.length ? Http2Frames.END_HEADERS : 0);
            byte[] piece = Arrays.copyOfRange(block, from, to);
            frames.writeBytes(Http2Frames.frame(
                    from == 0 ? Http2Frames.HEADERS : Http2Frames.CONTINUATION, flags, stream.id(), piece));
        }
        write(frames.toByteArray());
        return stream;
    }

    /** Sends a first head without its end, once per connection. */
    synchronized void begin() throws IOException {
        if (nextStream == 1) {
            nextStream += 2;
            frame(Http2Frames.HEADERS, 0, 1, Http2Frames.literals(List.of(":method", "GET")));
        }
    }

    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        write(Http2Frames.frame(type, flags, stream, payload));
    }

    synchronized void write(byte[] bytes) throws IOException {
        transcript.sent(bytes);
        out.write(bytes);
        out.flush();
    }

    private void readAll(DataInputStream in) {
        try {
            while (true) {
                read(in);
            }
        } catch (IOException e) {
            streams.values()
                    .forEach(
                            stream -> stream.received(new Http2Event(Http2Event.Kind.CLOSED, List.of(), "", 0, false)));
        }
    }

    private void read(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int id = in.readInt();
        byte[] bytes = in.readNBytes(length);
        ByteBuffer payload = ByteBuffer.wrap(bytes);
        Http2Stream stream = streams.get(id);
        boolean last = (flags & Http2Frames.END_STREAM) != 0;
        switch (type) {
            case Http2Frames.DATA -> {
                stream.received(new Http2Event(
                        Http2Event.Kind.DATA, List.of(), new String(bytes, StandardCharsets.ISO_8859_1), 0, last));
                if (acknowledging && length > 0) {
                    if (!last) {
                        stream.allow(length);
                    }
                    connection.allow(length);
                }
            }
            case Http2Frames.HEADERS -> {
                ByteArrayOutputStream block = new ByteArrayOutputStream();
                block.writeBytes(bytes);
                while ((flags & Http2Frames.END_HEADERS) == 0) {
                    length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                    Check.equal("frame", Http2Frames.CONTINUATION, in.readUnsignedByte());
                    flags = in.readUnsignedByte();
                    Check.equal("stream", id, in.readInt());
                    block.writeBytes(in.readNBytes(length));
                }
                stream.received(new Http2Event(Http2Event.Kind.HEAD, decoded(block.toByteArray()), "", 0, last));
            }
            case Http2Frames.RST_STREAM ->
                stream.received(new Http2Event(Http2Event.Kind.RESET, List.of(), "", payload.getInt(), false));
            case Http2Frames.GOAWAY -> {
                payload.getInt();
                stream.received(new Http2Event(Http2Event.Kind.GOAWAY, List.of(), "", payload.getInt(), false));
            }
            case Http2Frames.SETTINGS -> {
                while (payload.hasRemaining()) {
                    settings.put((int) payload.getShort(), (long) payload.getInt());
                }
                if ((flags & Http2Frames.ACK) == 0) {
                    frame(Http2Frames.SETTINGS, Http2Frames.ACK, 0, new byte[0]);
                }
            }
            case Http2Frames.PING -> {
                if ((flags & Http2Frames.ACK) == 0) {
                    frame(Http2Frames.PING, Http2Frames.ACK, 0, bytes);
                }
            }
            default -> {
                // Ignore window updates, because no test sends more than the initial window without waiting for a
                // response.
            }
        }
    }

    private List<Head.Field> decoded(byte[] block) throws IOException {
        try {
            List<Head.Field> fields = new ArrayList<>();
            for (Header header : hpack.decodeHeaders(ByteBuffer.wrap(block))) {
                fields.add(new Head.Field(header.getName(), header.getValue()));
            }
            return fields;
        } catch (HPackException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
