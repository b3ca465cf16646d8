package dev.vtsbasic.proxy.tunnel;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads and writes the frames of a WebSocket as its client (RFC 6455 §5), without extensions. One thread may read while
 * any number of others send.
 */
final class WebSocketFrameCodec {
    static final int CONTINUATION = 0;
    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final int FIN = 0x80;
    private static final int RESERVED = 0x70;
    private static final int OPCODE = 0x0f;
    private static final int MASKED = 0x80;
    private static final int LENGTH = 0x7f;
    private static final int LENGTH_OF_2_OCTETS = 126;
    private static final int LENGTH_OF_8_OCTETS = 127;
    private static final int MAX_CONTROL_PAYLOAD = 125;
    private static final int MAX_FRAME_HEADER = 14;

    /**
     * Masks must be unpredictable, because a page's script could otherwise choose the bytes on the wire, which an
     * intermediary might misread (RFC 6455 §10.3).
     */
    private static final SecureRandom MASKS = new SecureRandom();

    private final InputStream in;
    private final OutputStream out;
    private final ReentrantLock sending = new ReentrantLock();
    private boolean withinMessage;

    WebSocketFrameCodec(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /**
     * The header of a received frame; its payload follows on the connection.
     *
     * @param last whether the message ends with this frame
     * @param length of the payload, in bytes
     */
    record Frame(int opcode, boolean last, long length) {
        private boolean isControl() {
            return opcode >= CLOSE;
        }
    }

    /**
     * Waits for the header of the next frame. The payload of the previous frame must have been read.
     *
     * @throws ProtocolException when a server may not send such a frame
     * @throws EOFException when the connection ends without a close frame
     */
    Frame next() throws IOException {
        int first = octet();
        int second = octet();
        if ((second & MASKED) != 0) {
            throw new ProtocolException("A server must not mask its frames");
        }
        Frame frame = new Frame(first & OPCODE, (first & FIN) != 0, length(second & LENGTH));
        check(frame, first & RESERVED);
        if (!frame.isControl()) {
            withinMessage = !frame.last();
        }
        return frame;
    }

    private long length(int first) throws IOException {
        int octets = first == LENGTH_OF_2_OCTETS ? 2 : first == LENGTH_OF_8_OCTETS ? 8 : 0;
        long length = octets == 0 ? first : 0;
        for (int i = 0; i < octets; i++) {
            length = length << 8 | octet();
        }
        return length;
    }

    private void check(Frame frame, int reserved) throws ProtocolException {
        boolean known = frame.isControl() ? frame.opcode() <= PONG : frame.opcode() <= BINARY;
        boolean fits = frame.isControl()
                ? frame.last() && frame.length() <= MAX_CONTROL_PAYLOAD
                : frame.length() >= 0 && withinMessage == (frame.opcode() == CONTINUATION);
        if (reserved != 0 || !known || !fits) {
            throw new ProtocolException("This frame is not allowed here: " + frame);
        }
    }

    private int octet() throws IOException {
        int octet = in.read();
        if (octet < 0) {
            throw new EOFException("The connection ended without a closing frame");
        }
        return octet;
    }

    /**
     * Reads a part of a payload.
     *
     * @param left how many bytes of the payload are left
     * @return how many bytes were read; 0 only when none are left
     * @throws EOFException when the connection ends within the payload
     */
    int read(byte[] buffer, long left) throws IOException {
        if (left == 0) {
            return 0;
        }
        int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (count < 0) {
            throw new EOFException("The connection ended within a frame");
        }
        return count;
    }

    /** Reads the payload of a control frame, at most 125 bytes. */
    ByteBuffer readAll(Frame control) throws IOException {
        byte[] payload = in.readNBytes((int) control.length());
        if (payload.length < control.length()) {
            throw new EOFException("The connection ended within a frame");
        }
        return ByteBuffer.wrap(payload);
    }

    /** Sends a frame; returns when all of it has been written. Any thread may call it. */
    void send(int opcode, ByteBuffer payload, boolean last) throws IOException {
        int length = payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(MAX_FRAME_HEADER + length);
        frame.put((byte) (opcode | (last ? FIN : 0)));
        if (length <= MAX_CONTROL_PAYLOAD) {
            frame.put((byte) (MASKED | length));
        } else if (length <= 0xffff) {
            frame.put((byte) (MASKED | LENGTH_OF_2_OCTETS)).putShort((short) length);
        } else {
            frame.put((byte) (MASKED | LENGTH_OF_8_OCTETS)).putLong(length);
        }
        int mask = MASKS.nextInt();
        frame.putInt(mask);
        for (int shift = 24; payload.hasRemaining(); shift = shift - 8 & 31) {
            frame.put((byte) (payload.get() ^ mask >>> shift));
        }
        sending.lock();
        try {
            out.write(frame.array(), 0, frame.position());
            out.flush();
        } finally {
            sending.unlock();
        }
    }
}
