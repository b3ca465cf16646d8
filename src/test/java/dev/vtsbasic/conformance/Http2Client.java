package dev.vtsbasic.conformance;

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
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http2.hpack.HPackDecoder;
import org.apache.hc.core5.http2.hpack.HPackException;

/**
 * One end of an HTTP/2 connection whose frames are sent as they stand, right or wrong, and told one by one. It takes what
 * the connection as a whole can carry, but of each stream no more than its first window until it is told to.
 */
final class Http2Client implements AutoCloseable {
    static final long NO_ERROR = 0;
    static final long PROTOCOL_ERROR = 1;
    static final long INTERNAL_ERROR = 2;
    static final long CANCEL = 8;
    static final long ENHANCE_YOUR_CALM = 11;

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;
    private static final int LARGE_WINDOW = 1 << 30;

    /** What came on a stream, or on the connection itself. */
    enum Kind {
        HEAD,
        DATA,
        RESET,
        GOAWAY,
        CLOSED
    }

    /**
     * What came.
     *
     * @param fields of a head or trailer section, pseudo fields among them
     * @param data octets, one in each character
     * @param code of an error
     * @param last whether it ends the stream
     */
    record Event(Kind kind, List<Head.Field> fields, String data, long code, boolean last) {
        String field(String name) {
            return String.join(
                    ", ",
                    fields.stream()
                            .filter(field -> field.name().equals(name))
                            .map(Head.Field::value)
                            .toList());
        }

        int status() {
            return Integer.parseInt(field(":status"));
        }
    }

    /**
     * A whole answer.
     *
     * @param end the event that ended it
     */
    record Answer(Event head, String body, Event end) {
        int status() {
            return head.status();
        }

        /** Whether a client takes it for a whole one. */
        boolean complete() {
            return end.last();
        }
    }

    private final Socket socket;
    private final Transcript transcript = new Transcript();
    private final boolean acknowledging;
    private final OutputStream out;
    private final Map<Integer, Stream> streams = new ConcurrentHashMap<>();
    private final Map<Integer, Long> settings = new TreeMap<>();
    private final Stream connection = new Stream(0);
    private final HPackDecoder hpack = new HPackDecoder(4096, StandardCharsets.ISO_8859_1);
    private int nextStream = 1;

    private Http2Client(Socket socket, boolean acknowledging) throws IOException {
        this.socket = socket;
        this.acknowledging = acknowledging;
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        streams.put(0, connection);
        out.write(latin1(PREFACE));
        frame(SETTINGS, 0, 0, new byte[0]);
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

    /** Without TLS, by prior knowledge. */
    static Http2Client plain(int port) throws IOException {
        return new Http2Client(new Socket("127.0.0.1", port), false);
    }

    static Http2Client tls(int port) throws IOException, GeneralSecurityException {
        return new Http2Client(tlsSocket(port), false);
    }

    /** One that lets the server send no more than the first windows, and again what a frame of data brought, frame by frame. */
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

    /** What the server announced in its first frame. */
    Map<Integer, Long> settings() {
        return settings;
    }

    /** What comes for no stream in particular. */
    Stream connection() {
        return connection;
    }

    /** A request without a body. */
    Stream get(String path, String... namesAndValues) throws IOException {
        return request("GET", path, true, namesAndValues);
    }

    /** The head of a request for {@code site.example}. */
    Stream request(String method, String path, boolean last, String... namesAndValues) throws IOException {
        List<String> fields = new ArrayList<>(List.of(
                ":method", method, ":scheme", isTls() ? "https" : "http", ":authority", "site.example", ":path", path));
        fields.addAll(List.of(namesAndValues));
        return open(last, fields);
    }

    /** Exactly these fields, in this order. */
    synchronized Stream open(boolean last, List<String> namesAndValues) throws IOException {
        Stream stream = new Stream(nextStream);
        streams.put(nextStream, stream);
        nextStream += 2;
        stream.head(last, namesAndValues);
        return stream;
    }

    /** In one packet: windows that these streams are not allowed to get, so that the server resets them, and as many requests. */
    synchronized List<Stream> breakAndOpen(List<Stream> broken, int count, List<String> namesAndValues)
            throws IOException {
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (Stream stream : broken) {
            frames.writeBytes(bytes(WINDOW_UPDATE, 0, stream.id, number(0)));
        }
        List<Stream> opened = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Stream stream = new Stream(nextStream);
            streams.put(nextStream, stream);
            nextStream += 2;
            frames.writeBytes(bytes(HEADERS, END_HEADERS | END_STREAM, stream.id, literals(namesAndValues)));
            opened.add(stream);
        }
        write(frames.toByteArray());
        return opened;
    }

