package dev.vtsbasic.proxy.tunnel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vtsbasic.proxy.tunnel.WebSocketFrameCodec.Frame;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketFrameCodecTest {
    private static final HexFormat HEX = HexFormat.of();

    /** The examples of RFC 6455 §5.7 that a server may send, and the limits of each length encoding. */
    @ParameterizedTest
    @CsvSource({
        "810548656c6c6f, 1, true, 5",
        "010348656c, 1, false, 3",
        "890548656c6c6f, 9, true, 5",
        "827e0100, 2, true, 256",
        "827f0000000000010000, 2, true, 65536",
        "827effff, 2, true, 65535",
        "8800, 8, true, 0"
    })
    void validFrameHeadersAreRead(String octets, int opcode, boolean last, long length) throws IOException {
        assertEquals(new Frame(opcode, last, length), reading(octets).next());
    }

    /** Masks, reserved bits and opcodes, long or fragmented control frames, a continuation without a first frame. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "8180",
                "c100",
                "9100",
                "a100",
                "8300",
                "8b00",
                "0900",
                "897e0080",
                "8000",
                "827f8000000000000000"
            })
    void framesThatAServerMustNotSendAreRefused(String octets) {
        assertThrows(ProtocolException.class, () -> reading(octets).next());
    }

    @Test
    void aMessageThatBeginsWithinAnotherIsRefused() throws IOException {
        WebSocketFrameCodec frames = reading("0100" + "8900" + "8100");
        frames.next();
        assertEquals(WebSocketFrameCodec.PING, frames.next().opcode());
        assertThrows(ProtocolException.class, frames::next);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "81", "827e01"})
    void anEndWithinAFrameHeaderIsAnError(String octets) {
        assertThrows(EOFException.class, () -> reading(octets).next());
    }

    @Test
    void anEndWithinAPayloadIsAnError() throws IOException {
        WebSocketFrameCodec data = reading("820561");
        long left = data.next().length();
        byte[] buffer = new byte[8];
        assertEquals(1, data.read(buffer, left));
        assertThrows(EOFException.class, () -> data.read(buffer, left - 1));
        WebSocketFrameCodec control = reading("890561");
        Frame ping = control.next();
        assertThrows(EOFException.class, () -> control.readAll(ping));
    }

    @ParameterizedTest
    @CsvSource({"0, 8180", "1, 8181", "125, 81fd", "126, 81fe007e", "65535, 81feffff", "65536, 81ff0000000000010000"})
    void sentFramesAreMasked(int length, String head) throws IOException {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++) {
            payload[i] = (byte) i;
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new WebSocketFrameCodec(null, out).send(WebSocketFrameCodec.TEXT, ByteBuffer.wrap(payload), true);
        byte[] sent = out.toByteArray();
        int start = head.length() / 2;
        assertEquals(head, HEX.formatHex(sent, 0, start));
        byte[] unmasked = new byte[length];
        for (int i = 0; i < length; i++) {
            unmasked[i] = (byte) (sent[start + 4 + i] ^ sent[start + i % 4]);
        }
        assertArrayEquals(payload, unmasked);
        assertEquals(start + 4 + length, sent.length);
    }

    @Test
    void aMessageIsSentInSeveralFrames() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        WebSocketFrameCodec frames = new WebSocketFrameCodec(null, out);
        frames.send(WebSocketFrameCodec.BINARY, ByteBuffer.allocate(0), false);
        frames.send(WebSocketFrameCodec.CONTINUATION, ByteBuffer.allocate(0), true);
        assertEquals("0280", HEX.formatHex(out.toByteArray(), 0, 2));
        assertEquals("8080", HEX.formatHex(out.toByteArray(), 6, 8));
    }

    private static WebSocketFrameCodec reading(String octets) {
        return new WebSocketFrameCodec(new ByteArrayInputStream(HEX.parseHex(octets)), null);
    }
}
