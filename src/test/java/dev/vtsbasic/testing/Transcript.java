package dev.vtsbasic.testing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The last bytes that were sent and received on a connection, in order, for the {@link Evidence} of a test.
 * Thread-safe.
 */
public final class Transcript {
    private static final int MAX_BYTES = 8 * 1024;

    private final Deque<Piece> pieces = new ArrayDeque<>();
    private int octets;

    private record Piece(String direction, byte[] octets) {}

    public void sent(byte[] octets) {
        add(">", octets, 0, octets.length);
    }

    public void received(byte[] octets, int offset, int count) {
        add("<", octets, offset, count);
    }

    public void ended(String how) {
        byte[] text = String.valueOf(how).getBytes(StandardCharsets.UTF_8);
        add("=", text, 0, text.length);
    }

    /** Returns a stream that records the bytes read from {@code in}. */
    public InputStream of(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                byte[] octet = new byte[1];
                return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                try {
                    int count = super.read(buffer, offset, length);
                    if (count > 0) {
                        received(buffer, offset, count);
                    } else if (count < 0) {
                        ended("closed");
                    }
                    return count;
                } catch (IOException e) {
                    ended(e.getMessage());
                    throw e;
                }
            }
        };
    }

    private synchronized void add(String direction, byte[] from, int offset, int count) {
        int skipped = Math.max(0, count - MAX_BYTES);
        pieces.add(new Piece(direction, Arrays.copyOfRange(from, offset + skipped, offset + count)));
        octets += count - skipped;
        while (octets > MAX_BYTES) {
            octets -= pieces.remove().octets.length;
        }
    }

    @Override
    public synchronized String toString() {
        StringBuilder text = new StringBuilder();
        String direction = "";
        for (Piece piece : pieces) {
            if (!piece.direction.equals(direction)) {
                direction = piece.direction;
                text.append('\n').append(direction).append(' ');
            }
            for (byte octet : piece.octets) {
                append(text, octet & 0xff);
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, int octet) {
        if (octet >= ' ' && octet < 0x7f) {
            text.append((char) octet);
        } else {
            text.append(octet == '\r' ? "\\r" : octet == '\n' ? "\\n" : String.format("\\x%02x", octet));
        }
    }
}
