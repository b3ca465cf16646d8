package dev.vtsbasic.proxy.tunnel;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Decodes text that comes in pieces, which may begin and end within a character. */
final class Utf8StreamDecoder {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private ByteBuffer rest = ByteBuffer.allocate(0);

    /**
     * @param last whether the text ends here
     * @throws CharacterCodingException when it is no UTF-8
     */
    String decode(byte[] octets, int count, boolean last) throws CharacterCodingException {
        ByteBuffer in = ByteBuffer.allocate(rest.remaining() + count)
                .put(rest)
                .put(octets, 0, count)
                .flip();
        CharBuffer out = CharBuffer.allocate(in.remaining());
        CoderResult result = decoder.decode(in, out, last);
        if (result.isError()) {
            result.throwException();
        }
        if (last) {
            decoder.reset();
        }
        rest = in;
        return out.flip().toString();
    }
}