    /** A request without a body whose fields come in so many octets at a time. */
    synchronized Stream openInPieces(int octets, List<String> namesAndValues) throws IOException {
        Stream stream = new Stream(nextStream);
        streams.put(nextStream, stream);
        nextStream += 2;
        byte[] block = literals(namesAndValues);
        ByteArrayOutputStream frames = new ByteArrayOutputStream();
        for (int from = 0; from < block.length; from += octets) {
            int to = Math.min(block.length, from + octets);
            int flags = (from == 0 ? END_STREAM : 0) | (to == block.length ? END_HEADERS : 0);
            byte[] piece = Arrays.copyOfRange(block, from, to);
            frames.writeBytes(bytes(from == 0 ? HEADERS : CONTINUATION, flags, stream.id, piece));
        }
        write(frames.toByteArray());
        return stream;
    }

    /** What a client may send too often. */
    enum Flood {
        PINGS {
            @Override
            void send(Http2Client client) throws IOException {
                client.frame(PING, 0, 0, new byte[8]);
            }
        },
        SETTINGS_FRAMES {
            @Override
            void send(Http2Client client) throws IOException {
                client.frame(SETTINGS, 0, 0, new byte[0]);
            }
        },
        RESETS {
            @Override
            void send(Http2Client client) throws IOException {
                client.get("/flood").reset();
            }
        },
        SMALL_WINDOW_UPDATES {
            @Override
            void send(Http2Client client) throws IOException {
                client.connection().allow(1);
            }
        },
        EMPTY_CONTINUATIONS {
            @Override
            void send(Http2Client client) throws IOException {
                client.begin();
                client.frame(CONTINUATION, 0, 1, new byte[0]);
            }
        },
        ENDLESS_HEAD {
            @Override
            void send(Http2Client client) throws IOException {
                client.begin();
                client.frame(CONTINUATION, 0, 1, literals(List.of("x-a", "a".repeat(100))));
            }
        };

        abstract void send(Http2Client client) throws IOException;
    }

    /** The head of a first request, without its end. */
    private synchronized void begin() throws IOException {
        if (nextStream == 1) {
            nextStream += 2;
            frame(HEADERS, 0, 1, literals(List.of(":method", "GET")));
        }
    }

    /** A stream; 0 is the connection. */
    final class Stream {
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private final int id;

        private Stream(int id) {
            this.id = id;
        }

        /** A head or a trailer section. */
        Stream head(boolean last, List<String> namesAndValues) throws IOException {
            frame(HEADERS, END_HEADERS | (last ? END_STREAM : 0), id, literals(namesAndValues));
            return this;
        }

        Stream data(String octets, boolean last) throws IOException {
            frame(DATA, last ? END_STREAM : 0, id, latin1(octets));
            return this;
        }

        /** Data in a frame whose length is all there is to it, with a reset right behind, in one packet. */
        void dataAndReset(String octets) throws IOException {
            ByteArrayOutputStream frames = new ByteArrayOutputStream();
            frames.writeBytes(bytes(DATA, 0, id, latin1(octets)));
            frames.writeBytes(bytes(RST_STREAM, 0, id, number(CANCEL)));
            write(frames.toByteArray());
        }

        void reset() throws IOException {
            frame(RST_STREAM, 0, id, number(CANCEL));
        }

        /** Lets the server send so much more. */
        void allow(int octets) throws IOException {
            frame(WINDOW_UPDATE, 0, id, number(octets));
        }

