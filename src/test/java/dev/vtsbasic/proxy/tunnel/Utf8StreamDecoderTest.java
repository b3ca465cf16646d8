package dev.vtsbasic.proxy.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class Utf8StreamDecoderTest {
    private static final byte[] TEXT = "aß水👋z".getBytes(StandardCharsets.UTF_8);

    @Test
    void charactersCutAnywhereAreDecoded() throws CharacterCodingException {
        Utf8StreamDecoder pieces = new Utf8StreamDecoder();
        for (int cut = 0; cut <= TEXT.length; cut++) {
            byte[] rest = Arrays.copyOfRange(TEXT, cut, TEXT.length);
            assertEquals("aß水👋z", pieces.decode(TEXT, cut, false) + pieces.decode(rest, rest.length, true));
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < TEXT.length; i++) {
            text.append(pieces.decode(new byte[] {TEXT[i]}, 1, i == TEXT.length - 1));
        }
        assertEquals("aß水👋z", text.toString());
    }

    @Test
    void octetsThatAreNotUtf8AreRefused() {
        assertThrows(
                CharacterCodingException.class,
                () -> new Utf8StreamDecoder().decode(new byte[] {(byte) 0xff}, 1, false));
        assertThrows(
                CharacterCodingException.class,
                () -> new Utf8StreamDecoder().decode(new byte[] {(byte) 0xc3}, 1, true));
    }
}
