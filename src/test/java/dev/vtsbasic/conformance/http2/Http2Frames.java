package dev.vtsbasic.conformance.http2;

import dev.vtsbasic.conformance.harness.Wire;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;

/** Encodes HTTP/2 frames (RFC 9113 §4.1) and header blocks (RFC 7541). */
final class Http2Frames {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RST_STREAM = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int ACK = 1;
    static final int END_HEADERS = 4;

    private Http2Frames() {}

    static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .put((byte) (payload.length >> 16))
                .putShort((short) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }

    static byte[] number(long number) {
        return ByteBuffer.allocate(4).putInt((int) number).array();
    }

    /** Encodes each field as a literal without indexing and without Huffman coding (RFC 7541 §6.2.2). */
    static byte[] literals(List<String> namesAndValues) {
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
        block.writeBytes(Wire.latin1(text));
    }
}