        Event next() throws InterruptedException {
            Event event = events.poll(Wire.PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
            Check.that(event != null, "nothing came on stream " + id);
            return event;
        }

        Event nextWithin(Duration patience) throws InterruptedException {
            return events.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        }

        /** The head of the answer. */
        Event head() throws InterruptedException {
            Event event = next();
            Check.equal("event on stream " + id + " " + event, Kind.HEAD, event.kind());
            return event;
        }

        /** The next data, which does not end the stream. */
        String data() throws InterruptedException {
            Event event = next();
            Check.that(event.kind() == Kind.DATA && !event.last(), () -> "no data but " + event);
            return event.data();
        }

        /** All that comes to the end of the stream, and to the end of the answer. */
        Answer answer() throws InterruptedException {
            Event head = head();
            while (!head.last() && head.status() < 200) {
                head = head();
            }
            return rest(head);
        }

        Answer rest(Event head) throws InterruptedException {
            StringBuilder body = new StringBuilder();
            Event event = head;
            while (!event.last() && event.kind() != Kind.RESET && event.kind() != Kind.CLOSED) {
                event = next();
                body.append(event.data());
            }
            return new Answer(head, body.toString(), event);
        }
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        write(bytes(type, flags, stream, payload));
    }

    private synchronized void write(byte[] bytes) throws IOException {
        transcript.sent(bytes);
        out.write(bytes);
        out.flush();
    }

    private static byte[] bytes(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    private static byte[] number(long number) {
        return ByteBuffer.allocate(4).putInt((int) number).array();
    }

    /** Each field as a literal that is not indexed, without Huffman coding (RFC 7541 §6.2.2). */
    private static byte[] literals(List<String> namesAndValues) {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            block.write(0);
            literal(block, namesAndValues.get(i));
            literal(block, namesAndValues.get(i + 1));
        }
        return block.toByteArray();
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        int length = text.length();
        if (length < 0x7f) {
            block.write(length);
        } else {
            block.write(0x7f);
            int rest = length - 0x7f;
            for (; rest > 0x7f; rest >>= 7) {
                block.write(rest & 0x7f | 0x80);
            }
            block.write(rest);
        }
        block.writeBytes(latin1(text));
    }

    private void readAll(DataInputStream in) {
        try {
            while (true) {
                read(in);
            }
        } catch (IOException e) {
            streams.values().forEach(stream -> stream.events.add(new Event(Kind.CLOSED, List.of(), "", 0, false)));
        }
    }

    private void read(DataInputStream in) throws IOException {
        int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
        int type = in.readUnsignedByte();
        int flags = in.readUnsignedByte();
        int id = in.readInt();
        byte[] bytes = in.readNBytes(length);
        ByteBuffer payload = ByteBuffer.wrap(bytes);
        Stream stream = streams.get(id);
        boolean last = (flags & END_STREAM) != 0;
        switch (type) {
            case DATA -> {
                stream.events.add(
                        new Event(Kind.DATA, List.of(), new String(bytes, StandardCharsets.ISO_8859_1), 0, last));
                if (acknowledging && length > 0) {
                    if (!last) {
                        stream.allow(length);
                    }
                    connection.allow(length);
                }
            }
            case HEADERS -> {
                ByteArrayOutputStream block = new ByteArrayOutputStream();
                block.writeBytes(bytes);
                while ((flags & END_HEADERS) == 0) {
                    length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                    Check.equal("frame", CONTINUATION, in.readUnsignedByte());
                    flags = in.readUnsignedByte();
                    Check.equal("stream", id, in.readInt());
                    block.writeBytes(in.readNBytes(length));
                }
                stream.events.add(new Event(Kind.HEAD, decoded(block.toByteArray()), "", 0, last));
            }
            case RST_STREAM -> stream.events.add(new Event(Kind.RESET, List.of(), "", payload.getInt(), false));
            case GOAWAY -> {
                payload.getInt();
                stream.events.add(new Event(Kind.GOAWAY, List.of(), "", payload.getInt(), false));
            }
            case SETTINGS -> {
                while (payload.hasRemaining()) {
                    settings.put((int) payload.getShort(), (long) payload.getInt());
                }
                if ((flags & ACK) == 0) {
                    frame(SETTINGS, ACK, 0, new byte[0]);
                }
            }
            case PING -> {
                if ((flags & ACK) == 0) {
                    frame(PING, ACK, 0, bytes);
                }
            }
            default -> {
                // Windows; no test sends more than the first of them holds without waiting for an answer.
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

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
