package dev.vtsbasic.proxy.cache;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** A body that grows, and that another thread may read meanwhile. */
final class CapturedBody extends ByteArrayOutputStream {
    /**
     * Reads what is there from a position on.
     *
     * @return how many octets were read
     */
    synchronized int read(int from, byte[] into) {
        int length = Math.min(into.length, count - from);
        System.arraycopy(buf, from, into, 0, length);
        return length;
    }

    /** All of it, in an array that is as long as it is; not a copy. */
    synchronized byte[] whole() {
        if (buf.length != count) {
            buf = Arrays.copyOf(buf, count);
        }
        return buf;
    }
}
