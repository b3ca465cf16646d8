package dev.vtsbasic.testing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The last octets that went over a connection, in their order, for the {@link Evidence} of a test. */
public final class Transcript {
    private static final int MAX_CHARACTERS = 8 * 1024;

    private final StringBuilder text = new StringBuilder();
    private String direction = "";

    public void sent(byte[] octets) {
        // Only the end of what is longer is kept anyhow.
        int from = Math.max(0, octets.length - MAX_CHARACTERS);
        append(">", new String(octets, from, octets.length - from, StandardCharsets.ISO_8859_1));
    }

    public void received(byte[] octets, int offset, int count) {
        append("<", new String(octets, offset, count, StandardCharsets.ISO_8859_1));
    }

    public void ended(String how) {
        append("=", how);
    }

    /** Notes what is read from {@code in}. */
    public InputStream of(InputStream in) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                byte[] octet = new byte[1];
                return read(octet, 0, 1) < 0 ? -1 : octet[0] & 0xff;
            }

            @Override
            public int read(byte[] octets, int offset, int length) throws IOException {
                try {
                    int count = super.read(octets, offset, length);
                    if (count > 0) {
                        received(octets, offset, count);
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

    private synchronized void append(String towards, String octets) {
        if (!towards.equals(direction)) {
            text.append(direction.isEmpty() ? "" : "\n").append(towards).append(' ');
            direction = towards;
        }
        for (int i = 0; i < octets.length(); i++) {
            char octet = octets.charAt(i);
            if (octet >= ' ' && octet < 0x7f) {
                text.append(octet);
            } else {
                text.append(octet == '\r' ? "\\r" : octet == '\n' ? "\\n" : String.format("\\x%02x", (int) octet));
            }
        }
        if (text.length() > 2 * MAX_CHARACTERS) {
            text.delete(0, text.length() - MAX_CHARACTERS);
        }
    }

    @Override
    public synchronized String toString() {
        return text.toString();
    }
}
