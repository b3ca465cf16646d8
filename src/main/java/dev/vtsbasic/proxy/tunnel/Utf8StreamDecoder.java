package dev.vtsbasic.proxy.tunnel;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Decodes UTF-8 text that arrives in pieces, which may begin and end within a character. Not safe for use by two
 * threads.
 */
final class Utf8StreamDecoder {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private ByteBuffer rest = ByteBuffer.allocate(0);

    /**
     * Decodes the next piece, as far as its characters are complete.
     *
     * @param last whether the text ends with this piece; the next call then begins a new text
     * @throws CharacterCodingException when the text is not UTF-8
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
